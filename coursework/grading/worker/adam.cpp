#include "grading/worker/optimizers.hpp"

using namespace coursework;

int main() {
  const auto make = [](const auto& parameters, const Json& options) {
    return thinnet::Adam<double>(parameters, adam_options_of(options));
  };
  return serve([make](const Json& request) { return run_optimizer(request, make); });
}
