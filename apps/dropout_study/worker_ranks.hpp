// The study on several ranks: those above 0 train runs for rank 0, which keeps the results.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "apps/dropout_study/run.hpp"
#include "training/distributed/ranks.hpp"

namespace thinnet::examples {

/// The other ranks, as rank 0 sees them.
class WorkerRanks {
 public:
  /// Null: there are none.
  explicit WorkerRanks(Ranks* ranks);
  /// Stops those that are still at work and waits for them, a batch at most.
  ~WorkerRanks();
  WorkerRanks(const WorkerRanks&) = delete;
  WorkerRanks& operator=(const WorkerRanks&) = delete;

  std::size_t count() const { return at_work_; }

  /// The number of the next run, or none when there is no more to do.
  using Next = std::function<std::optional<std::size_t>()>;
  /// What to do with a run that was trained.
  using Keep = std::function<void(std::size_t i, const TrainedRun& trained)>;

  /// Gives out runs until there are no more and no worker trains one; then the workers wait for
  /// another call. Stops them as soon as stopped(). Throws std::runtime_error with a worker's
  /// reason, naming the run, when one fails or has other data, and what `keep` throws.
  void serve(const std::vector<StudyRun>& runs, const Next& next, const Keep& keep,
             const std::function<bool()>& stopped);

 private:
  void stop();
  /// Whether there was a run for it.
  bool give(std::size_t worker, const Next& next);
  bool one_trains() const;

  Ranks* ranks_;
  std::size_t at_work_ = 0;                        // workers that have not gone yet
  std::vector<std::optional<std::size_t>> given_;  // by rank: the run it trains
  std::vector<bool> idle_;                         // by rank: that it waits for a run
  bool told_to_go_ = false;                        // all workers
};

/// What a rank above 0 does: trains the runs that rank 0 gives it, one at a time, on its threads.
void run_worker(const std::vector<StudyRun>& runs, const StudyImages& images, Ranks& ranks);

}  // namespace thinnet::examples
