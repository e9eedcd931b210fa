#include "layers/softmax_cross_entropy.hpp"

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
  for (std::size_t n = 0; n < N; ++n) {
    double largest = scores(n, 0);
    for (std::size_t c = 1; c < C; ++c) {
      if (scores(n, c) > largest) largest = scores(n, c);
    }
    double sum = 0;
    for (std::size_t c = 0; c < C; ++c) sum += std::exp(scores(n, c) - largest);
    for (std::size_t c = 0; c < C; ++c) {
      const double log_probability = scores(n, c) - largest - std::log(sum);
      p(n, c) = static_cast<T>(std::exp(log_probability));
      if (static_cast<int>(c) == labels[n]) loss = loss - log_probability;
    }
  }
  return loss / static_cast<double>(N);
}

template <typename T>
const Matrix<T>& SoftmaxCrossEntropy<T>::backward() {
  const std::size_t N = cache_.labels.size();
  if (N == 0) throw std::logic_error("softmax cross-entropy: backward came before forward");
  const Matrix<T>& p = cache_.probabilities;
  const std::size_t C = p.shape(1);
  resize(dscores_, N, C);
  for (std::size_t n = 0; n < N; ++n) {
    for (std::size_t c = 0; c < C; ++c) {
      T right = 0;
      if (c == static_cast<std::size_t>(cache_.labels[n])) right = 1;
      dscores_(n, c) = (p(n, c) - right) / static_cast<T>(N);
    }
  }
  return dscores_;
}

template class SoftmaxCrossEntropy<float>;
template class SoftmaxCrossEntropy<double>;

}  // namespace thinnet
