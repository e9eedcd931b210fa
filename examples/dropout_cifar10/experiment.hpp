// The published experiment: one net with dropout, one without, on few images, alike in all else.
#pragma once

#include <vector>

#include "training/trainer.hpp"

namespace thinnet::examples {

enum class OptimiserKind { adam, sgd };

/// The defaults are those of the dropout experiment of Stanford's course cs231n.
struct ExperimentOptions {
  std::vector<double> keep_probs{1, 0.25};
  std::vector<std::size_t> hidden{500};
  std::size_t training = 500;     ///< the first so many images
  std::size_t validation = 1000;  ///< the last so many images
  std::size_t epochs = 25;
  std::size_t batch_size = 100;
  OptimiserKind optimiser = OptimiserKind::adam;
  double learning_rate = 5e-4;
  Sampling sampling = Sampling::with_replacement;
  double weight_scale = 1e-2;  ///< standard deviation of the initial weights
  std::uint64_t seed = 0;      ///< of the weights, the batches and the masks
};

struct ExperimentRun {
  double keep_prob = 1;
  History history;
};

/// D-hidden-classes with ReLU and dropout after every hidden layer.
Sequential<float> make_net(std::size_t D, std::size_t classes, const ExperimentOptions& options,
                           double keep_prob);

/// Trains one net for each keep_prob, all from the same weights on the same batches, the mean
/// training image subtracted. Progress goes to stderr when `progress` says so.
/// Throws std::invalid_argument when an option is out of its range, before any training.
std::vector<ExperimentRun> run_experiment(const Dataset& images, const ExperimentOptions& options,
                                          bool progress);

}  // namespace thinnet::examples
