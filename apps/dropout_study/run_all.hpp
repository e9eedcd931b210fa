// All runs of a study, several at a time.
#pragma once

#include <string>
#include <vector>

#include "apps/dropout_study/journal.hpp"
#include "apps/dropout_study/worker_ranks.hpp"

namespace thinnet::examples {

/// Trains those runs that the journal does not have, `jobs` side by side, each on one thread, and
/// one more on each worker, and journals each as it finishes; before that its weight tiles go to
/// tiles_path. Returns the results of all runs in their order, the same for every number of jobs
/// and workers. Progress goes to stderr. Throws std::runtime_error that names the run when one
/// fails, what the journal and write_file throw, and Interrupted, whose text tells how many runs
/// are kept; all runs that were finished by then are in the journal.
std::vector<RunResult> run_all(const std::vector<StudyRun>& runs, const Images& images,
                               const std::string& output, Journal& journal, std::size_t jobs,
                               WorkerRanks& workers);

/// output/weights/….rgb: readable settings, and a checksum of all of them.
std::string tiles_path(const std::string& output, const StudyRun& run);

}  // namespace thinnet::examples
