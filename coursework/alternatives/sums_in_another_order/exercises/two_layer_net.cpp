#include "exercises/two_layer_net.hpp"

#include "core/check.hpp"
#include "core/parallel.hpp"

namespace thinnet {

template <typename T>
double TwoLayerNet<T>::loss(const Matrix<T>& x, const Labels& labels) {
  const auto all = parameters();
  double squares = 0, lost = 0;  // what rounding has lost of the sum (Kahan)
  for (auto p = all.rbegin(); p != all.rend(); ++p) {
    if ((*p)->role == Role::bias) continue;
    for (const T w : (*p)->value) {
      const double term = static_cast<double>(w) * w - lost;
      const double sum = squares + term;
      lost = sum - squares - term;
      squares = sum;
    }
  }
  const Matrix<T>& hidden = relu_.forward(affine1_.forward(x, Mode::train), Mode::train);
  const Matrix<T>& scores = affine2_.forward(dropout_.forward(hidden, Mode::train), Mode::train);
  return weight_penalty_ * squares * 0.5 + loss_.forward(scores, labels);
}

template <typename T>
void TwoLayerNet<T>::backward() {
  const Matrix<T> dhidden = dropout_.backward(affine2_.backward(loss_.backward()));
  const Matrix<T> dsums = relu_.backward(dhidden);
  affine1_.backward_parameters(dsums);
  for (auto* p : parameters()) {
    const double penalty = p->role == Role::weight ? weight_penalty_ : 0.0;
    map(p->grad, p->value, p->grad,
        [k = static_cast<T>(penalty)](T dw, T w) { return dw + k * w; });
  }
}

template <typename T>
Labels TwoLayerNet<T>::predict(const Matrix<T>& x) {
  const Matrix<T> hidden = relu_.forward(affine1_.forward(x, Mode::test), Mode::test);
  const Matrix<T>& scores = affine2_.forward(hidden, Mode::test);  // dropout would change nothing
  Labels classes(scores.shape(0), 0);
  for (std::size_t n = 0; n < scores.shape(0); ++n) {
    for (std::size_t c = scores.shape(1); c-- > 0;) {
      const auto best = static_cast<std::size_t>(classes[n]);
      if (scores(n, c) > scores(n, best) || (c < best && scores(n, c) == scores(n, best))) {
        classes[n] = static_cast<std::int32_t>(c);
      }
    }
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
