// Any loss, given a batch: it takes the labels or the targets, whichever it is made for.
#pragma once

#include "core/loss.hpp"
#include "data/batches.hpp"

namespace thinnet {

/// What a Trainer and evaluate take. Every loss turns into one, which only refers to it:
///   MeanSquaredError<float> loss;
///   Trainer<float> trainer(net, adam, loss, options);
template <typename T>
class BatchLoss {
 public:
  BatchLoss(Loss<T, Labels>& loss) : of_labels_(&loss) {}      // NOLINT: implicit
  BatchLoss(Loss<T, Matrix<T>>& loss) : of_targets_(&loss) {}  // NOLINT: implicit

  /// What the net answers to batch.x (N×C) -> the mean loss over the rows. Throws like the loss.
  double forward(const Matrix<T>& out, const Batch<T>& batch) const {
    if (of_labels_ != nullptr) return of_labels_->forward(out, batch.labels);
    return of_targets_->forward(out, batch.targets);
  }

  /// -> dout (N×C).
  const Matrix<T>& backward() const {
    return of_labels_ != nullptr ? of_labels_->backward() : of_targets_->backward();
  }

  /// Throws std::invalid_argument when the loss is of labels and the data set has targets, or the
  /// other way round.
  void require_fits(const Dataset& data) const;

 private:
  Loss<T, Labels>* of_labels_ = nullptr;  // one of the two
  Loss<T, Matrix<T>>* of_targets_ = nullptr;
};

}  // namespace thinnet
