#include "layers/dropout.hpp"

#include "grading/worker/layers.hpp"

using namespace coursework;

namespace {

TestedLayer make(const Json& layer) {
  auto dropout = std::make_unique<thinnet::Dropout<double>>(layer.at("keep_prob").get<double>(),
                                                            layer.at("seed"));
  dropout->set_name_and_position("dropout", layer.value("position", std::size_t{0}));
  const auto show_mask = [&cache = dropout->cache()](Json& result) {
    result["mask"] = json_of(cache.mask);
  };
  return {std::move(dropout), show_mask};
}

}  // namespace

int main() {
  return serve([](const Json& request) { return run_layers(request, make); });
}
