// What training remembers of its epochs.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace thinnet {

/// How an epoch ended. Losses are in nats for softmax cross-entropy, otherwise in the unit of the
/// loss. Accuracies are in [0, 1], and there are none where the data set has targets.
struct EpochRecord {
  std::size_t epoch = 0;                           ///< from 1
  double learning_rate = 0;                        ///< of the epoch's last step
  double loss = 0;                                 ///< mean over the epoch's batches, train mode
  std::optional<double> train_accuracy = {};       ///< whole training set, test mode
  double validation_loss = 0;                      ///< test mode
  std::optional<double> validation_accuracy = {};  ///< test mode
};

struct History {
  std::vector<EpochRecord> epochs;
  std::size_t best = 0;  ///< index of the best validation accuracy, or where there is none of the
                         ///< least validation loss; the first of equals
  bool stopped_early = false;
  double seconds = 0;  ///< wall time; the only field that differs between equal runs

  /// Appends a record and moves `best` to it if it is better.
  void add(const EpochRecord& record);
  /// How many epochs in a row were no better than the best; 0 before the first epoch.
  std::size_t epochs_since_best() const;
};

}  // namespace thinnet
