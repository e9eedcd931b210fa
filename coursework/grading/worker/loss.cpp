#include "grading/worker/protocol.hpp"
#include "layers/softmax_cross_entropy.hpp"

using namespace coursework;

int main() {
  return serve([](const Json& request) {
    thinnet::SoftmaxCrossEntropy<double> loss;
    return results_of(request, [&](const Json& call) -> Json {
      if (call.at("do") == "backward") return {{"dscores", json_of(loss.backward())}};
      Matrix scores = matrix_of(call.at("scores"));
      thinnet::Labels labels = call.at("labels");
      Json result = {{"loss", loss.forward(scores, labels)}};
      if (!is_still(scores, call.at("scores")) || labels != call.at("labels"))
        result["trespass"] = "forward changed its caller's scores or labels";
      return result;
    });
  });
}
