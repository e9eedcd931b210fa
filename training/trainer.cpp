#include "training/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "core/check.hpp"
#include "layers/softmax_cross_entropy.hpp"

namespace thinnet {
namespace {

constexpr std::size_t evaluation_batch = 500;

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
Evaluation evaluate(Layer<T>& net, Batches<T>& batches) {
  SoftmaxCrossEntropy<T> loss;
  double loss_sum = 0;
  std::size_t correct = 0;
  for (std::size_t i = 0; i < batches.per_epoch(); ++i) {
    const Batch<T>& batch = batches.at(i);
    const Matrix<T>& scores = net.forward(batch.x, Mode::test);
    loss_sum += loss.forward(scores, batch.labels) * static_cast<double>(batch.labels.size());
    const Labels classes = predict(scores);
    for (std::size_t n = 0; n < classes.size(); ++n)
      correct += classes[n] == batch.labels[n] ? 1 : 0;
  }
  const auto N = static_cast<double>(batches.data().size());
  return {loss_sum / N, static_cast<double>(correct) / N};
}

template <typename T>
Trainer<T>::Trainer(Sequential<T>& net, Optimizer<T>& optimizer, TrainerOptions options)
    : net_(net), optimizer_(optimizer), options_(options) {
  require(options.epochs > 0, "epochs is 0, expected at least 1");
  require(options.learning_rate_decay > 0 && options.learning_rate_decay <= 1,
          "learning rate decay is {}, expected (0, 1]", options.learning_rate_decay);
}

template <typename T>
double Trainer<T>::train_epoch(Batches<T>& batches, std::size_t epoch,
                               const ProgressReporter& report) {
  SoftmaxCrossEntropy<T> loss;
  double loss_sum = 0;
  for (std::size_t i = 0; i < batches.per_epoch(); ++i) {
    const std::uint64_t step = (epoch - 1) * batches.per_epoch() + i;
    const Batch<T>& batch = batches.at(step);
    net_.begin_step(step, batch.examples);
    const double batch_loss = loss.forward(net_.forward(batch.x, Mode::train), batch.labels);
    if (!std::isfinite(batch_loss)) {
      throw std::runtime_error(fmt::format(
          "the loss is {} at step {} (epoch {}): try a learning rate below {}, or smaller weights",
          batch_loss, step, epoch, optimizer_.learning_rate()));
    }
    net_.backward(loss.backward());
    optimizer_.step();
    loss_sum += batch_loss;
    if (report) report({epoch, options_.epochs, i + 1, batches.per_epoch(), batch_loss, nullptr});
  }
  return loss_sum / static_cast<double>(batches.per_epoch());
}

template <typename T>
History Trainer<T>::fit(const Dataset& training, const Dataset& validation,
                        const Normaliser<T>& normaliser, const ProgressReporter& report) {
  const auto start = std::chrono::steady_clock::now();
  Batches<T> batches(training, normaliser, options_.batch_size, options_.sampling, options_.seed);
  Batches<T> seen(training, normaliser, evaluation_batch);
  Batches<T> unseen(validation, normaliser, evaluation_batch);
  History history;
  for (std::size_t epoch = 1; epoch <= options_.epochs && !history.stopped_early; ++epoch) {
    EpochRecord record;
    record.epoch = epoch;
    record.learning_rate = optimizer_.learning_rate();
    record.loss = train_epoch(batches, epoch, report);
    record.train_accuracy = evaluate(net_, seen).accuracy;
    const Evaluation held_out = evaluate(net_, unseen);
    record.validation_loss = held_out.loss;
    record.validation_accuracy = held_out.accuracy;
    history.epochs.push_back(record);
    if (epoch == 1 ||
        record.validation_accuracy > history.epochs[history.best].validation_accuracy) {
      history.best = epoch - 1;
      best_.clear();
      for (const auto* p : net_.parameters()) best_.push_back(p->value);
    }
    history.stopped_early = options_.patience > 0 && epoch - 1 - history.best >= options_.patience;
    optimizer_.set_learning_rate(optimizer_.learning_rate() * options_.learning_rate_decay);
    if (report) {
      // A run that stops early ends its progress here.
      const std::size_t epochs = history.stopped_early ? epoch : options_.epochs;
      report({epoch, epochs, batches.per_epoch(), batches.per_epoch(), record.loss, &record});
    }
  }
  history.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
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
template Evaluation evaluate(Layer<float>&, Batches<float>&);
template Evaluation evaluate(Layer<double>&, Batches<double>&);
template class Trainer<float>;
template class Trainer<double>;

}  // namespace thinnet
