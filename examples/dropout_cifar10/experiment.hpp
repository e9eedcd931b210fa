// The published experiment: one net with dropout, one without, on few images, alike in all else.
#pragma once

#include <vector>

#include "data/split.hpp"
#include "examples/support/classifier.hpp"
#include "examples/support/data_checks.hpp"
#include "examples/support/optimizer.hpp"
#include "training/trainer.hpp"

namespace thinnet::examples {

/// The defaults are those of the dropout experiment of Stanford's course cs231n.
struct ExperimentOptions {
  std::vector<double> keep_probs{1, 0.25};
  std::vector<std::size_t> hidden{500};
  std::size_t training = 500;     ///< so many images, the first ones of the split
  std::size_t validation = 1000;  ///< so many images
  Split split = Split::tail;      ///< which images validate
  std::size_t epochs = 25;
  std::size_t batch_size = 100;
  OptimizerKind optimizer = OptimizerKind::adam;
  double learning_rate = 5e-4;
  Sampling sampling = Sampling::with_replacement;
  double weight_scale = 1e-2;  ///< standard deviation of the initial weights
  std::uint64_t seed = 0;      ///< of the weights, the batches, the masks and a random split
};

struct ExperimentRun {
  double keep_prob = 1;
  History history;
};

/// D-hidden-classes with ReLU and dropout after every hidden layer.
Sequential<float> make_net(std::size_t D, std::size_t classes, const ExperimentOptions& options,
                           double keep_prob);

/// What a net learns from, what it is judged by, and the mean training image to subtract.
struct ExperimentData {
  ExperimentData(Dataset training_images, Dataset validation_images);

  Dataset training, validation;
  Normaliser<float> mean_image;
};

/// Trains one net with the options' optimizer, batches and epochs. Throws std::runtime_error,
/// naming the step, when the loss is not finite.
History train_net(Sequential<float>& net, const ExperimentData& data,
                  const ExperimentOptions& options, const ProgressReporter& report);

/// The rows of the images that the options ask for. Throws like require_enough_images.
SplitRows experiment_rows(const Dataset& images, const ExperimentOptions& options);

/// Trains one net for each keep_prob, all from the same weights on the same batches, the mean
/// training image subtracted. Progress goes to stderr when `progress` says so.
/// Throws std::invalid_argument when an option is out of its range, before any training.
std::vector<ExperimentRun> run_experiment(const Dataset& images, const ExperimentOptions& options,
                                          bool progress);

}  // namespace thinnet::examples
