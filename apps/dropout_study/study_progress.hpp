// One line that tells where the whole study stands.
#pragma once

#include <chrono>
#include <string>

#include "apps/dropout_study/run.hpp"

namespace thinnet::examples {

/// How long a run takes, in units that only ratios of mean something: images that go through the
/// net × its weights. D is the width of an image.
double cost_of(const StudyRun& run, std::size_t D, std::size_t classes);

/// On a terminal one line that redraws itself, elsewhere one plain line a finished run; on stderr.
/// Costs are those of cost_of. Not safe to call from two threads at once.
class StudyProgress {
 public:
  /// runs in all, how many of them were finished before, and the cost of the others.
  StudyProgress(std::size_t runs, std::size_t finished, double cost);

  void advance(double cost);  ///< of a part of a run
  /// After its last advance.
  void finish(const StudyRun& run, const RunResult& result);
  /// Ends the redrawn line, so that what comes next stands below.
  void close() const;

 private:
  std::string state() const;
  void redraw();

  std::size_t runs_, finished_;
  double cost_, done_ = 0;
  bool terminal_;
  int shown_percent_ = -1;
  std::string latest_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace thinnet::examples
