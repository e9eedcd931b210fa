// The training loop with what a long run needs: shuffling, progress, history, early stop,
// checkpoints.
#pragma once

#include <string>

#include "core/sequential.hpp"
#include "data/batches.hpp"
#include "optim/optimizer.hpp"
#include "training/distributed/replicas.hpp"
#include "training/progress.hpp"
#include "training/schedule.hpp"

namespace thinnet {

struct TrainerOptions {
  std::size_t epochs = 10;
  std::size_t batch_size = 100;
  std::uint64_t seed = 0;    ///< of the batches and of augmentation
  std::size_t patience = 0;  ///< epochs without a better validation accuracy before an early stop;
                             ///< 0 never stops early
  Sampling sampling = Sampling::shuffled;
  Schedule schedule = constant_rate();  ///< a factor on the optimizer's learning rate
  double label_smoothing = 0;           ///< in [0, 1), of the training loss
  Augmentation augmentation = {};       ///< of training batches
  std::string checkpoint = {};  ///< .npz written after every epoch, and read by fit if it exists
  std::string settings = {};    ///< what else the numbers depend on: a checkpoint of other settings
                                ///< is refused, and the first differing line told
  Ranks* ranks = nullptr;       ///< trains one net together with the other ranks; null: alone
};

struct History {
  std::vector<EpochRecord> epochs;
  std::size_t best = 0;  ///< index of the best validation accuracy, the first of equals
  bool stopped_early = false;
  double seconds = 0;  ///< wall time; the only field that differs between equal runs

  /// Appends a record and finds the best anew.
  void add(const EpochRecord& record);
};

/// The class of the largest score in each row of scores (N×C), the first of equals.
template <typename T>
Labels predict(const Matrix<T>& scores);

struct Evaluation {
  double loss, accuracy;
};

/// Mean loss (nats) and accuracy in test mode over all batches of one epoch. Ranks that have the
/// same net and batches share the work, and all get the result.
template <typename T>
Evaluation evaluate(Layer<T>& net, Batches<T>& batches, Ranks* ranks = nullptr);

/// Trains with softmax cross-entropy on shuffled batches; normalisation is the caller's, fitted on
/// the training set. Same seeds, same bits.
/// On several ranks, all given the same data and options, each computes its slice of every batch,
/// and gradients are averaged: the same training up to rounding, and the same bits for the same
/// number of ranks. They start from the weights of rank 0, which alone reports, and reads and
/// writes the checkpoint; any number of ranks may go on from it.
template <typename T>
class Trainer {
 public:
  /// Throws std::invalid_argument when an option is out of its range.
  Trainer(Sequential<T>& net, Optimizer<T>& optimizer, TrainerOptions options);

  /// Goes on after the last epoch of the checkpoint, if there is one, to the bits of a training
  /// that was never interrupted. Throws std::runtime_error, naming the step, the layer and what to
  /// try, when the loss is not finite, or a weight at the end of an epoch, which is not kept then;
  /// std::invalid_argument when the schedule makes the learning rate 0; and like save_checkpoint,
  /// load_checkpoint, share_state and require_equal_replicas, on all ranks alike.
  History fit(const Dataset& training, const Dataset& validation, const Normaliser<T>& normaliser,
              const ProgressReporter& reporter = nullptr);

  /// Puts back the weights of the epoch with the best validation accuracy. Throws std::logic_error
  /// before the first fit.
  void restore_best();

 private:
  void train_epoch(Batches<T>& batches, std::optional<GradientAverage<T>>& average,
                   EpochRecord& record, const ProgressReporter& report);
  void require_finite_weights(std::size_t step, std::size_t epoch) const;

  Sequential<T>& net_;
  Optimizer<T>& optimizer_;
  TrainerOptions options_;
  std::vector<Matrix<T>> best_;  // the best epoch's parameter values
};

}  // namespace thinnet
