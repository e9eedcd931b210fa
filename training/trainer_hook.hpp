// Hooks for training in several processes. To train in one, skip this file.
#pragma once

#include <string>

#include "training/checkpoint.hpp"
#include "training/evaluation.hpp"

namespace thinnet {

/// Trainer::fit calls these, in this order. As they stand they train in one process;
/// training/distributed/data_parallel.cpp overrides them for several.
template <typename T>
class TrainerHook {
 public:
  TrainerHook() = default;
  virtual ~TrainerHook() = default;
  TrainerHook(const TrainerHook&) = delete;
  TrainerHook& operator=(const TrainerHook&) = delete;

  /// Before the first epoch: the state of the checkpoint, if `path` names one.
  virtual void resume(const std::string& path, const std::string& settings,
                      const TrainingState<T>& state) {
    if (!path.empty()) load_checkpoint(path, settings, state);
  }

  /// The rows to compute in a step, one at least.
  virtual const Batch<T>& batch(Batches<T>& batches, std::uint64_t step) {
    return batches.at(step);
  }

  /// Between backward and the optimizer's step: may change every grad. `loss` is the mean over the
  /// rows of batch(); what is returned is taken for the loss of the step.
  virtual double after_backward(double loss) { return loss; }

  /// After the last step of an epoch (from 1), before its weights are evaluated or saved.
  virtual void after_epoch(std::size_t /*epoch*/) {}

  /// Evaluates the net on the training set if that has labels, then on the validation set.
  virtual Evaluation evaluate(Layer<T>& net, Batches<T>& batches, const BatchLoss<T>& loss) {
    return thinnet::evaluate(net, batches, loss);
  }

  /// After every epoch: writes the checkpoint, if `path` names one.
  virtual void save(const std::string& path, const std::string& settings,
                    const TrainingState<T>& state) {
    if (!path.empty()) save_checkpoint(path, settings, state);
  }

  /// Whether this process reports progress.
  virtual bool reports() const { return true; }
};

}  // namespace thinnet
