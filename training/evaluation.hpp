// How well a net answers.
#pragma once

#include <optional>

#include "core/layer.hpp"
#include "training/batch_loss.hpp"

namespace thinnet {

struct Evaluation {
  double loss = 0;                      ///< mean over the examples
  std::optional<double> accuracy = {};  ///< share of the examples answered right, in [0, 1]; none
                                        ///< where the data set has targets
};

/// The class of the largest score in each row of scores (N×C), the first of equals: (N).
template <typename T>
Labels predict(const Matrix<T>& scores);

/// Loss and accuracy in test mode, over all batches of one epoch. Throws std::invalid_argument when
/// the batches do not fit the net or the loss.
///   MeanSquaredError<float> loss;
///   const double error = evaluate(net, batches, BatchLoss(loss)).loss;
template <typename T>
Evaluation evaluate(Layer<T>& net, Batches<T>& batches, const BatchLoss<T>& loss);

/// The same by softmax cross-entropy, whose loss is in nats.
template <typename T>
Evaluation evaluate(Layer<T>& net, Batches<T>& batches);

/// What an evaluation is the mean of.
struct EvaluationSums {
  double loss = 0;     ///< of the examples' losses
  double correct = 0;  ///< how many examples are answered right; 0 where they have targets
};

/// The sums over a slice of every batch. Those of all slices add up to those of the data set.
template <typename T>
EvaluationSums evaluate_slice(Layer<T>& net, Batches<T>& batches, const BatchLoss<T>& loss,
                              Slice slice);

/// The means, of the sums over all examples of a data set.
Evaluation means_of(const EvaluationSums& sums, const Dataset& data);

}  // namespace thinnet
