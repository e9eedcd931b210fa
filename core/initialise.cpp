#include "core/initialise.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/check.hpp"
#include "core/random.hpp"

namespace thinnet {

double he(std::size_t D, std::size_t /*H*/) {
  return std::sqrt(2.0 / static_cast<double>(D));
}

double xavier(std::size_t D, std::size_t H) {
  return std::sqrt(2.0 / static_cast<double>(D + H));
}

Initialiser normal_scale(double scale) {
  require(scale >= 0 && std::isfinite(scale), "weight scale is {}, expected a finite number >= 0",
          scale);
  return [scale](std::size_t, std::size_t) { return scale; };
}

template <typename T>
void initialise(const std::vector<Parameter<T>*>& parameters, const Initialiser& initialiser,
                std::uint64_t seed) {
  std::uint32_t stream = 0;
  for (auto* p : parameters) {
    if (p->role == Role::bias) p->value.fill(T(0));
    if (p->role == Role::scale) p->value.fill(T(1));
    if (p->role != Role::weight) continue;
    const double scale = initialiser(p->value.shape(0), p->value.shape(1));
    Random random(seed, stream++);
    for (T& w : p->value) w = static_cast<T>(scale * random.normal());
  }
}

template <typename T>
void require_initialised(const std::vector<Parameter<T>*>& parameters) {
  const Parameter<T>* earlier = nullptr;
  for (const auto* p : parameters) {
    if (p->role != Role::weight) continue;
    const bool zeros = std::all_of(p->value.begin(), p->value.end(), [](T w) { return w == T(0); });
    if (!zeros) continue;
    if (earlier != nullptr) {
      throw std::logic_error(
          fmt::format("{} and {} are all zeros, so that the net cannot learn: before training call "
                      "initialise(net.parameters(), he, seed), or load weights",
                      earlier->name, p->name));
    }
    earlier = p;
  }
}

template void initialise(const std::vector<Parameter<float>*>&, const Initialiser&, std::uint64_t);
template void initialise(const std::vector<Parameter<double>*>&, const Initialiser&, std::uint64_t);
template void require_initialised(const std::vector<Parameter<float>*>&);
template void require_initialised(const std::vector<Parameter<double>*>&);

}  // namespace thinnet
