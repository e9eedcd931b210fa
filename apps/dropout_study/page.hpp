// The study as study.json, and as study.html to look at.
#pragma once

#include <string>
#include <vector>

#include "apps/dropout_study/groups.hpp"
#include "apps/dropout_study/options.hpp"
#include "apps/dropout_study/tuning.hpp"
#include "apps/support/checksum.hpp"

namespace thinnet::examples {

/// All that the page tells about.
struct Study {
  StudyOptions options;
  std::string command;
  std::vector<FileChecksum> files;  ///< of the data
  Grid grid;                        ///< of the question of an equal budget
  std::vector<StudyRun> runs;       ///< of runs_of(grid, …), with their results
  std::vector<RunResult> results;
  std::vector<Group> groups;
  std::string sentence;
  std::optional<TunedStudy> tuned;  ///< the question of each at its own best setting
};

/// Format 1. Reads the tiles that run_all wrote (those that are missing are left out) and draws the
/// masks of the first training step. The same study gives the same bytes.
/// Throws std::runtime_error when a file of tiles cannot be read or has a wrong size.
std::string study_json(const Study& study, const Images& images);

/// The page with the JSON inside, which needs no other file.
std::string study_html(const std::string& json);

}  // namespace thinnet::examples
