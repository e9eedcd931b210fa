#include "training/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/check.hpp"

namespace thinnet {

Schedule constant_rate() {
  return [](double /*epoch*/) { return 1.0; };
}

Schedule step_decay(double factor, double every) {
  require(factor > 0 && factor <= 1, "the factor of step decay is {}, expected (0, 1]", factor);
  require(every > 0, "step decay is every {} epochs, expected above 0", every);
  return [=](double epoch) { return std::pow(factor, std::floor(epoch / every)); };
}

Schedule cosine(double epochs) {
  require(epochs > 0, "the cosine schedule lasts {} epochs, expected above 0", epochs);
  const double pi = std::acos(-1.0);
  return [=](double epoch) { return (1 + std::cos(pi * std::min(epoch / epochs, 1.0))) / 2; };
}

Schedule warm_up(double epochs, Schedule then) {
  require(epochs > 0, "warm-up lasts {} epochs, expected above 0", epochs);
  return [=, then = std::move(then)](double epoch) {
    return std::min(epoch / epochs, 1.0) * then(epoch);
  };
}

}  // namespace thinnet
