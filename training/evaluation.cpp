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
EvaluationSums evaluate_slice(Layer<T>& net, Batches<T>& batches, Slice slice) {
  SoftmaxCrossEntropy<T> loss;
  EvaluationSums sums;
  for (std::size_t i = 0; i < batches.per_epoch(); ++i) {
    const Batch<T>& batch = batches.at(i, slice);
    const std::size_t N = batch.labels.size();
    if (N == 0) continue;  // a slice may be empty
    const Matrix<T>& scores = net.forward(batch.x, test());
    const double mean_loss = loss.forward(scores, batch.labels);
    sums.loss += mean_loss * static_cast<double>(N);
    sums.correct += static_cast<double>(count_equal(predict(scores), batch.labels));
  }
  return sums;
}

template <typename T>
Evaluation evaluate(Layer<T>& net, Batches<T>& batches) {
  const Slice whole;
  const EvaluationSums sums = evaluate_slice(net, batches, whole);
  const auto N = static_cast<double>(batches.data().size());
  return {sums.loss / N, sums.correct / N};
}

template Labels predict(const Matrix<float>&);
template Labels predict(const Matrix<double>&);
template Evaluation evaluate(Layer<float>&, Batches<float>&);
template Evaluation evaluate(Layer<double>&, Batches<double>&);
template EvaluationSums evaluate_slice(Layer<float>&, Batches<float>&, Slice);
template EvaluationSums evaluate_slice(Layer<double>&, Batches<double>&, Slice);

}  // namespace thinnet
