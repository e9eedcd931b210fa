// Trains a fully connected net on all of CIFAR-10 and reports its test accuracy once.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "apps/train_cifar10/training.hpp"
#include "examples/support/option_checks.hpp"
#include "examples/support/program.hpp"

using namespace thinnet;
using namespace thinnet::examples;

int main(int argc, char** argv) {
  FullTrainingOptions options;
  std::string data;
  CLI::App app(
      "Trains a fully connected net, keeps the weights of the epoch with the best validation\n"
      "accuracy, and reports their test accuracy once. Stopped and started again with the same\n"
      "options it goes on after the last finished epoch, to the same bits. Writes checkpoint.npz,\n"
      "weights.npz, history.json, curves.svg and curves.png.");
  app.option_defaults()->always_capture_default()->multi_option_policy(
      CLI::MultiOptionPolicy::TakeLast);
  const auto choice = [](CLI::Option* option, const auto& names, const char* preset) {
    std::string shown;
    for (const auto& [name, value] : names) shown += (shown.empty() ? "{" : ",") + name;
    option->transform(CLI::CheckedTransformer(names).description(""))
        ->default_str(preset)
        ->type_name(shown + "}");
  };
  app.add_option(
         "--data", data,
         std::string(
             "folder with CIFAR-10's binary batches, IDX files, or x.npy, y.npy, x_test.npy "
             "and y_test.npy; ") +
             without_data_option)
      ->type_name("FOLDER");
  app.add_option("--training", options.training,
                 "how many of the first images to train on; 0: all but the validation images")
      ->check(whole_number(0))
      ->type_name("N");
  app.add_option("--validation", options.validation, "how many of the last images to validate on")
      ->check(whole_number(1))
      ->type_name("N");
  app.add_option("--whiten", options.whiten,
                 "bring images to equal contrast and keep so many whitened principal components; "
                 "0: standardise every pixel instead")
      ->check(whole_number(0))
      ->type_name("N");
  app.add_option("--whiten-epsilon", options.whiten_epsilon,
                 "how little to raise faint components, in units of the strongest one's variance")
      ->check(not_negative());
  app.add_option("--hidden", options.hidden, "widths of the hidden layers")
      ->delimiter(',')
      ->check(whole_number(1, 1000000))
      ->type_name("LIST");
  app.add_option("--keep-prob", options.keep_prob,
                 "probability that a hidden unit stays, in (0, 1]; 1 is no dropout");
  app.add_option("--input-keep-prob", options.input_keep_prob,
                 "probability that an input stays, in (0, 1]");
  app.add_option("--weight-gain", options.weight_gain,
                 "factor on He's standard deviation of the initial weights");
  app.add_option("--epochs", options.epochs, "passes over the training images")
      ->check(whole_number(1))
      ->type_name("N");
  app.add_option("--batch", options.batch_size, "images in a batch")
      ->check(whole_number(1))
      ->type_name("N");
  choice(app.add_option("--optimizer", options.optimizer, "SGD with momentum, or Adam"),
         std::map<std::string, OptimizerKind>{{"sgd", OptimizerKind::sgd},
                                              {"adam", OptimizerKind::adam}},
         "sgd");
  app.add_option("--learning-rate", options.learning_rate,
                 "step size before the schedule's factor");
  app.add_option("--momentum", options.momentum, "of SGD, in [0, 1)");
  app.add_option("--weight-decay", options.weight_decay, "L2 penalty on weights");
  choice(app.add_option("--schedule", options.schedule, "how the learning rate falls"),
         std::map<std::string, ScheduleName>{{"constant", ScheduleName::constant},
                                             {"step", ScheduleName::step},
                                             {"cosine", ScheduleName::cosine}},
         "cosine");
  app.add_option("--step-every", options.step_every, "epochs between the steps of --schedule step");
  app.add_option("--step-factor", options.step_factor, "factor of each step");
  app.add_option("--warm-up", options.warm_up, "epochs in which the learning rate rises from 0")
      ->check(not_negative());
  app.add_option("--label-smoothing", options.label_smoothing,
                 "share of the target spread over all classes, in [0, 1)");
  app.add_flag("--flips", options.augmentation.flip, "mirror every other training image at random");
  app.add_option("--shifts", options.augmentation.shift,
                 "move training images by up to so many pixels at random")
      ->check(whole_number(0))
      ->type_name("N");
  app.add_option("--patience", options.patience,
                 "stop after so many epochs without a better validation accuracy; 0: never")
      ->check(whole_number(0))
      ->type_name("N");
  app.add_option("--seed", options.seed, "of weights, batches, masks and augmentation")
      ->check(whole_number(0))
      ->type_name("N");
  bool no_test = false;
  app.add_flag("--no-test", no_test,
               "leave the test images alone: for choosing settings by the validation images");
  app.add_option("--output", options.output, "folder for the results; made if missing")
      ->type_name("FOLDER");

  return run_program_on_ranks(app, argc, argv, [&](Ranks* ranks) {
    Images images = find_images(data);
    std::optional<Dataset> test;
    if (!no_test) test = read_test_images(images.folder);
    const TrainingResult result = train(std::move(images), std::move(test), options, ranks);
    const EpochRecord& best = result.history.epochs[result.history.best];
    fmt::print(
        "\nBest epoch {} of {}: train accuracy {:.4f}, validation accuracy {:.4f}\n"
        "{}{:.1f} minutes of training\n"
        "Wrote weights.npz, history.json, curves.svg and curves.png in {}\n",
        best.epoch, result.history.epochs.size(), best.train_accuracy, best.validation_accuracy,
        result.test ? fmt::format("Test accuracy {:.4f}, after ", result.test->accuracy) : "",
        result.history.seconds / 60, options.output);
  });
}
