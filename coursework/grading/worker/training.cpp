#include "exercises/training.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "grading/worker/nets.hpp"
#include "grading/worker/optimizers.hpp"

namespace {

using namespace coursework;

Json standardise(const Json& call) {
  Matrix training = matrix_of(call.at("training")), validation = matrix_of(call.at("validation"));
  thinnet::standardise(training, validation);
  return {{"training", json_of(training)}, {"validation", json_of(validation)}};
}

/// What the loss of the call's net is on its "batch", which is all of its order, in several passes.
Json losses_in_passes(const Json& call) {
  const std::uint64_t step = call.at("step");
  const thinnet::Examples order = call.at("order");
  const Matrix x = matrix_of(call.at("batch").at("x"));
  const thinnet::Labels labels = call.at("batch").at("labels");
  Json losses;
  for (const auto& [name, pass] :
       {std::pair{"train(step, batch)", thinnet::train(step, order)},
        std::pair{"train(step)", thinnet::train(step)},
        std::pair{"train(0, batch)", thinnet::train(0, order)},
        std::pair{"train(step + 1, batch)", thinnet::train(step + 1, order)},
        std::pair{"test()", thinnet::test()}})
    losses[name] = net_of(call.at("net")).loss(x, labels, pass);
  return losses;
}

Json train_epoch(const Json& call) {
  Net net = net_of(call.at("net"));
  thinnet::Sgd<double> sgd(net.parameters(), sgd_options_of(call.at("sgd")));
  std::uint64_t step = call.at("step");
  Matrix x = matrix_of(call.at("x"));
  thinnet::Labels labels = call.at("labels");
  thinnet::Examples order = call.at("order");
  Json result;
  result["loss"] = thinnet::train_epoch(net, sgd, x, labels, order, call.at("batch_size"), step);
  result["step"] = step;
  show_parameters(net, Shown::value, result);
  if (!is_still(x, call.at("x")) || labels != call.at("labels") || order != call.at("order"))
    result["trespass"] = "train_epoch changed its caller's x, labels or order";
  if (call.contains("batch")) result["passes"] = losses_in_passes(call);
  return result;
}

Json accuracy(const Json& call) {
  Net net = net_of(call.at("net"));
  Matrix x = matrix_of(call.at("x"));
  thinnet::Labels labels = call.at("labels");
  Json result = {{"accuracy", thinnet::accuracy(net, x, labels)}};
  if (!is_still(x, call.at("x")) || labels != call.at("labels"))
    result["trespass"] = "accuracy changed its caller's x or labels";
  return result;
}

Json batches(const Json& call) {
  thinnet::Examples order = call.at("order");
  Json result = {{"batches", thinnet::batches_of(order, call.at("batch_size"))}};
  if (order != call.at("order")) result["trespass"] = "batches_of changed its caller's order";
  return result;
}

Json run_call(const Json& call) {
  const auto what = call.at("do").get<std::string>();
  if (what == "standardise") return standardise(call);
  if (what == "batches") return batches(call);
  if (what == "accuracy") return accuracy(call);
  if (what == "epoch") return train_epoch(call);
  throw std::invalid_argument("no such call: " + what);
}

}  // namespace

int main() {
  return serve([](const Json& request) { return results_of(request, run_call); });
}
