// One full training of a fully connected net, and its test at the end.
#pragma once

#include <optional>
#include <string>

#include "data/augmentation.hpp"
#include "examples/support/classifier.hpp"
#include "examples/support/data_checks.hpp"
#include "examples/support/images.hpp"
#include "examples/support/names.hpp"
#include "training/distributed/ranks.hpp"
#include "training/trainer.hpp"

namespace thinnet::examples {

enum class ScheduleName { constant, step, cosine };

const Names<ScheduleName>& schedule_names();

/// The defaults are those of the best net with dropout in docs/results.md.
struct FullTrainingOptions {
  std::size_t training = 0;  ///< so many images; 0 takes all but the validation images
  std::size_t validation = 5000;
  SplitChoice split = SplitChoice::automatic;
  std::size_t whiten = 500;      ///< components kept by whitening; 0 standardises pixels instead
  double whiten_epsilon = 0.06;  ///< see data/whitening.hpp
  std::vector<std::size_t> hidden{2048, 1024};
  double keep_prob = 0.5;
  double input_keep_prob = 0.85;
  double weight_gain = 0.25;  ///< initial weights: factor on He's standard deviation
  std::size_t epochs = 28;
  std::size_t batch_size = 128;
  OptimizerKind optimizer = OptimizerKind::sgd;
  double learning_rate = 0.03;
  double momentum = 0.9;  ///< of SGD
  double weight_decay = 0;
  ScheduleName schedule = ScheduleName::cosine;
  double step_every = 10;  ///< epochs between the steps of the step schedule
  double step_factor = 0.1;
  double warm_up = 0;  ///< epochs in which the learning rate rises from 0
  double label_smoothing = 0.1;
  Augmentation augmentation;
  std::size_t patience = 0;
  std::uint64_t seed = 0;
  std::string output = "output/train_cifar10";
};

/// What the weights after each epoch depend on, one "name value" a line. The number of epochs is
/// not among it: whoever asks for more goes on.
std::string settings_of_weights(const Images& images, const FullTrainingOptions& options);

/// Everything that the results depend on: the same, and how long to train.
std::string settings_text(const Images& images, const FullTrainingOptions& options);

struct TrainingResult {
  History history;
  double guessing = 0;             ///< validation accuracy of always guessing the largest class
  std::optional<Evaluation> test;  ///< of the epoch with the best validation accuracy
};

/// Trains with a checkpoint after every epoch in the output folder, goes on from one that is there
/// (saying so, and whether its schedule was that of another number of epochs),
/// and looks at the test images once, at the end, if there are any. Leaves weights.npz of the best
/// epoch, history.json, curves.svg and curves.png. Ranks train together, and rank 0 alone touches
/// the output folder. Throws std::invalid_argument for an option out of its range and
/// std::runtime_error for files.
TrainingResult run_training(Images images, std::optional<Dataset> test,
                            const FullTrainingOptions& options, Ranks* ranks = nullptr);

}  // namespace thinnet::examples
