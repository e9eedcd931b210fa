#include "grading/worker/nets.hpp"

#include <stdexcept>
#include <string>

namespace {

using namespace coursework;

Json run_call(Net& net, const Json& call) {
  const auto what = call.at("do").get<std::string>();
  Json result = Json::object();
  if (what == "loss") {
    thinnet::Examples examples;
    const thinnet::Pass pass = pass_of(call, examples);
    result["loss"] = net.loss(matrix_of(call.at("x")), call.at("labels"), pass);
  } else if (what == "backward") {
    net.backward();
    show_parameters(net, Shown::gradient, result);
  } else if (what == "predict") {
    result["classes"] = net.predict(matrix_of(call.at("x")));
  } else {
    throw std::invalid_argument("no such call: " + what);
  }
  return result;
}

}  // namespace

int main() {
  return serve([](const Json& request) {
    Net net = net_of(request);
    return results_of(request, [&net](const Json& call) { return run_call(net, call); });
  });
}
