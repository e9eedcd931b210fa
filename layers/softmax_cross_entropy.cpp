#include "layers/softmax_cross_entropy.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/check.hpp"

namespace thinnet {

template <typename T>
double SoftmaxCrossEntropy<T>::forward(const Matrix<T>& scores, const Labels& labels) {
  const std::size_t N = scores.shape(0), C = scores.shape(1);
  require(labels.size() == N && N > 0, "softmax cross-entropy: scores are {}, labels are {}",
          shape_text(scores), labels.size());
  Matrix<T>& p = cache_.probabilities;
  resize(p, N, C);
  double loss = 0;
  for (std::size_t n = 0; n < N; ++n) {
    const auto y = static_cast<std::size_t>(labels[n]);  // a negative label becomes huge
    require(y < C, "softmax cross-entropy: label {} of row {} is not in [0, {})", labels[n], n, C);
    const T* s = &scores(n, 0);
    const double largest = *std::max_element(s, s + C);
    double sum = 0, mean = 0;  // Σ_k exp(s[k] - largest), at least 1; mean score
    for (std::size_t c = 0; c < C; ++c) mean += s[c] / static_cast<double>(C);
    for (std::size_t c = 0; c < C; ++c) sum += p(n, c) = static_cast<T>(std::exp(s[c] - largest));
    for (std::size_t c = 0; c < C; ++c) p(n, c) = static_cast<T>(p(n, c) / sum);
    loss += std::log(sum) - (1 - smoothing_) * (s[y] - largest) - smoothing_ * (mean - largest);
  }
  cache_.labels = labels;
  return loss / static_cast<double>(N);
}

template <typename T>
const Matrix<T>& SoftmaxCrossEntropy<T>::backward() {
  const Matrix<T>& p = cache_.probabilities;
  const std::size_t N = cache_.labels.size();
  if (N == 0) throw std::logic_error("softmax cross-entropy: backward came before forward");
  const T off = T(smoothing_) / T(p.shape(1)), on = T(1 - smoothing_) + off;  // the two q
  xt::noalias(dscores_) = (p - off) / T(N);
  for (std::size_t n = 0; n < N; ++n) {
    const auto y = static_cast<std::size_t>(cache_.labels[n]);
    dscores_(n, y) = (p(n, y) - on) / T(N);
  }
  return dscores_;
}

template <typename T>
SoftmaxCrossEntropy<T>::SoftmaxCrossEntropy(double smoothing) : smoothing_(smoothing) {
  require(smoothing >= 0 && smoothing < 1, "label smoothing is {}, expected [0, 1)", smoothing);
}

template class SoftmaxCrossEntropy<float>;
template class SoftmaxCrossEntropy<double>;

}  // namespace thinnet
