// The training loop with what a long run needs: shuffling, progress, history, early stop.
#pragma once

#include <functional>
#include <string>

#include "core/sequential.hpp"
#include "data/dataset.hpp"
#include "optim/optimizer.hpp"

namespace thinnet {

struct TrainerOptions {
  std::size_t epochs = 10;
  std::size_t batch_size = 100;
  std::uint64_t seed = 0;          ///< of the batches
  double learning_rate_decay = 1;  ///< in (0, 1]: multiplies the rate after every epoch
  std::size_t patience = 0;        ///< epochs without a better validation accuracy before an early
                                   ///< stop; 0 never stops early
  Sampling sampling = Sampling::shuffled;
};

/// How an epoch ended.
struct EpochRecord {
  std::size_t epoch = 0;           ///< from 1
  double learning_rate = 0;        ///< used in this epoch
  double loss = 0;                 ///< mean over the epoch's batches, train mode, in nats
  double train_accuracy = 0;       ///< whole training set, test mode, in [0, 1]
  double validation_loss = 0;      ///< test mode, in nats
  double validation_accuracy = 0;  ///< test mode, in [0, 1]
};

struct History {
  std::vector<EpochRecord> epochs;
  std::size_t best =
      0;  ///< index of the epoch with the best validation accuracy, the first of equals
  bool stopped_early = false;
  double seconds = 0;  ///< wall time; the only field that differs between equal runs
};

/// Told after every batch (record null) and at the end of every epoch.
struct Progress {
  std::size_t epoch, epochs, batch, batches;  ///< epoch and batch count from 1
  double loss;                                ///< of this batch; at an epoch's end its mean
  const EpochRecord* record;
};
using ProgressReporter = std::function<void(const Progress&)>;

/// On a terminal a bar that redraws itself, elsewhere one plain line an epoch; both on stderr,
/// each line begun with `label`.
ProgressReporter report_on_stderr(std::string label);

struct Evaluation {
  double loss, accuracy;
};

/// Mean loss (nats) and accuracy in test mode over all batches of one epoch.
template <typename T>
Evaluation evaluate(Layer<T>& net, Batches<T>& batches);

/// Trains with softmax cross-entropy on shuffled batches; normalisation is the caller's, fitted on
/// the training set. Same seeds, same bits.
template <typename T>
class Trainer {
 public:
  /// Throws std::invalid_argument when an option is out of its range.
  Trainer(Sequential<T>& net, Optimizer<T>& optimizer, TrainerOptions options);

  /// Throws std::runtime_error, naming the step and what to try, when the loss is not finite.
  History fit(const Dataset& training, const Dataset& validation, const Normaliser<T>& normaliser,
              const ProgressReporter& report = nullptr);

  /// Puts back the weights of the epoch with the best validation accuracy. Throws std::logic_error
  /// before the first fit.
  void restore_best();

 private:
  double train_epoch(Batches<T>& batches, std::size_t epoch, const ProgressReporter& report);

  Sequential<T>& net_;
  Optimizer<T>& optimizer_;
  TrainerOptions options_;
  std::vector<Matrix<T>> best_;  // the best epoch's parameter values
};

}  // namespace thinnet
