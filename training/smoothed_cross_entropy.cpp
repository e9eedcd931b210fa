#include "training/smoothed_cross_entropy.hpp"

#include <numeric>

#include "core/check.hpp"

namespace thinnet {

template <typename T>
SmoothedCrossEntropy<T>::SmoothedCrossEntropy(double smoothing) : smoothing_(smoothing) {
  require(smoothing >= 0 && smoothing < 1, "label smoothing is {}, expected [0, 1)", smoothing);
}

template <typename T>
double SmoothedCrossEntropy<T>::forward(const Matrix<T>& scores, const Labels& labels) {
  const double plain = plain_.forward(scores, labels);
  if (smoothing_ == 0) return plain;
  const std::size_t N = scores.shape(0), C = scores.shape(1);
  double lead = 0;  // Σ_n (s[n,y] - mean of s[n])
  for (std::size_t n = 0; n < N; ++n) {
    const T* s = &scores(n, 0);
    const double mean = std::accumulate(s, s + C, 0.0) / static_cast<double>(C);
    lead += s[labels[n]] - mean;
  }
  return plain + smoothing_ * lead / static_cast<double>(N);
}

template <typename T>
const Matrix<T>& SmoothedCrossEntropy<T>::backward() {
  const Matrix<T>& plain = plain_.backward();  // throws before forward
  if (smoothing_ == 0) return plain;
  const Matrix<T>& p = plain_.cache().probabilities;
  const Labels& labels = plain_.cache().labels;
  const std::size_t N = p.shape(0), C = p.shape(1);
  const T off = T(smoothing_) / T(C);    // q of a wrong class
  const T on = T(1 - smoothing_) + off;  // q of the right one
  xt::noalias(dscores_) = (p - off) / T(N);
  for (std::size_t n = 0; n < N; ++n) {
    const auto y = static_cast<std::size_t>(labels[n]);
    dscores_(n, y) = (p(n, y) - on) / T(N);
  }
  return dscores_;
}

template class SmoothedCrossEntropy<float>;
template class SmoothedCrossEntropy<double>;

}  // namespace thinnet
