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
    Matrix x = matrix_of(call.at("x"));
    thinnet::Labels labels = call.at("labels");
    result["loss"] = net.loss(x, labels, pass);
    if (!is_still(x, call.at("x")) || labels != call.at("labels"))
      result["trespass"] = "loss changed its caller's x or labels";
  } else if (what == "backward") {
    net.backward();
    show_parameters(net, Shown::gradient, result);
  } else if (what == "predict") {
    Matrix x = matrix_of(call.at("x"));
    result["classes"] = net.predict(x);
    if (!is_still(x, call.at("x"))) result["trespass"] = "predict changed its caller's x";
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
