#include "exercises/two_layer_net.hpp"

#if __has_include(<xtensor/misc/xsort.hpp>)
#include <xtensor/misc/xsort.hpp>
#else
#include <xtensor/xsort.hpp>
#endif

#include "core/check.hpp"

namespace thinnet {

template <typename T>
double TwoLayerNet<T>::loss(const Matrix<T>& x, const Labels& labels) {
  const auto& hidden =
      dropout_.forward(relu_.forward(affine1_.forward(x, Mode::train), Mode::train), Mode::train);
  const double cross_entropy = loss_.forward(affine2_.forward(hidden, Mode::train), labels);
  const auto all = parameters();
  const auto squares = xt::sum(xt::square(all[0]->value))() + xt::sum(xt::square(all[2]->value))();
  return cross_entropy + weight_penalty_ * static_cast<double>(squares) / 2;
}

template <typename T>
void TwoLayerNet<T>::backward() {
  affine1_.backward(relu_.backward(dropout_.backward(affine2_.backward(loss_.backward()))));
  const auto all = parameters();
  all[0]->grad += static_cast<T>(weight_penalty_) * all[0]->value;
  all[2]->grad += static_cast<T>(weight_penalty_) * all[2]->value;
}

template <typename T>
Labels TwoLayerNet<T>::predict(const Matrix<T>& x) {
  const auto& hidden = relu_.forward(affine1_.forward(x, Mode::test), Mode::test);
  const auto& scores = affine2_.forward(dropout_.forward(hidden, Mode::test), Mode::test);
  const auto best = xt::eval(xt::argmax(scores, 1));
  return {best.begin(), best.end()};
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
