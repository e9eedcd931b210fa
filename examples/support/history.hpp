// The history of a classifier's training as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "training/trainer.hpp"

namespace thinnet::examples {

/// An array with one object an epoch, its keys the names of EpochRecord's fields.
nlohmann::ordered_json epochs_json(const History& history);

}  // namespace thinnet::examples
