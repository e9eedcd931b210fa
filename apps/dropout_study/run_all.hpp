// All runs of a study, several at a time.
#pragma once

#include <string>
#include <vector>

#include "apps/dropout_study/journal.hpp"
#include "apps/dropout_study/worker_ranks.hpp"

namespace thinnet::examples {

/// What is trained at once, and what stands before and after it: which runs judge a choice is known
/// only when those that choose are done, and progress tells of all.
struct Stage {
  std::vector<std::size_t> numbers;  ///< of the runs, in the list of all
  std::size_t earlier = 0;           ///< so many runs are done
  std::size_t later = 0;             ///< so many will follow
  double later_cost = 0;             ///< theirs by cost_of, at most
};

/// Trains those runs of the stage that the journal does not have, `jobs` side by side, each on one
/// thread, and one more on each worker, and journals each as it finishes; before that its weight
/// tiles go to tiles_path. The workers have the same list of all runs. Returns the results in the
/// order of the stage's numbers, the same for every number of jobs and workers. Progress goes to
/// stderr. Throws std::runtime_error that names the run when one fails, what the journal and
/// write_file throw, and Interrupted, whose text tells how many runs are kept; all runs that were
/// finished by then are in the journal.
std::vector<RunResult> run_all(const std::vector<StudyRun>& runs, const Stage& stage,
                               const StudyImages& images, const std::string& output,
                               Journal& journal, std::size_t jobs, WorkerRanks& workers);

/// output/weights/….rgb: readable settings, and a checksum of all of them.
std::string tiles_path(const std::string& output, const StudyRun& run);

}  // namespace thinnet::examples
