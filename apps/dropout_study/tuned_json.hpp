// The part of study.json that tells of each keep_prob at its own best setting.
#pragma once

#include "apps/dropout_study/json_parts.hpp"
#include "apps/dropout_study/tuning.hpp"

namespace thinnet::examples {

/// "sentence"; the grid that was searched; "groups" with the chosen setting, validation accuracy at
/// every point, test accuracy on fresh seeds and "against_1"; "curves" of the tuning runs; "runs".
Json to_json(const TunedStudy& tuned);

}  // namespace thinnet::examples
