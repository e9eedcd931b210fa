// The training loop with what a long run needs: shuffling, progress, history, early stop,
// checkpoints.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/sequential.hpp"
#include "training/evaluation.hpp"
#include "training/progress.hpp"
#include "training/schedule.hpp"
#include "training/smoothed_cross_entropy.hpp"
#include "training/trainer_hook.hpp"

namespace thinnet {

struct TrainerOptions {
  std::size_t epochs = 10;
  std::size_t batch_size = 100;
  std::uint64_t seed = 0;    ///< of the batches and of augmentation
  std::size_t patience = 0;  ///< epochs without a better validation accuracy, or for targets a
                             ///< lower validation loss, before an early stop; 0 never stops early
  Sampling sampling = Sampling::shuffled;
  Schedule schedule = constant_rate();  ///< a factor on the optimizer's learning rate
  double label_smoothing = 0;           ///< in [0, 1), of softmax cross-entropy in training
  Augmentation augmentation = {};       ///< of training batches
  bool may_freeze = false;  ///< whether the optimizer may leave some parameters of the net alone
  std::string checkpoint = {};  ///< .npz written after every epoch, and read by fit if it exists
  std::string settings = {};    ///< what else the numbers depend on: a checkpoint of other settings
                                ///< is refused, and the first differing line told
  /// Called by fit before it goes on from a checkpoint, with what that has so far.
  std::function<void(const History& so_far)> on_resume = {};
};

/// Trains a net, with softmax cross-entropy unless another loss is given. Same seeds, same bits.
///   TrainerOptions options;
///   options.epochs = 20;
///   Trainer<float> trainer(net, adam, options);
///   const History history = trainer.fit(training, validation, normaliser);
template <typename T>
class Trainer {
 public:
  /// The net and its optimizer must outlive the trainer. No hook: training in one process. Throws
  /// std::invalid_argument when an option is out of its range.
  Trainer(Sequential<T>& net, Optimizer<T>& optimizer, TrainerOptions options,
          std::unique_ptr<TrainerHook<T>> hook = nullptr);
  /// The same with a loss, of labels or of targets, which must outlive the trainer; the validation
  /// loss is of it, too. Throws likewise, also when label_smoothing is not 0.
  Trainer(Sequential<T>& net, Optimizer<T>& optimizer, const BatchLoss<T>& loss,
          TrainerOptions options, std::unique_ptr<TrainerHook<T>> hook = nullptr);
  ~Trainer() = default;
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  /// Data sets (N×D) for a net of D inputs; the normaliser is fitted on the training set. Goes on
  /// after the last epoch of the checkpoint, if there is one: the result is bit for bit that of an
  /// uninterrupted run. Leaves the weights of the last epoch. A second fit starts at epoch 1 again,
  /// with the weights and the optimizer as they are.
  /// Throws std::invalid_argument, naming the parameter, when the optimizer does not update one of
  /// the net, unless may_freeze is set: it was made before the parameter joined the net.
  /// Throws std::runtime_error, naming the step, the layer and what to try, when the loss is not
  /// finite, or a weight at the end of an epoch: that epoch is not kept. Throws
  /// std::invalid_argument when the schedule makes the learning rate 0 or the data sets are not of
  /// the loss (labels or targets), and like Batches, save_checkpoint, load_checkpoint and the hook.
  History fit(const Dataset& training, const Dataset& validation, const Normaliser<T>& normaliser,
              const ProgressReporter& reporter = nullptr);

  /// Puts back the weights of the best epoch, see History. Throws std::logic_error
  /// before the first fit.
  void restore_best();

 private:
  EpochRecord train_epoch(Batches<T>& batches, std::size_t epoch, const ProgressReporter& report);
  void evaluate_epoch(EpochRecord& record, std::uint64_t last_step, Batches<T>& training,
                      Batches<T>& validation);
  void keep_weights();
  bool out_of_patience(const History& history) const;
  bool finished(const History& history) const;

  Sequential<T>& net_;
  Optimizer<T>& optimizer_;
  TrainerOptions options_;
  std::unique_ptr<TrainerHook<T>> hook_;
  SmoothedCrossEntropy<T> smoothed_;  // where no loss is given, in training
  SoftmaxCrossEntropy<T> plain_;      // and in evaluations
  BatchLoss<T> training_loss_, evaluation_loss_;
  std::vector<Matrix<T>> best_;  // the best epoch's parameter values
};

}  // namespace thinnet
