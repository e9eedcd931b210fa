// Equations (8) and (9) are derived in docs/derivations.md and in the coursework's handout.
#include "layers/softmax_cross_entropy.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "core/engine/assign.hpp"

namespace thinnet {
namespace {

/// One label for each row of the scores (N×C), each in [0, C).
void require_labels(const Labels& labels, Shape scores) {
  require(labels.size() == scores.rows && scores.rows > 0,
          "softmax cross-entropy: scores are {}, labels are {}", shape_text(scores), labels.size());
  for (std::size_t n = 0; n < scores.rows; ++n) {
    const bool in_range = labels[n] >= 0 && static_cast<std::size_t>(labels[n]) < scores.columns;
    require(in_range, "softmax cross-entropy: label {} of row {} is not in [0, {})", labels[n], n,
            scores.columns);
  }
}

}  // namespace

template <typename T>
double SoftmaxCrossEntropy<T>::forward(const Matrix<T>& scores, const Labels& labels) {
  const std::size_t N = scores.shape(0), C = scores.shape(1);
  require_labels(labels, scores);
  cache_.labels = labels;
  Matrix<T>& p = cache_.probabilities;  // (N×C)
  resize(p, scores);
  // BEGIN SOLUTION softmax cross-entropy loss, see equation (8)
  double loss = 0;
  for (std::size_t n = 0; n < N; ++n) {
    // The row's largest score. Subtracting it from all of them changes no p, and no exp overflows.
    double largest = scores(n, 0);
    for (std::size_t c = 1; c < C; ++c) largest = std::max<double>(largest, scores(n, c));
    // exp(s[n,c] - largest), and their sum: at least 1, for the largest score gives e⁰.
    double sum = 0;
    for (std::size_t c = 0; c < C; ++c) {
      p(n, c) = static_cast<T>(std::exp(scores(n, c) - largest));
      sum += p(n, c);
    }
    // p[n,c] = exp(s[n,c]) / Σ_k exp(s[n,k])
    for (std::size_t c = 0; c < C; ++c) p(n, c) = static_cast<T>(p(n, c) / sum);
    // -log p[n,y] = log Σ_k exp(s[n,k]) - s[n,y], with `largest` subtracted from both terms
    const double correct_score = scores(n, static_cast<std::size_t>(labels[n]));
    loss += std::log(sum) - (correct_score - largest);
  }
  return loss / static_cast<double>(N);
  // END SOLUTION
}

template <typename T>
const Matrix<T>& SoftmaxCrossEntropy<T>::backward() {
  const Matrix<T>& p = cache_.probabilities;  // (N×C)
  const std::size_t N = cache_.labels.size();
  if (N == 0) throw std::logic_error("softmax cross-entropy: backward came before forward");
  // BEGIN SOLUTION softmax cross-entropy backward, see equation (9)
  // dscores = (p - onehot(y)) / N: first where onehot(y) is 0, then where it is 1
  assign(dscores_, p / T(N));
  for (std::size_t n = 0; n < N; ++n) {
    const auto y = static_cast<std::size_t>(cache_.labels[n]);
    dscores_(n, y) = (p(n, y) - T(1)) / T(N);
  }
  // END SOLUTION
  return dscores_;
}

template class SoftmaxCrossEntropy<float>;
template class SoftmaxCrossEntropy<double>;

}  // namespace thinnet
