#include "exercises/two_layer_net.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/engine/assign.hpp"

namespace thinnet {

template <typename T>
double TwoLayerNet<T>::loss(const Matrix<T>& x, const Labels& labels, const Pass& pass) {
  // BEGIN SOLUTION two-layer net loss, see equation (13)
  const Matrix<T>& a = affine1_.forward(x, pass);
  const Matrix<T>& hidden = relu_.forward(a, pass);
  const Matrix<T>& dropped = dropout_.forward(hidden, pass);
  const Matrix<T>& scores = affine2_.forward(dropped, pass);
  double squares = 0;  // Σ w1² + Σ w2²
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
  const Matrix<T>& dscores = loss_.backward();
  const Matrix<T>& ddropped = affine2_.backward(dscores);
  const Matrix<T>& dhidden = dropout_.backward(ddropped);
  const Matrix<T>& da = relu_.backward(dhidden);
  affine1_.backward(da);
  const T penalty = static_cast<T>(weight_penalty_);
  for (auto* p : parameters()) {
    if (p->role == Role::bias) continue;
    assign(p->grad, p->grad + penalty * p->value);  // dw + λ·w
  }
  // END SOLUTION
}

template <typename T>
Labels TwoLayerNet<T>::predict(const Matrix<T>& x) {
  // BEGIN SOLUTION two-layer net prediction, see equation (15)
  const Matrix<T>& a = affine1_.forward(x, test());
  const Matrix<T>& hidden = relu_.forward(a, test());
  const Matrix<T>& passed = dropout_.forward(hidden, test());
  const Matrix<T>& scores = affine2_.forward(passed, test());
  const std::size_t N = scores.shape(0), C = scores.shape(1);
  Labels classes(N);
  for (std::size_t n = 0; n < N; ++n) {
    const T* row = &scores(n, 0);
    const T* largest = std::max_element(row, row + C);  // the first of equals
    classes[n] = static_cast<std::int32_t>(largest - row);
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
  affine1_.set_needs_dx(false);  // x is data
  affine1_.set_name_and_position("affine1", 0);
  relu_.set_name_and_position("relu1", 1);
  dropout_.set_name_and_position("dropout1", 2);
  affine2_.set_name_and_position("affine2", 3);
}

template class TwoLayerNet<float>;
template class TwoLayerNet<double>;

}  // namespace thinnet
