#include "layers/softmax_cross_entropy.hpp"

#include <algorithm>
#include <cmath>

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
  // BEGIN SOLUTION softmax cross-entropy loss, see equation (8)
  double loss = 0;
  for (std::size_t n = 0; n < N; ++n) {
    const T* s = &scores(n, 0);
    const double largest = *std::max_element(s, s + C);
    double sum = 0;  // Σ_k exp(s[k] - largest), at least 1
    for (std::size_t c = 0; c < C; ++c) sum += p(n, c) = static_cast<T>(std::exp(s[c] - largest));
    for (std::size_t c = 0; c < C; ++c) p(n, c) = static_cast<T>(p(n, c) / sum);
    loss += std::log(sum) - (s[labels[n]] - largest);
  }
  return loss / static_cast<double>(N);
  // END SOLUTION
}

template <typename T>
const Matrix<T>& SoftmaxCrossEntropy<T>::backward() {
  const std::size_t N = cache_.labels.size();
  if (N == 0) throw std::logic_error("softmax cross-entropy: backward came before forward");
  // BEGIN SOLUTION softmax cross-entropy backward, see equation (9)
  dscores_ = cache_.probabilities;
  for (std::size_t n = 0; n < N; ++n) dscores_(n, std::size_t(cache_.labels[n])) -= T(1);
  dscores_ /= T(N);
  // END SOLUTION
  return dscores_;
}

template class SoftmaxCrossEntropy<float>;
template class SoftmaxCrossEntropy<double>;

}  // namespace thinnet
