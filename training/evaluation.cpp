#include "training/evaluation.hpp"

#include <algorithm>

#include "layers/softmax_cross_entropy.hpp"

namespace thinnet {
namespace {

std::size_t count_equal(const Labels& predicted, const Labels& labels) {
  std::size_t equal = 0;
  for (std::size_t n = 0; n < labels.size(); ++n) {
    if (predicted[n] == labels[n]) ++equal;
  }
  return equal;
}

}  // namespace

template <typename T>
Labels predict(const Matrix<T>& scores) {
  const std::size_t N = scores.shape(0), C = scores.shape(1);
  Labels classes(N);
  for (std::size_t n = 0; n < N; ++n) {
    const T* s = &scores(n, 0);
    classes[n] = static_cast<std::int32_t>(std::max_element(s, s + C) - s);
  }
  return classes;
}

template <typename T>
EvaluationSums evaluate_slice(Layer<T>& net, Batches<T>& batches, const BatchLoss<T>& loss,
                              Slice slice) {
  loss.require_fits(batches.data());
  EvaluationSums sums;
  for (std::size_t i = 0; i < batches.per_epoch(); ++i) {
    const Batch<T>& batch = batches.at(i, slice);
    const std::size_t N = batch.examples.size();
    if (N == 0) continue;  // a slice may be empty
    const Matrix<T>& out = net.forward(batch.x, test());
    const double mean_loss = loss.forward(out, batch);
    sums.loss += mean_loss * static_cast<double>(N);
    if (!batches.data().has_labels()) continue;  // targets: nothing is right or wrong
    sums.correct += static_cast<double>(count_equal(predict(out), batch.labels));
  }
  return sums;
}

Evaluation means_of(const EvaluationSums& sums, const Dataset& data) {
  const auto N = static_cast<double>(data.size());
  Evaluation means{sums.loss / N};
  if (data.has_labels()) means.accuracy = sums.correct / N;
  return means;
}

template <typename T>
Evaluation evaluate(Layer<T>& net, Batches<T>& batches, const BatchLoss<T>& loss) {
  const Slice whole;
  return means_of(evaluate_slice(net, batches, loss, whole), batches.data());
}

template <typename T>
Evaluation evaluate(Layer<T>& net, Batches<T>& batches) {
  SoftmaxCrossEntropy<T> loss;
  return evaluate(net, batches, BatchLoss<T>(loss));
}

template Labels predict(const Matrix<float>&);
template Labels predict(const Matrix<double>&);
template Evaluation evaluate(Layer<float>&, Batches<float>&);
template Evaluation evaluate(Layer<double>&, Batches<double>&);
template Evaluation evaluate(Layer<float>&, Batches<float>&, const BatchLoss<float>&);
template Evaluation evaluate(Layer<double>&, Batches<double>&, const BatchLoss<double>&);
template EvaluationSums evaluate_slice(Layer<float>&, Batches<float>&, const BatchLoss<float>&,
                                       Slice);
template EvaluationSums evaluate_slice(Layer<double>&, Batches<double>&, const BatchLoss<double>&,
                                       Slice);

}  // namespace thinnet
