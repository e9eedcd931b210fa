// What training remembers of its epochs.
#pragma once

#include <cstddef>
#include <vector>

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

struct History {
  std::vector<EpochRecord> epochs;
  std::size_t best = 0;  ///< index of the best validation accuracy, the first of equals
  bool stopped_early = false;
  double seconds = 0;  ///< wall time; the only field that differs between equal runs

  /// Appends a record and moves `best` to it if it is better.
  void add(const EpochRecord& record);
  /// How many epochs in a row were no better than the best; 0 before the first epoch.
  std::size_t epochs_since_best() const;
};

}  // namespace thinnet
