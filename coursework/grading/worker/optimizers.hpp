// Optimizers under test: parameters, and gradients for step after step.
#pragma once

#include "grading/worker/protocol.hpp"
#include "optim/adam.hpp"
#include "optim/sgd.hpp"

namespace coursework {

thinnet::SgdOptions sgd_options_of(const Json& json);
thinnet::AdamOptions adam_options_of(const Json& json);

/// {"parameters": [{"role": "weight", "value": M}, …], "calls": [{"grads": [M, …]}, …]}.
template <typename MakeOptimizer>
Json run_optimizer(const Json& request, const MakeOptimizer& make) {
  std::vector<thinnet::Parameter<double>> parameters;
  for (const Json& json : request.at("parameters")) {
    const bool weight = json.at("role") == "weight";
    parameters.push_back({"parameter", matrix_of(json.at("value")), matrix_of(json.at("value")),
                          weight ? thinnet::Role::weight : thinnet::Role::bias});
  }
  std::vector<thinnet::Parameter<double>*> addresses;
  addresses.reserve(parameters.size());
  for (auto& p : parameters) addresses.push_back(&p);
  auto optimizer = make(addresses, request.at("options"));
  return results_of(request, [&](const Json& call) -> Json {
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      parameters[i].grad = matrix_of(call.at("grads").at(i));
    }
    optimizer.step();
    Json result = {{"values", Json::array()}};
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      result["values"].push_back(json_of(parameters[i].value));
      if (!is_still(parameters[i].grad, call.at("grads").at(i)))
        result["trespass"] = "step changed its caller's gradient, which backward alone writes";
    }
    return result;
  });
}

}  // namespace coursework
