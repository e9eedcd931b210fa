#include "grading/worker/protocol.hpp"
#include "layers/softmax_cross_entropy.hpp"

using namespace coursework;

int main() {
  return serve([](const Json& request) {
    thinnet::SoftmaxCrossEntropy<double> loss;
    return results_of(request, [&](const Json& call) -> Json {
      if (call.at("do") == "backward") return {{"dscores", json_of(loss.backward())}};
      return {{"loss", loss.forward(matrix_of(call.at("scores")), call.at("labels"))}};
    });
  });
}
