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
  for (std::size_t n = 0; n < N; ++n)  // a negative label becomes huge
    require(static_cast<std::size_t>(labels[n]) < C,
            "softmax cross-entropy: label {} of row {} is not in [0, {})", labels[n], n, C);
  cache_.labels = labels;
  Matrix<T>& p = cache_.probabilities;
  resize(p, N, C);
  double loss = 0;
  for (std::size_t n = N; n-- > 0;) {
    // Relative to the right class: -log p = log Σ_k exp(s[k] - s[right]), unless that overflows.
    const T* const s = &scores(n, 0);
    const double right = s[labels[n]], largest = *std::max_element(s, s + C);
    double sum = 0;
    for (std::size_t c = C; c-- > 0;) sum += std::exp(s[c] - largest);
    for (std::size_t c = 0; c < C; ++c)
      p(n, c) = static_cast<T>(std::exp(s[c] - largest - std::log(sum)));
    loss += largest == right ? std::log1p(sum - 1) : std::log(sum) + (largest - right);
  }
  return loss / static_cast<double>(N);
}

template <typename T>
const Matrix<T>& SoftmaxCrossEntropy<T>::backward() {
  const std::size_t N = cache_.labels.size();
  if (N == 0) throw std::logic_error("softmax cross-entropy: backward came before forward");
  const std::size_t C = cache_.probabilities.shape(1);
  const T share = T(1) / static_cast<T>(N);
  resize(dscores_, N, C);
  for (std::size_t c = C; c-- > 0;) {
    for (std::size_t n = N; n-- > 0;) {
      const bool right = c == static_cast<std::size_t>(cache_.labels[n]);
      dscores_(n, c) = share * cache_.probabilities(n, c) - (right ? share : T(0));
    }
  }
  return dscores_;
}

template class SoftmaxCrossEntropy<float>;
template class SoftmaxCrossEntropy<double>;

}  // namespace thinnet
