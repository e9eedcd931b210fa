// The lab's settings as JSON: what the page sends, what a permalink holds, what lab_losses reads.
#pragma once

#include <string>

#include "apps/lab/engine/lab.hpp"

namespace thinnet::lab {

/// Reads the object that apps/lab/page/src/engine/api.ts names LabConfig. Throws
/// std::invalid_argument, naming the setting, when one is missing or of the wrong type; the values
/// themselves are the lab's to judge.
LabConfig parse_config(const std::string& text);

}  // namespace thinnet::lab
