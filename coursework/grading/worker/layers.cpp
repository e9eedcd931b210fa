#include "grading/worker/layers.hpp"

#include <stdexcept>
#include <string>

namespace coursework {
namespace {

void show_gradients(thinnet::Layer<double>& layer, Json& result) {
  for (const auto* p : layer.parameters()) result["d" + p->name] = json_of(p->grad);
}

Json run_call(TestedLayer& tested, const Json& call) {
  auto& layer = *tested.layer;
  const auto what = call.at("do").get<std::string>();
  Json result = Json::object();
  if (what == "forward") {
    tested.batch = matrix_of(call.at("x"));
    result["out"] = json_of(layer.forward(tested.batch, pass_of(call, tested.examples)));
    tested.show_cache(result);
    tested.batch.fill(-7);  // a layer that kept only its address reads this in backward
  } else if (what == "backward") {
    result["dx"] = json_of(layer.backward(matrix_of(call.at("dout"))));
    show_gradients(layer, result);
  } else {
    throw std::invalid_argument("no such call: " + what);
  }
  return result;
}

}  // namespace

Json run_layers(const Json& request, const std::function<TestedLayer(const Json& layer)>& make) {
  std::vector<TestedLayer> layers;
  for (const Json& layer : request.at("layers")) layers.push_back(make(layer));
  return results_of(request, [&](const Json& call) {
    return run_call(layers.at(call.at("layer").get<std::size_t>()), call);
  });
}

}  // namespace coursework
