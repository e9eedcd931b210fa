#include "exercises/two_layer_net.hpp"

#include "core/check.hpp"

namespace thinnet {

template <typename T>
double TwoLayerNet<T>::loss(const Matrix<T>& x, const Labels& labels) {
  const Matrix<T>& sums = affine1_.forward(x, Mode::train);
  const Matrix<T>& hidden = relu_.forward(sums, Mode::train);
  const Matrix<T>& thinned = dropout_.forward(hidden, Mode::train);
  const Matrix<T>& scores = affine2_.forward(thinned, Mode::train);
  const auto all = parameters();
  double penalty = 0;
  for (std::size_t i = 0; i < all.size(); i += 2) {  // w1 and w2
    const Matrix<T>& w = all[i]->value;
    for (std::size_t r = 0; r < w.shape(0); ++r) {
      for (std::size_t c = 0; c < w.shape(1); ++c)
        penalty += 0.5 * weight_penalty_ * w(r, c) * w(r, c);
    }
  }
  return penalty + loss_.forward(scores, labels);
}

template <typename T>
void TwoLayerNet<T>::backward() {
  const Matrix<T>& dscores = loss_.backward();
  const Matrix<T>& dthinned = affine2_.backward(dscores);
  const Matrix<T>& dhidden = dropout_.backward(dthinned);
  const Matrix<T>& dsums = relu_.backward(dhidden);
  affine1_.backward(dsums);
  const auto all = parameters();
  for (std::size_t i = 0; i < all.size(); i += 2) {
    const Matrix<T>& w = all[i]->value;
    for (std::size_t r = 0; r < w.shape(0); ++r) {
      for (std::size_t c = 0; c < w.shape(1); ++c) {
        all[i]->grad(r, c) += static_cast<T>(weight_penalty_) * w(r, c);
      }
    }
  }
}

template <typename T>
Labels TwoLayerNet<T>::predict(const Matrix<T>& x) {
  const Matrix<T>& sums = affine1_.forward(x, Mode::test);
  const Matrix<T>& hidden = relu_.forward(sums, Mode::test);
  const Matrix<T>& scores = affine2_.forward(dropout_.forward(hidden, Mode::test), Mode::test);
  Labels classes;
  for (std::size_t n = 0; n < scores.shape(0); ++n) {
    std::size_t best = 0;
    for (std::size_t c = 1; c < scores.shape(1); ++c) {
      if (scores(n, c) > scores(n, best)) best = c;
    }
    classes.push_back(static_cast<int>(best));
  }
  return classes;
}

template <typename T>
std::vector<Parameter<T>*> TwoLayerNet<T>::parameters() {
  auto all = affine1_.parameters();
  for (auto* p : affine2_.parameters()) all.push_back(p);
  return all;
}

template <typename T>
TwoLayerNet<T>::TwoLayerNet(const TwoLayerWeights<T>& weights, double keep_prob,
                            double weight_penalty, std::uint64_t seed)
    : affine1_(weights.w1, weights.b1),
      affine2_(weights.w2, weights.b2),
      dropout_(keep_prob, seed),
      weight_penalty_(weight_penalty) {
  affine1_.output_width(weights.w1.shape(0));
  affine2_.output_width(weights.w1.shape(1));  // throws when w2 does not fit w1
  require(weight_penalty >= 0, "two-layer net: the penalty is {}, expected >= 0", weight_penalty);
  affine1_.place("affine1", 0);
  relu_.place("relu1", 1);
  dropout_.place("dropout1", 2);
  affine2_.place("affine2", 3);
}

template class TwoLayerNet<float>;
template class TwoLayerNet<double>;

}  // namespace thinnet
