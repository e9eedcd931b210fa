#include "grading/worker/optimizers.hpp"

using namespace coursework;

int main() {
  const auto make = [](const auto& parameters, const Json& options) {
    return thinnet::Sgd<double>(parameters, sgd_options_of(options));
  };
  return serve([make](const Json& request) { return run_optimizer(request, make); });
}
