#include "examples/support/history.hpp"

#include <nlohmann/json.hpp>

namespace thinnet::examples {

nlohmann::ordered_json epochs_json(const History& history) {
  auto epochs = nlohmann::ordered_json::array();
  for (const EpochRecord& e : history.epochs) {
    epochs.push_back({{"epoch", e.epoch},
                      {"learning_rate", e.learning_rate},
                      {"loss", e.loss},
                      {"train_accuracy", e.train_accuracy.value()},
                      {"validation_loss", e.validation_loss},
                      {"validation_accuracy", e.validation_accuracy.value()}});
  }
  return epochs;
}

}  // namespace thinnet::examples
