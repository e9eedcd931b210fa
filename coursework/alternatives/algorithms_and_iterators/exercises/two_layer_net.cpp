#include "exercises/two_layer_net.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/check.hpp"

namespace thinnet {

template <typename T>
double TwoLayerNet<T>::loss(const Matrix<T>& x, const Labels& labels) {
  const std::vector<Layer<T>*> layers{&affine1_, &relu_, &dropout_, &affine2_};
  const Matrix<T>& scores = *std::accumulate(
      layers.begin(), layers.end(), &x,
      [](const Matrix<T>* in, Layer<T>* layer) { return &layer->forward(*in, Mode::train); });
  const auto all = parameters();
  const double squares =
      std::accumulate(all.begin(), all.end(), 0.0, [](double sum, const auto* p) {
        if (p->role == Role::bias) return sum;
        return std::inner_product(p->value.begin(), p->value.end(), p->value.begin(), sum);
      });
  return std::fma(weight_penalty_, squares / 2, loss_.forward(scores, labels));
}

template <typename T>
void TwoLayerNet<T>::backward() {
  const std::vector<Layer<T>*> layers{&affine2_, &dropout_, &relu_, &affine1_};
  std::accumulate(layers.begin(), layers.end(), &loss_.backward(),
                  [](const Matrix<T>* dout, Layer<T>* layer) { return &layer->backward(*dout); });
  for (auto* p : parameters()) {
    if (p->role == Role::bias) continue;
    std::transform(p->grad.begin(), p->grad.end(), p->value.begin(), p->grad.begin(),
                   [k = static_cast<T>(weight_penalty_)](T dw, T value) { return dw + k * value; });
  }
}

template <typename T>
Labels TwoLayerNet<T>::predict(const Matrix<T>& x) {
  const std::vector<Layer<T>*> layers{&affine1_, &relu_, &dropout_, &affine2_};
  const Matrix<T>& scores = *std::accumulate(
      layers.begin(), layers.end(), &x,
      [](const Matrix<T>* in, Layer<T>* layer) { return &layer->forward(*in, Mode::test); });
  const auto C = static_cast<std::ptrdiff_t>(scores.shape(1));
  Labels classes;
  for (auto row = scores.begin(); row != scores.end(); row += C) {
    classes.push_back(
        static_cast<std::int32_t>(std::distance(row, std::max_element(row, row + C))));
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
