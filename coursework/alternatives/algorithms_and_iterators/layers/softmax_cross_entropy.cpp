#include "layers/softmax_cross_entropy.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
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
    const T *first = &scores(n, 0), *last = first + C;
    T* const out = &p(n, 0);
    const T largest = *std::max_element(first, last);
    std::transform(first, last, out, [largest](T s) { return std::exp(s - largest); });
    const T sum = std::accumulate(out, out + C, T(0));
    std::for_each(out, out + C, [sum](T& probability) { probability /= sum; });
    loss += static_cast<double>(largest + std::log(sum) - first[labels[n]]);
  }
  return loss / static_cast<double>(N);
}

template <typename T>
const Matrix<T>& SoftmaxCrossEntropy<T>::backward() {
  const std::size_t N = cache_.labels.size();
  if (N == 0) throw std::logic_error("softmax cross-entropy: backward came before forward");
  dscores_ = cache_.probabilities;
  T* row = dscores_.data();
  for (const auto label : cache_.labels) {
    row[label] -= 1;
    row += dscores_.shape(1);
  }
  std::for_each(dscores_.begin(), dscores_.end(), [N](T& d) { d /= static_cast<T>(N); });
  return dscores_;
}

template class SoftmaxCrossEntropy<float>;
template class SoftmaxCrossEntropy<double>;

}  // namespace thinnet
