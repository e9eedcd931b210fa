// What a full training leaves behind.
#pragma once

#include <string>

#include "apps/train_cifar10/training.hpp"

namespace thinnet::examples {

/// Writes history.json and curves.svg, .png and .gp into a folder that exists; `settings` holds a
/// "name value" a line, and `classes` the names of the classes. Throws std::runtime_error when a
/// file cannot be written.
void write_report(const std::string& folder, const std::string& settings,
                  const std::vector<std::string>& classes, const TrainingResult& result);

}  // namespace thinnet::examples
