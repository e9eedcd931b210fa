#include "training/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "core/check.hpp"
#include "layers/softmax_cross_entropy.hpp"
#include "training/checkpoint.hpp"
#include "training/not_finite.hpp"
#include "training/smoothed_cross_entropy.hpp"

namespace thinnet {
namespace {

constexpr std::size_t evaluation_batch = 500;

/// Of every batch, for this rank.
Slice slice_of(const Ranks* ranks) {
  return ranks == nullptr ? Slice{} : Slice{ranks->rank(), ranks->size()};
}

}  // namespace

template <typename T>
Labels predict(const Matrix<T>& scores) {
  const std::size_t N = scores.shape(0), C = scores.shape(1);
  Labels classes(N);
  for (std::size_t n = 0; n < N; ++n) {
    const T* s = &scores(n, 0);
    classes[n] = static_cast<std::int32_t>(std::max_element(s, s + C) - s);
  }
  return classes;
}

template <typename T>
Evaluation evaluate(Layer<T>& net, Batches<T>& batches, Ranks* ranks) {
  SoftmaxCrossEntropy<T> loss;
  double loss_sum = 0;
  std::size_t correct = 0;
  for (std::size_t i = 0; i < batches.per_epoch(); ++i) {
    const Batch<T>& batch = batches.at(i, slice_of(ranks));
    if (batch.labels.empty()) continue;
    const Matrix<T>& scores = net.forward(batch.x, test());
    loss_sum += loss.forward(scores, batch.labels) * static_cast<double>(batch.labels.size());
    const Labels classes = predict(scores);
    for (std::size_t n = 0; n < classes.size(); ++n)
      correct += classes[n] == batch.labels[n] ? 1 : 0;
  }
  const auto N = static_cast<double>(batches.data().size());
  double sums[2] = {loss_sum, static_cast<double>(correct)};
  if (ranks != nullptr) ranks->sum(sums, 2);
  return {sums[0] / N, sums[1] / N};
}

void History::add(const EpochRecord& record) {
  if (epochs.empty() || record.validation_accuracy > epochs[best].validation_accuracy)
    best = epochs.size();
  epochs.push_back(record);
}

template <typename T>
Trainer<T>::Trainer(Sequential<T>& net, Optimizer<T>& optimizer, TrainerOptions options)
    : net_(net), optimizer_(optimizer), options_(std::move(options)) {
  require(options_.epochs > 0, "epochs is 0, expected at least 1");
  SmoothedCrossEntropy<T>{options_.label_smoothing};  // throws before any training
}

template <typename T>
void Trainer<T>::train_epoch(Batches<T>& batches, std::optional<GradientAverage<T>>& average,
                             EpochRecord& record, const ProgressReporter& report) {
  SmoothedCrossEntropy<T> loss(options_.label_smoothing);
  const std::size_t epoch = record.epoch;
  const double rate = optimizer_.learning_rate();
  double loss_sum = 0;
  for (std::size_t i = 0; i < batches.per_epoch(); ++i) {
    const std::uint64_t step = (epoch - 1) * batches.per_epoch() + i;
    const Batch<T>& batch = batches.at(step, slice_of(options_.ranks));
    const double middle =
        (static_cast<double>(step) + 0.5) / static_cast<double>(batches.per_epoch());
    double batch_loss = 0;
    if (!batch.labels.empty()) {
      const Matrix<T>& scores = net_.forward(batch.x, train(step, batch.examples));
      batch_loss = loss.forward(scores, batch.labels);
      net_.backward(loss.backward());
    }
    if (average) batch_loss = average->average(batch_loss, batch.share);
    if (!std::isfinite(batch_loss)) {
      const Batch<T>& whole = batches.at(step);  // so that all ranks say the same
      throw std::runtime_error(
          fmt::format("the loss is {} at step {} (epoch {}): {}", number_text(batch_loss), step,
                      epoch, explain_not_finite(net_, whole, train(step, whole.examples), rate)));
    }
    record.learning_rate = rate * options_.schedule(middle);
    optimizer_.set_learning_rate(record.learning_rate);
    optimizer_.step();
    optimizer_.set_learning_rate(rate);  // at once: training may be stopped by an exception
    loss_sum += batch_loss;
    if (report) report({epoch, options_.epochs, i + 1, batches.per_epoch(), batch_loss, nullptr});
  }
  record.loss = loss_sum / static_cast<double>(batches.per_epoch());
}

/// A loss may not show it: ReLU makes 0 of -infinity. Nobody must be left with such weights.
template <typename T>
void Trainer<T>::require_finite_weights(std::size_t step, std::size_t epoch) const {
  const std::string entry = first_not_finite(net_.parameters());
  if (entry.empty()) return;
  throw std::runtime_error(fmt::format("{} after step {} (epoch {}): {}", entry, step, epoch,
                                       advice_to_shrink(optimizer_.learning_rate())));
}

template <typename T>
History Trainer<T>::fit(const Dataset& training, const Dataset& validation,
                        const Normaliser<T>& normaliser, const ProgressReporter& reporter) {
  const auto start = std::chrono::steady_clock::now();
  Batches<T> batches(training, normaliser, options_.batch_size, options_.sampling, options_.seed,
                     options_.augmentation);
  Batches<T> seen(training, normaliser, evaluation_batch);
  Batches<T> unseen(validation, normaliser, evaluation_batch);
  History history;
  const TrainingState<T> state{net_.parameters(), optimizer_.state(), history, best_};
  Ranks* const ranks = options_.ranks;
  const ProgressReporter report = ranks == nullptr || ranks->rank() == 0 ? reporter : nullptr;
  if (!options_.checkpoint.empty()) {
    on_rank_0(ranks, [&] { load_checkpoint(options_.checkpoint, options_.settings, state); });
  }
  std::optional<GradientAverage<T>> average;
  if (ranks != nullptr) {
    share_state(*ranks, options_.settings, state);
    average.emplace(*ranks, net_.parameters());
  }
  const double seconds_before = history.seconds;
  const auto enough = [&] {
    const std::size_t epochs = history.epochs.size();
    history.stopped_early =
        options_.patience > 0 && epochs > 0 && epochs - 1 - history.best >= options_.patience;
    return history.stopped_early || epochs >= options_.epochs;
  };
  while (!enough()) {
    const std::size_t epoch = history.epochs.size() + 1;
    EpochRecord record;
    record.epoch = epoch;
    train_epoch(batches, average, record, report);
    if (ranks != nullptr) require_equal_replicas(*ranks, net_.parameters(), epoch);
    const std::size_t last_step = epoch * batches.per_epoch() - 1;
    require_finite_weights(last_step, epoch);
    record.train_accuracy = evaluate(net_, seen, ranks).accuracy;
    const Evaluation held_out = evaluate(net_, unseen, ranks);
    if (!std::isfinite(held_out.loss)) {
      throw std::runtime_error(fmt::format(
          "the validation loss is {} after step {} (epoch {}): {}", number_text(held_out.loss),
          last_step, epoch, explain_not_finite(net_, unseen, test(), optimizer_.learning_rate())));
    }
    record.validation_loss = held_out.loss;
    record.validation_accuracy = held_out.accuracy;
    history.add(record);
    if (history.best + 1 == epoch) {
      best_.clear();
      for (const auto* p : net_.parameters()) best_.push_back(p->value);
    }
    history.seconds =
        seconds_before +
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!options_.checkpoint.empty()) {
      on_rank_0(ranks, [&] { save_checkpoint(options_.checkpoint, options_.settings, state); });
    }
    if (report) {
      // A run that stops early ends its progress here.
      const std::size_t epochs = enough() ? epoch : options_.epochs;
      report({epoch, epochs, batches.per_epoch(), batches.per_epoch(), record.loss, &record});
    }
  }
  return history;
}

template <typename T>
void Trainer<T>::restore_best() {
  if (best_.empty()) throw std::logic_error("trainer: restore_best was called before fit");
  const auto parameters = net_.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i]->value = best_[i];
}

template Labels predict(const Matrix<float>&);
template Labels predict(const Matrix<double>&);
template Evaluation evaluate(Layer<float>&, Batches<float>&, Ranks*);
template Evaluation evaluate(Layer<double>&, Batches<double>&, Ranks*);
template class Trainer<float>;
template class Trainer<double>;

}  // namespace thinnet
