#include "grading/worker/layers.hpp"

#include <stdexcept>
#include <string>

namespace coursework {
namespace {

void show_gradients(thinnet::Layer<double>& layer, Json& result) {
  for (const auto* p : layer.parameters()) result["d" + p->name] = json_of(p->grad);
}

/// What the layer lends, unless it is the caller's own matrix that comes back.
Lent lent(const Matrix& matrix, const Matrix& callers) {
  if (&matrix == &callers) return {};
  return {&matrix, json_of(matrix)};
}

bool is_as_lent(const Lent& lent) {
  return lent.matrix == nullptr || is_still(*lent.matrix, lent.copy);
}

Json run_call(TestedLayer& tested, const Json& call) {
  auto& layer = *tested.layer;
  const auto what = call.at("do").get<std::string>();
  Json result = Json::object();
  if (what == "forward") {
    tested.batch = matrix_of(call.at("x"));
    const Matrix& out = layer.forward(tested.batch, pass_of(call, tested.examples));
    if (!is_still(tested.batch, call.at("x")))
      result["trespass"] = "forward changed its caller's x";
    result["out"] = json_of(out);
    tested.show_cache(result);
    tested.out = lent(out, tested.batch);
    tested.batch.fill(-7);  // a layer that kept only its address reads this in backward
  } else if (what == "backward") {
    tested.dout = matrix_of(call.at("dout"));
    const Matrix& dx = layer.backward(tested.dout);
    if (!is_still(tested.dout, call.at("dout")))
      result["trespass"] = "backward changed its caller's dout";
    result["dx"] = json_of(dx);
    tested.dx = lent(dx, tested.dout);
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
  return results_of(request, [&layers](const Json& call) {
    TestedLayer& called = layers.at(call.at("layer").get<std::size_t>());
    Json result = run_call(called, call);
    for (const TestedLayer& other : layers) {
      if (&other != &called && !(is_as_lent(other.out) && is_as_lent(other.dx)))
        result["trespass"] = "a call of one layer changed the out or dx of another";
    }
    return result;
  });
}

}  // namespace coursework
