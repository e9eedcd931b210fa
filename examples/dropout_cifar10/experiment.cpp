#include "examples/dropout_cifar10/experiment.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "core/check.hpp"
#include "core/initialise.hpp"

namespace thinnet::examples {
namespace {

constexpr double momentum = 0.9;  // of SGD

}  // namespace

Sequential<float> make_net(std::size_t D, std::size_t classes, const ExperimentOptions& options,
                           double keep_prob) {
  return make_classifier(
      D, classes, {options.hidden, keep_prob, 1, normal_scale(options.weight_scale), options.seed});
}

ExperimentData::ExperimentData(Dataset training_images, Dataset validation_images)
    : training(std::move(training_images)),
      validation(std::move(validation_images)),
      mean_image(Normaliser<float>::mean_of(training)) {}

History train_net(Sequential<float>& net, const ExperimentData& data,
                  const ExperimentOptions& options, const ProgressReporter& report) {
  TrainerOptions trainer_options;
  trainer_options.epochs = options.epochs;
  trainer_options.batch_size = options.batch_size;
  trainer_options.seed = options.seed;
  trainer_options.sampling = options.sampling;
  const auto optimizer =
      make_optimizer(net.parameters(), {options.optimizer, options.learning_rate, momentum});
  Trainer<float> trainer(net, *optimizer, trainer_options);
  return trainer.fit(data.training, data.validation, data.mean_image, report);
}

SplitRows experiment_rows(const Dataset& images, const ExperimentOptions& options) {
  require_enough_images({options.training, options.validation}, images.size());
  SplitRows rows = split_rows(images, options.validation, options.split, options.seed);
  rows.training.resize(options.training);
  return rows;
}

std::vector<ExperimentRun> run_experiment(const Dataset& images, const ExperimentOptions& options,
                                          bool progress) {
  const SplitRows rows = experiment_rows(images, options);
  const ExperimentData data(images.subset(rows.training), images.subset(rows.validation));

  std::vector<Sequential<float>> nets;  // all made first: a wrong keep_prob is told before training
  for (const double keep_prob : options.keep_probs) {
    nets.push_back(make_net(images.width(), images.classes(), options, keep_prob));
  }
  std::vector<ExperimentRun> runs;
  for (std::size_t i = 0; i < nets.size(); ++i) {
    const double keep_prob = options.keep_probs[i];
    const auto report =
        progress ? report_on_stderr(fmt::format("keep_prob {:<4}", keep_prob)) : nullptr;
    runs.push_back({keep_prob, train_net(nets[i], data, options, report)});
  }
  return runs;
}

}  // namespace thinnet::examples
