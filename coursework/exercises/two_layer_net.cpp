#include "exercises/two_layer_net.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace thinnet {

template <typename T>
double TwoLayerNet<T>::loss(const Matrix<T>& x, const Labels& labels) {
  // BEGIN SOLUTION two-layer net loss, see equation (13)
  const Matrix<T>& hidden = relu_.forward(affine1_.forward(x, Mode::train), Mode::train);
  const Matrix<T>& scores = affine2_.forward(dropout_.forward(hidden, Mode::train), Mode::train);
  double squares = 0;
  for (const auto* p : parameters()) {
    if (p->role == Role::bias) continue;
    for (const T w : p->value) squares += static_cast<double>(w) * w;
  }
  return loss_.forward(scores, labels) + weight_penalty_ / 2 * squares;
  // END SOLUTION
}

template <typename T>
void TwoLayerNet<T>::backward() {
  // BEGIN SOLUTION two-layer net backward, see equation (14)
  const Matrix<T>& dhidden = affine2_.backward(loss_.backward());
  affine1_.backward_parameters(relu_.backward(dropout_.backward(dhidden)));
  for (auto* p : parameters()) {
    if (p->role == Role::weight) xt::noalias(p->grad) += T(weight_penalty_) * p->value;
  }
  // END SOLUTION
}

template <typename T>
Labels TwoLayerNet<T>::predict(const Matrix<T>& x) {
  // BEGIN SOLUTION two-layer net prediction, see equation (15)
  const Matrix<T>& hidden = relu_.forward(affine1_.forward(x, Mode::test), Mode::test);
  const Matrix<T>& scores = affine2_.forward(dropout_.forward(hidden, Mode::test), Mode::test);
  Labels classes(scores.shape(0));
  for (std::size_t n = 0; n < classes.size(); ++n) {
    const T* row = &scores(n, 0);
    classes[n] = static_cast<std::int32_t>(std::max_element(row, row + scores.shape(1)) - row);
  }
  return classes;
  // END SOLUTION
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
