// A net with one hidden layer and its loss: affine, ReLU, dropout, affine, softmax cross-entropy.
#pragma once

#include "layers/affine.hpp"
#include "layers/dropout.hpp"
#include "layers/relu.hpp"
#include "layers/softmax_cross_entropy.hpp"

namespace thinnet {

/// N examples in a batch, D inputs, H hidden units, C classes.
template <typename T>
struct TwoLayerWeights {
  Matrix<T> w1, b1;  ///< (D×H), (1×H)
  Matrix<T> w2, b2;  ///< (H×C), (1×C)
};

/// The chain of equations (1), (5), (6), (1) and (8), and a penalty on the weights:
///   scores = dropout(max(x·w1 + b1, 0))·w2 + b2                              (N×C)
///   loss = cross-entropy(scores, labels) + λ/2·(Σ w1² + Σ w2²)               (13)
/// Biases are not penalised.
template <typename T>
class TwoLayerNet {
 public:
  /// keep_prob in (0, 1] as in Dropout, weight_penalty λ >= 0.
  TwoLayerNet(const TwoLayerWeights<T>& weights, double keep_prob, double weight_penalty,
              std::uint64_t seed = 0);

  /// x (N×D), labels (N) -> the loss (13) in nats. In a training pass dropout drops hidden units.
  double loss(const Matrix<T>& x, const Labels& labels, const Pass& pass);
  /// Fills the grad of every parameter with the gradient (14) of the latest loss.
  void backward();
  /// x (N×D) -> the class of the largest score of each row, the first of equals (15). No dropout.
  Labels predict(const Matrix<T>& x);

  /// w1, b1, w2, b2.
  std::vector<Parameter<T>*> parameters();

 private:
  Affine<T> affine1_, affine2_;
  Relu<T> relu_;
  Dropout<T> dropout_;
  SoftmaxCrossEntropy<T> loss_;
  double weight_penalty_;  // λ
};

}  // namespace thinnet
