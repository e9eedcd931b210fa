#include "grading/worker/optimizers.hpp"

namespace coursework {

thinnet::SgdOptions sgd_options_of(const Json& json) {
  thinnet::SgdOptions options;
  options.learning_rate = json.value("learning_rate", options.learning_rate);
  options.momentum = json.value("momentum", options.momentum);
  options.nesterov = json.value("nesterov", options.nesterov);
  options.weight_decay = json.value("weight_decay", options.weight_decay);
  return options;
}

thinnet::AdamOptions adam_options_of(const Json& json) {
  thinnet::AdamOptions options;
  options.learning_rate = json.value("learning_rate", options.learning_rate);
  options.beta1 = json.value("beta1", options.beta1);
  options.beta2 = json.value("beta2", options.beta2);
  options.epsilon = json.value("epsilon", options.epsilon);
  options.weight_decay = json.value("weight_decay", options.weight_decay);
  return options;
}

}  // namespace coursework
