#include "training/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "core/check.hpp"
#include "training/not_finite.hpp"

namespace thinnet {
namespace {

constexpr std::size_t evaluation_batch = 500;  // rows at a time

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Puts the optimizer's learning rate back, also when an exception ends the epoch.
template <typename T>
class LearningRateRestorer {
 public:
  explicit LearningRateRestorer(Optimizer<T>& optimizer)
      : optimizer_(optimizer), rate_(optimizer.learning_rate()) {}
  ~LearningRateRestorer() { optimizer_.set_learning_rate(rate_); }
  LearningRateRestorer(const LearningRateRestorer&) = delete;
  LearningRateRestorer& operator=(const LearningRateRestorer&) = delete;

 private:
  Optimizer<T>& optimizer_;
  double rate_;
};

/// How many epochs are done at the middle of a step.
double epochs_at_middle_of(std::uint64_t step, std::size_t steps_per_epoch) {
  return (static_cast<double>(step) + 0.5) / static_cast<double>(steps_per_epoch);
}

/// A parameter that joined the net after the optimizer was made would never be trained.
template <typename T>
void require_all_updated(const std::vector<Parameter<T>*>& parameters,
                         const std::vector<Parameter<T>*>& updated) {
  for (Parameter<T>* p : trained(parameters)) {
    require(std::find(updated.begin(), updated.end(), p) != updated.end(),
            "trainer: the optimizer does not update {}: make it when the net has all its layers, "
            "or set may_freeze",
            p->name);
  }
}

void require_epochs(const TrainerOptions& options) {
  require(options.epochs > 0, "epochs is 0, expected at least 1");
}

void report_to_nobody(const Progress& /*progress*/) {}

}  // namespace

template <typename T>
Trainer<T>::Trainer(Sequential<T>& net, Optimizer<T>& optimizer, TrainerOptions options,
                    std::unique_ptr<TrainerHook<T>> hook)
    : net_(net),
      optimizer_(optimizer),
      options_(std::move(options)),
      hook_(std::move(hook)),
      smoothed_(options_.label_smoothing),
      training_loss_(smoothed_),
      evaluation_loss_(plain_) {
  require_epochs(options_);
  if (hook_ == nullptr) hook_ = std::make_unique<TrainerHook<T>>();
}

template <typename T>
Trainer<T>::Trainer(Sequential<T>& net, Optimizer<T>& optimizer, const BatchLoss<T>& loss,
                    TrainerOptions options, std::unique_ptr<TrainerHook<T>> hook)
    : net_(net),
      optimizer_(optimizer),
      options_(std::move(options)),
      hook_(std::move(hook)),
      smoothed_(/*smoothing=*/0),
      training_loss_(loss),
      evaluation_loss_(loss) {
  require_epochs(options_);
  if (hook_ == nullptr) hook_ = std::make_unique<TrainerHook<T>>();
  require(options_.label_smoothing == 0,
          "label smoothing is {}, but a loss is given: leave it at 0, or give SmoothedCrossEntropy",
          options_.label_smoothing);
}

template <typename T>
EpochRecord Trainer<T>::train_epoch(Batches<T>& batches, std::size_t epoch,
                                    const ProgressReporter& report) {
  const std::size_t steps = batches.per_epoch();
  const double base_rate = optimizer_.learning_rate();
  const LearningRateRestorer<T> restorer(optimizer_);
  double loss_sum = 0;
  for (std::size_t i = 0; i < steps; ++i) {
    const std::uint64_t step = (epoch - 1) * steps + i;
    const Batch<T>& batch = hook_->batch(batches, step);
    const Matrix<T>& out = net_.forward(batch.x, train(step, batch.examples));
    const double batch_loss = training_loss_.forward(out, batch);
    net_.backward(training_loss_.backward());
    // One process: batch_loss as it is. Several: gradients and loss of the whole batch.
    const double loss = hook_->after_backward(batch_loss);
    require_finite_loss(loss, net_, batches, {step, epoch, base_rate});
    const double rate_factor = options_.schedule(epochs_at_middle_of(step, steps));
    optimizer_.set_learning_rate(base_rate * rate_factor);
    optimizer_.step();
    loss_sum += loss;
    report({epoch, options_.epochs, /*batch=*/i + 1, /*batches=*/steps, loss, /*record=*/nullptr});
  }
  EpochRecord record;
  record.epoch = epoch;
  record.learning_rate = optimizer_.learning_rate();
  record.loss = loss_sum / static_cast<double>(steps);
  return record;
}

template <typename T>
void Trainer<T>::evaluate_epoch(EpochRecord& record, std::uint64_t last_step, Batches<T>& training,
                                Batches<T>& validation) {
  const TrainingPlace place{last_step, record.epoch, optimizer_.learning_rate()};
  require_finite_weights(net_.parameters(), place);
  if (training.data().has_labels())
    record.train_accuracy = hook_->evaluate(net_, training, evaluation_loss_).accuracy;
  const Evaluation evaluation = hook_->evaluate(net_, validation, evaluation_loss_);
  require_finite_validation_loss(evaluation.loss, net_, validation, evaluation_loss_, place);
  record.validation_loss = evaluation.loss;
  record.validation_accuracy = evaluation.accuracy;
}

template <typename T>
void Trainer<T>::keep_weights() {
  best_.clear();
  for (const auto* p : net_.parameters()) best_.push_back(p->value);
}

template <typename T>
bool Trainer<T>::out_of_patience(const History& history) const {
  return options_.patience > 0 && history.epochs_since_best() >= options_.patience;
}

template <typename T>
bool Trainer<T>::finished(const History& history) const {
  return history.epochs.size() >= options_.epochs || out_of_patience(history);
}

template <typename T>
History Trainer<T>::fit(const Dataset& training, const Dataset& validation,
                        const Normaliser<T>& normaliser, const ProgressReporter& reporter) {
  const Clock::time_point start = Clock::now();
  training_loss_.require_fits(training);
  training_loss_.require_fits(validation);
  if (!options_.may_freeze) require_all_updated(net_.parameters(), optimizer_.parameters());
  Batches<T> batches(training, normaliser, options_.batch_size, options_.sampling, options_.seed,
                     options_.augmentation);
  Batches<T> whole_training(training, normaliser, evaluation_batch);
  Batches<T> whole_validation(validation, normaliser, evaluation_batch);
  const bool reports = reporter != nullptr && hook_->reports();
  const ProgressReporter report = reports ? reporter : report_to_nobody;

  History history;
  const TrainingState<T> state{net_.parameters(), optimizer_.state(), history, best_,
                               training.has_labels()};
  hook_->resume(options_.checkpoint, options_.settings, state);
  if (options_.on_resume && !history.epochs.empty()) options_.on_resume(history);
  const double seconds_before = history.seconds;
  const std::size_t steps = batches.per_epoch();
  while (!finished(history)) {
    const std::size_t epoch = history.epochs.size() + 1;
    EpochRecord record = train_epoch(batches, epoch, report);
    hook_->after_epoch(epoch);
    evaluate_epoch(record, epoch * steps - 1, whole_training, whole_validation);

    history.add(record);
    if (history.epochs_since_best() == 0) keep_weights();
    history.seconds = seconds_before + seconds_since(start);
    hook_->save(options_.checkpoint, options_.settings, state);

    // When training stops early, this epoch turns out to be the last.
    const std::size_t epochs = finished(history) ? epoch : options_.epochs;
    report({epoch, epochs, steps, steps, record.loss, &record});
  }
  history.stopped_early = out_of_patience(history);
  return history;
}

template <typename T>
void Trainer<T>::restore_best() {
  if (best_.empty()) throw std::logic_error("trainer: restore_best was called before fit");
  const auto parameters = net_.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i]->value = best_[i];
}

template class Trainer<float>;
template class Trainer<double>;

}  // namespace thinnet
