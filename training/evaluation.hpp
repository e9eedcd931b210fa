// How well a net answers.
#pragma once

#include "core/layer.hpp"
#include "data/batches.hpp"

namespace thinnet {

struct Evaluation {
  double loss = 0;      ///< mean over the examples, in nats
  double accuracy = 0;  ///< share of the examples answered right, in [0, 1]
};

/// The class of the largest score in each row of scores (N×C), the first of equals: (N).
template <typename T>
Labels predict(const Matrix<T>& scores);

/// Softmax cross-entropy and accuracy in test mode, over all batches of one epoch. Throws
/// std::invalid_argument when the batches do not fit the net.
template <typename T>
Evaluation evaluate(Layer<T>& net, Batches<T>& batches);

/// What an evaluation is the mean of.
struct EvaluationSums {
  double loss = 0;     ///< of the examples' losses, in nats
  double correct = 0;  ///< how many examples are answered right
};

/// The sums over a slice of every batch. Those of all slices add up to those of the data set.
template <typename T>
EvaluationSums evaluate_slice(Layer<T>& net, Batches<T>& batches, Slice slice);

}  // namespace thinnet
