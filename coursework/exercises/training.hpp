// What stands between a net and an experiment: inputs on one scale, batches, an epoch, accuracy.
#pragma once

#include "exercises/two_layer_net.hpp"
#include "optim/optimizer.hpp"

namespace thinnet {

/// Subtracts from every column its mean over the TRAINING rows and divides by its standard
/// deviation over the TRAINING rows, in both matrices; a column whose deviation is 0 is only
/// shifted. training (N×D), validation (M×D). (16)
template <typename T>
void standardise(Matrix<T>& training, Matrix<T>& validation);

/// Cuts `order` into batches of batch_size examples, in that order; the last one may be shorter.
/// Every example is in one batch. batch_size above 0.                                     (17)
std::vector<Examples> batches_of(const Examples& order, std::size_t batch_size);

/// The share of rows of x (N×D) whose predicted class is their label, in [0, 1].          (18)
template <typename T>
double accuracy(TwoLayerNet<T>& net, const Matrix<T>& x, const Labels& labels);

/// Trains once on every batch of `order`: the loss in the pass train(step, batch), backward, and
/// one step of the optimizer; `step` then counts one more. Returns the mean of the losses, each
/// batch weighted by its number of examples.                                              (19)
template <typename T>
double train_epoch(TwoLayerNet<T>& net, Optimizer<T>& optimizer, const Matrix<T>& x,
                   const Labels& labels, const Examples& order, std::size_t batch_size,
                   std::uint64_t& step);

/// Rows `examples` of x (N×D), in that order.
template <typename T>
Matrix<T> rows_of(const Matrix<T>& x, const Examples& examples);
Labels labels_of(const Labels& labels, const Examples& examples);

}  // namespace thinnet
