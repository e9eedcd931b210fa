// Numbers that are not finite end training, and the message says where they came from and what to
// try. That is looked for only once training has failed: training itself pays nothing.
#pragma once

#include <string>
#include <vector>

#include "core/sequential.hpp"
#include "training/batch_loss.hpp"

namespace thinnet {

/// Where training stands.
struct TrainingPlace {
  std::uint64_t step;    ///< from 0, counted over all epochs
  std::size_t epoch;     ///< from 1
  double learning_rate;  ///< the optimizer's own, before a schedule's factor
};

/// Throws std::runtime_error unless the loss of a training step is finite: "the loss is nan at step
/// 3 (epoch 1): ", which number was the first that is not (of the step's batch, the parameters, or
/// a layer's output), and what to try. Runs the net again in the pass of that step.
template <typename T>
void require_finite_loss(double loss, Sequential<T>& net, Batches<T>& batches,
                         const TrainingPlace& place);

/// Throws std::runtime_error unless all weights are finite, naming the first entry that is not.
/// A loss may not show it: ReLU makes 0 of -infinity. Nobody must be left with such weights.
template <typename T>
void require_finite_weights(const std::vector<Parameter<T>*>& parameters,
                            const TrainingPlace& place);

/// Throws std::runtime_error unless `value`, the validation loss, is finite. Explains it as
/// require_finite_loss does, by the first validation batch whose `loss` is not.
template <typename T>
void require_finite_validation_loss(double value, Sequential<T>& net, Batches<T>& validation,
                                    const BatchLoss<T>& loss, const TrainingPlace& place);

}  // namespace thinnet
