#include "training/not_finite.hpp"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <stdexcept>

#include "layers/dropout.hpp"

namespace thinnet {
namespace {

/// "nan", "inf" or the number: the sign of NaN says nothing.
std::string number_text(double value) {
  return std::isnan(value) ? "nan" : fmt::format("{}", value);
}

/// The index of the first entry of a matrix that is not finite, counted row by row.
template <typename T>
std::optional<std::size_t> first_in(const Matrix<T>& m) {
  for (std::size_t i = 0; i < m.size(); ++i) {
    if (!std::isfinite(m.data()[i])) return i;
  }
  return std::nullopt;
}

/// "affine1.w[0,3] is nan".
template <typename T>
std::string entry_text(const std::string& name, const Matrix<T>& m, std::size_t i) {
  return fmt::format("{}[{},{}] is {}", name, i / m.shape(1), i % m.shape(1),
                     number_text(m.data()[i]));
}

/// What makes the outputs of this layer smaller.
template <typename T>
std::string advice_for(const Layer<T>& layer, const std::string& otherwise) {
  const auto* dropout = dynamic_cast<const Dropout<T>*>(&layer);
  if (dropout == nullptr) return otherwise;
  return fmt::format("it divides by its keep_prob of {}: try a larger one", dropout->keep_prob());
}

/// What to try when numbers grow without bounds.
std::string advice_to_shrink(double learning_rate) {
  return fmt::format("try a learning rate below {}, or smaller weights", learning_rate);
}

/// "affine1.w[0,3] is nan" of the first entry of the parameters that is not finite; empty when all
/// are.
template <typename T>
std::string first_not_finite(const std::vector<Parameter<T>*>& parameters) {
  for (const auto* p : parameters) {
    const std::optional<std::size_t> entry = first_in(p->value);
    if (entry) return entry_text(p->name, p->value, *entry);
  }
  return "";
}

/// The first batch whose loss is not finite; the last one if there is none.
template <typename T>
const Batch<T>& first_batch_without_finite_loss(Sequential<T>& net, Batches<T>& batches,
                                                const BatchLoss<T>& loss) {
  const std::size_t last = batches.per_epoch() - 1;
  for (std::size_t i = 0; i < last; ++i) {
    const Batch<T>& batch = batches.at(i);
    const Matrix<T>& out = net.forward(batch.x, test());
    if (!std::isfinite(loss.forward(out, batch))) return batch;
  }
  return batches.at(last);
}

/// The first number of a forward pass that is not finite, and what to try. Runs the net again.
template <typename T>
std::string explain_not_finite(Sequential<T>& net, const Batch<T>& batch, const Pass& pass,
                               double learning_rate) {
  const std::optional<std::size_t> feature = first_in(batch.x);
  if (feature) {
    const std::size_t D = batch.x.shape(1);
    return fmt::format(
        "feature {} of example {} is {} once normalised: look at the data's range and the "
        "normaliser",
        *feature % D, batch.examples[*feature / D], number_text(batch.x.data()[*feature]));
  }
  const std::optional<std::size_t> target = first_in(batch.targets);
  if (target) {
    const std::size_t C = batch.targets.shape(1);
    return fmt::format("target {} of example {} is {} once in a batch: scale the targets",
                       *target % C, batch.examples[*target / C],
                       number_text(batch.targets.data()[*target]));
  }
  const std::string smaller = advice_to_shrink(learning_rate);
  const std::string parameter = first_not_finite(net.parameters());
  if (!parameter.empty()) return parameter + ": " + smaller;
  const Matrix<T>* out = &batch.x;
  for (std::size_t i = 0; i < net.size(); ++i) {
    Layer<T>& layer = net.layer(i);
    out = &layer.forward(*out, pass);
    const std::optional<std::size_t> entry = first_in(*out);
    if (entry) {
      return fmt::format("the first output to be so is of {}, where {}: {}", layer.name(),
                         entry_text("out", *out, *entry), advice_for(layer, smaller));
    }
  }
  return "all outputs of the net are finite, but not the loss of them: " + smaller;
}

}  // namespace

template <typename T>
void require_finite_loss(double loss, Sequential<T>& net, Batches<T>& batches,
                         const TrainingPlace& place) {
  if (std::isfinite(loss)) return;
  const Batch<T>& batch = batches.at(place.step);
  const Pass pass = train(place.step, batch.examples);
  throw std::runtime_error(fmt::format("the loss is {} at step {} (epoch {}): {}",
                                       number_text(loss), place.step, place.epoch,
                                       explain_not_finite(net, batch, pass, place.learning_rate)));
}

template <typename T>
void require_finite_weights(const std::vector<Parameter<T>*>& parameters,
                            const TrainingPlace& place) {
  const std::string entry = first_not_finite(parameters);
  if (entry.empty()) return;
  throw std::runtime_error(fmt::format("{} after step {} (epoch {}): {}", entry, place.step,
                                       place.epoch, advice_to_shrink(place.learning_rate)));
}

template <typename T>
void require_finite_validation_loss(double value, Sequential<T>& net, Batches<T>& validation,
                                    const BatchLoss<T>& loss, const TrainingPlace& place) {
  if (std::isfinite(value)) return;
  const Batch<T>& batch = first_batch_without_finite_loss(net, validation, loss);
  throw std::runtime_error(fmt::format(
      "the validation loss is {} after step {} (epoch {}): {}", number_text(value), place.step,
      place.epoch, explain_not_finite(net, batch, test(), place.learning_rate)));
}

template void require_finite_loss(double, Sequential<float>&, Batches<float>&,
                                  const TrainingPlace&);
template void require_finite_loss(double, Sequential<double>&, Batches<double>&,
                                  const TrainingPlace&);
template void require_finite_weights(const std::vector<Parameter<float>*>&, const TrainingPlace&);
template void require_finite_weights(const std::vector<Parameter<double>*>&, const TrainingPlace&);
template void require_finite_validation_loss(double, Sequential<float>&, Batches<float>&,
                                             const BatchLoss<float>&, const TrainingPlace&);
template void require_finite_validation_loss(double, Sequential<double>&, Batches<double>&,
                                             const BatchLoss<double>&, const TrainingPlace&);

}  // namespace thinnet
