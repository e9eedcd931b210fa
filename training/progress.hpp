// How training tells where it is.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "training/history.hpp"

namespace thinnet {

/// Told after every batch, with record null, and once more at the end of every epoch.
struct Progress {
  std::size_t epoch, epochs, batch, batches;  ///< epoch and batch count from 1
  double loss;                                ///< of this batch; at an epoch's end its mean
  const EpochRecord* record;
};
using ProgressReporter = std::function<void(const Progress&)>;

/// On a terminal a bar that redraws itself and tells the time left, elsewhere one plain line an
/// epoch; both on stderr, each line begun with `label`.
ProgressReporter report_on_stderr(std::string label);

}  // namespace thinnet
