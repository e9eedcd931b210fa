#include "layers/softmax_cross_entropy.hpp"

#include <stdexcept>

#include "core/check.hpp"

namespace thinnet {

template <typename T>
double SoftmaxCrossEntropy<T>::forward(const Matrix<T>& scores, const Labels& labels) {
  const std::size_t N = scores.shape(0), C = scores.shape(1);
  require(labels.size() == N && N > 0, "softmax cross-entropy: scores are {}, labels are {}",
          shape_text(scores), labels.size());
  for (std::size_t n = 0; n < N; ++n)  // a negative label becomes huge
    require(static_cast<std::size_t>(labels[n]) < C,
            "softmax cross-entropy: label {} of row {} is not in [0, {})", labels[n], n, C);
  cache_.labels = labels;
  Matrix<T>& p = cache_.probabilities;
  resize(p, N, C);
  const Matrix<T> largest = xt::amax(scores, {1}, xt::keep_dims);
  const Matrix<T> shifted = scores - largest;
  const Matrix<T> log_sums = xt::log(xt::sum(xt::exp(shifted), {1}, xt::keep_dims));
  const Matrix<T> log_p = shifted - log_sums;
  p = xt::exp(log_p);
  Matrix<T> onehot = xt::zeros_like(p);
  for (std::size_t n = 0; n < N; ++n) onehot(n, static_cast<std::size_t>(labels[n])) = 1;
  return -static_cast<double>(xt::sum(onehot * log_p)()) / static_cast<double>(N);
}

template <typename T>
const Matrix<T>& SoftmaxCrossEntropy<T>::backward() {
  const std::size_t N = cache_.labels.size();
  if (N == 0) throw std::logic_error("softmax cross-entropy: backward came before forward");
  Matrix<T> onehot = xt::zeros_like(cache_.probabilities);
  for (std::size_t n = 0; n < N; ++n) onehot(n, static_cast<std::size_t>(cache_.labels[n])) = 1;
  dscores_ = (cache_.probabilities - onehot) / static_cast<T>(N);
  return dscores_;
}

template class SoftmaxCrossEntropy<float>;
template class SoftmaxCrossEntropy<double>;

}  // namespace thinnet
