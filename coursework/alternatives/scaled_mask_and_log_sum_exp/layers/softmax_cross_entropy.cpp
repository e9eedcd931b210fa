#include "layers/softmax_cross_entropy.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

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
  std::vector<double> log_sums(N);
  for (std::size_t n = 0; n < N; ++n) {
    double largest = -std::numeric_limits<double>::infinity(), sum = 0;
    for (std::size_t c = 0; c < C; ++c) {  // in one pass: rescale when a larger one comes
      const double s = scores(n, c);
      if (s > largest) {
        sum *= std::exp(largest - s);
        largest = s;
      }
      sum += std::exp(s - largest);
    }
    log_sums[n] = largest + std::log(sum);
  }
  for (std::size_t n = 0; n < N; ++n)
    for (std::size_t c = 0; c < C; ++c)
      p(n, c) = static_cast<T>(std::exp(scores(n, c) - log_sums[n]));
  double loss = 0;
  for (std::size_t n = 0; n < N; ++n) {
    loss += (log_sums[n] - scores(n, static_cast<std::size_t>(labels[n]))) / static_cast<double>(N);
  }
  return loss;
}

template <typename T>
const Matrix<T>& SoftmaxCrossEntropy<T>::backward() {
  const std::size_t N = cache_.labels.size();
  if (N == 0) throw std::logic_error("softmax cross-entropy: backward came before forward");
  dscores_ = cache_.probabilities / static_cast<T>(N);
  for (std::size_t n = 0; n < N; ++n) {
    dscores_(n, static_cast<std::size_t>(cache_.labels[n])) -= T(1) / static_cast<T>(N);
  }
  return dscores_;
}

template class SoftmaxCrossEntropy<float>;
template class SoftmaxCrossEntropy<double>;

}  // namespace thinnet
