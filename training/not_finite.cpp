#include "training/not_finite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "layers/dropout.hpp"
#include "layers/softmax_cross_entropy.hpp"

namespace thinnet {
namespace {

/// The place of the first entry of a matrix that is not finite.
template <typename T>
std::optional<std::size_t> first_in(const Matrix<T>& m) {
  const auto* bad =
      std::find_if(m.data(), m.data() + m.size(), [](T value) { return !std::isfinite(value); });
  if (bad == m.data() + m.size()) return std::nullopt;
  return static_cast<std::size_t>(bad - m.data());
}

template <typename T>
std::string entry_text(const std::string& name, const Matrix<T>& m, std::size_t place) {
  return fmt::format("{}[{},{}] is {}", name, place / m.shape(1), place % m.shape(1),
                     number_text(m.data()[place]));
}

/// What makes the outputs of this layer smaller.
template <typename T>
std::string advice_for(const Layer<T>& layer, const std::string& otherwise) {
  const auto* dropout = dynamic_cast<const Dropout<T>*>(&layer);
  if (dropout == nullptr) return otherwise;
  return fmt::format("it divides by its keep_prob of {}: try a larger one", dropout->keep_prob());
}

}  // namespace

std::string number_text(double value) {
  return std::isnan(value) ? "nan" : fmt::format("{}", value);
}

std::string advice_to_shrink(double learning_rate) {
  return fmt::format("try a learning rate below {}, or smaller weights", learning_rate);
}

template <typename T>
std::string first_not_finite(const std::vector<Parameter<T>*>& parameters) {
  for (const auto* p : parameters) {
    if (const auto place = first_in(p->value)) return entry_text(p->name, p->value, *place);
  }
  return "";
}

template <typename T>
std::string explain_not_finite(Sequential<T>& net, const Batch<T>& batch, const Pass& pass,
                               double learning_rate) {
  if (const auto place = first_in(batch.x)) {
    const std::size_t n = *place / batch.x.shape(1), d = *place % batch.x.shape(1);
    return fmt::format(
        "feature {} of example {} is {} once normalised: look at the data's range and the "
        "normaliser",
        d, batch.examples[n], number_text(batch.x(n, d)));
  }
  const std::string smaller = advice_to_shrink(learning_rate);
  const std::string parameter = first_not_finite(net.parameters());
  if (!parameter.empty()) return parameter + ": " + smaller;
  const Matrix<T>* out = &batch.x;
  for (std::size_t i = 0; i < net.size(); ++i) {
    out = &net.layer(i).forward(*out, pass);
    if (const auto place = first_in(*out)) {
      return fmt::format("the first output to be so is of {}, where {}: {}", net.layer(i).name(),
                         entry_text("out", *out, *place), advice_for(net.layer(i), smaller));
    }
  }
  return "all scores of the net are finite, but not the loss of them: " + smaller;
}

template <typename T>
std::string explain_not_finite(Sequential<T>& net, Batches<T>& batches, const Pass& pass,
                               double learning_rate) {
  SoftmaxCrossEntropy<T> loss;
  std::size_t i = 0;
  while (i + 1 < batches.per_epoch()) {
    const Batch<T>& batch = batches.at(i);
    if (!std::isfinite(loss.forward(net.forward(batch.x, pass), batch.labels))) break;
    ++i;
  }
  return explain_not_finite(net, batches.at(i), pass, learning_rate);
}

template std::string first_not_finite(const std::vector<Parameter<float>*>&);
template std::string first_not_finite(const std::vector<Parameter<double>*>&);
template std::string explain_not_finite(Sequential<float>&, const Batch<float>&, const Pass&,
                                        double);
template std::string explain_not_finite(Sequential<double>&, const Batch<double>&, const Pass&,
                                        double);
template std::string explain_not_finite(Sequential<float>&, Batches<float>&, const Pass&, double);
template std::string explain_not_finite(Sequential<double>&, Batches<double>&, const Pass&, double);

}  // namespace thinnet
