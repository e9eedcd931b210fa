// Trains a fully connected net on all of CIFAR-10 and reports its test accuracy once.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "apps/train_cifar10/training.hpp"
#include "examples/support/options.hpp"
#include "examples/support/program.hpp"

using namespace thinnet;
using namespace thinnet::examples;

namespace {

struct Options {
  FullTrainingOptions training;
  std::string data;      ///< see find_images
  std::string label;     ///< likewise
  bool no_test = false;  ///< leaves the test images alone
};

void add_options(CLI::App& app, FullTrainingOptions& options) {
  add_whole_number(app, "--training", options.training, 0,
                   "how many images to train on; 0: all but the validation images");
  add_whole_number(app, "--validation", options.validation, 1, "how many images to validate on");
  add_choice(app, "--split", options.split, split_names(), split_help);
  add_whole_number(app, "--whiten", options.whiten, 0,
                   "bring images to equal contrast and keep so many whitened principal components; "
                   "0: standardise every pixel instead");
  app.add_option("--whiten-epsilon", options.whiten_epsilon,
                 "how little to raise faint components, in units of the strongest one's variance")
      ->check(not_negative());
  add_widths(app, "--hidden", options.hidden, "widths of the hidden layers");
  app.add_option("--keep-prob", options.keep_prob,
                 "probability that a hidden unit stays, in (0, 1]; 1 is no dropout");
  app.add_option("--input-keep-prob", options.input_keep_prob,
                 "probability that an input stays, in (0, 1]");
  app.add_option("--weight-gain", options.weight_gain,
                 "factor on He's standard deviation of the initial weights");
  add_whole_number(app, "--epochs", options.epochs, 1, "passes over the training images");
  add_whole_number(app, "--batch", options.batch_size, 1, "images in a batch");
  add_choice(app, "--optimizer", options.optimizer, optimizer_names(),
             "SGD with momentum, or Adam");
  app.add_option("--learning-rate", options.learning_rate,
                 "step size before the schedule's factor");
  app.add_option("--momentum", options.momentum, "of SGD, in [0, 1)");
  app.add_option("--weight-decay", options.weight_decay, "L2 penalty on weights");
  add_choice(app, "--schedule", options.schedule, schedule_names(), "how the learning rate falls");
  app.add_option("--step-every", options.step_every, "epochs between the steps of --schedule step");
  app.add_option("--step-factor", options.step_factor, "factor of each step");
  app.add_option("--warm-up", options.warm_up, "epochs in which the learning rate rises from 0")
      ->check(not_negative());
  app.add_option("--label-smoothing", options.label_smoothing,
                 "share of the target spread over all classes, in [0, 1)");
  app.add_flag("--flips", options.augmentation.flip, "mirror every other training image at random");
  add_whole_number(app, "--shifts", options.augmentation.shift, 0,
                   "move training images by up to so many pixels at random");
  add_whole_number(app, "--patience", options.patience, 0,
                   "stop after so many epochs without a better validation accuracy; 0: never");
  add_whole_number(app, "--seed", options.seed, 0,
                   "of weights, batches, masks, augmentation and a random split");
}

std::optional<Dataset> test_images(const Images& images) {
  try {
    return read_test_images(images);
  } catch (const std::runtime_error& e) {
    throw std::runtime_error(fmt::format("{} (--no-test does without)", e.what()));
  }
}

void run(const Options& options, Ranks* ranks) {
  Images images = find_images(options.data, options.label);
  require_learnable(images);
  std::optional<Dataset> test = options.no_test ? std::nullopt : test_images(images);
  const TrainingResult result =
      run_training(std::move(images), std::move(test), options.training, ranks);
  const EpochRecord& best = result.history.epochs[result.history.best];
  fmt::print("\nBest epoch {} of {}: train accuracy {:.4f}, validation accuracy {:.4f}\n",
             best.epoch, result.history.epochs.size(), best.train_accuracy.value(),
             best.validation_accuracy.value());
  fmt::print("{}", guessing_words(result.guessing));
  if (result.test) fmt::print("Test accuracy {:.4f}, after ", result.test->accuracy.value());
  fmt::print("{:.1f} minutes of training\n", result.history.seconds / 60);
  fmt::print("Wrote weights.npz, history.json, curves.svg and curves.png in {}\n",
             options.training.output);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app(
      "Trains a fully connected net, keeps the weights of the epoch with the best validation\n"
      "accuracy, and reports their test accuracy once. Stopped and started again with the same\n"
      "options, or more --epochs, it goes on after the last finished epoch, to the same bits. "
      "Writes checkpoint.npz,\n"
      "weights.npz, history.json, curves.svg and curves.png.");
  set_option_defaults(app);
  add_data(app, options.data, options.label);
  add_options(app, options.training);
  app.add_flag("--no-test", options.no_test,
               "leave the test images alone: for choosing settings by the validation images");
  add_folder(app, "--output", options.training.output, "folder for the results; made if missing");
  return run_program_on_ranks(app, argc, argv, [&](Ranks* ranks) { run(options, ranks); });
}
