#include "exercises/training.hpp"

#include <stdexcept>
#include <string>

#include "grading/worker/nets.hpp"
#include "grading/worker/optimizers.hpp"

namespace {

using namespace coursework;

Json standardise(const Json& call) {
  Matrix training = matrix_of(call.at("training")), validation = matrix_of(call.at("validation"));
  thinnet::standardise(training, validation);
  return {{"training", json_of(training)}, {"validation", json_of(validation)}};
}

Json train_epoch(const Json& call) {
  Net net = net_of(call.at("net"));
  thinnet::Sgd<double> sgd(net.parameters(), sgd_options_of(call.at("sgd")));
  std::uint64_t step = call.at("step");
  Json result;
  result["loss"] = thinnet::train_epoch(net, sgd, matrix_of(call.at("x")), call.at("labels"),
                                        call.at("order"), call.at("batch_size"), step);
  result["step"] = step;
  show_parameters(net, Shown::value, result);
  return result;
}

Json run_call(const Json& call) {
  const auto what = call.at("do").get<std::string>();
  if (what == "standardise") return standardise(call);
  if (what == "batches") {
    return {{"batches", thinnet::batches_of(call.at("order"), call.at("batch_size"))}};
  }
  if (what == "accuracy") {
    Net net = net_of(call.at("net"));
    return {{"accuracy", thinnet::accuracy(net, matrix_of(call.at("x")), call.at("labels"))}};
  }
  if (what == "epoch") return train_epoch(call);
  throw std::invalid_argument("no such call: " + what);
}

}  // namespace

int main() {
  return serve([](const Json& request) { return results_of(request, run_call); });
}
