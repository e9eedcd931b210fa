// How training tells where it is.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace thinnet {

/// How an epoch ended.
struct EpochRecord {
  std::size_t epoch = 0;           ///< from 1
  double learning_rate = 0;        ///< of the epoch's last step
  double loss = 0;                 ///< mean over the epoch's batches, train mode, in nats
  double train_accuracy = 0;       ///< whole training set, test mode, in [0, 1]
  double validation_loss = 0;      ///< test mode, in nats
  double validation_accuracy = 0;  ///< test mode, in [0, 1]
};

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
