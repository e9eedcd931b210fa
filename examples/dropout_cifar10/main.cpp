// Trains the same network with and without dropout on a few hundred images and shows how far
// training and validation accuracy drift apart.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "core/summary.hpp"
#include "data/classes.hpp"
#include "data/io/file.hpp"
#include "examples/dropout_cifar10/report.hpp"
#include "examples/support/data_checks.hpp"
#include "examples/support/images.hpp"
#include "examples/support/options.hpp"
#include "examples/support/program.hpp"

using namespace thinnet;
using namespace thinnet::examples;

namespace {

void add_options(CLI::App& app, ExperimentOptions& options) {
  app.add_option("--keep-probs", options.keep_probs,
                 "probabilities that a hidden unit stays, each in (0, 1]; 1 is no dropout")
      ->delimiter(',')
      ->type_name("LIST");
  add_widths(app, "--hidden", options.hidden, "widths of the hidden layers");
  add_whole_number(app, "--training", options.training, 1,
                   "how many images to train on; of a smaller data set four fifths");
  add_whole_number(app, "--validation", options.validation, 1,
                   "how many images to validate on; of a smaller data set a fifth");
  add_whole_number(app, "--epochs", options.epochs, 1, "passes over the training images");
  add_whole_number(app, "--batch", options.batch_size, 1, "images in a batch");
  add_choice(app, "--sampling", options.sampling, sampling_names(),
             "batches drawn with replacement, as published, or every image once an epoch");
  add_choice(app, "--optimizer", options.optimizer, optimizer_names(),
             "adam, or sgd with momentum 0.9");
  app.add_option("--learning-rate", options.learning_rate, "step size of the optimizer");
  app.add_option("--weight-scale", options.weight_scale, "standard deviation of initial weights");
  add_whole_number(app, "--seed", options.seed, 0, "of weights, batches and dropout masks");
}

/// The published numbers of images, or those that fit a smaller data set.
void fit_counts(ExperimentOptions& options, std::size_t images) {
  if (images < 2 || options.training + options.validation <= images) return;
  const ImageCounts counts = counts_that_fit(images);
  options.training = counts.training;
  options.validation = counts.validation;
}

void run(const Images& images, SplitChoice split, ExperimentOptions options,
         const std::string& output) {
  require_learnable(images);
  options.split = split_for(split, images);
  const SplitRows rows = experiment_rows(images.training, options);
  require_writable_folder(output);
  warn_of_empty_classes(images);
  warn_of_missing_classes(images, rows);

  const auto net = make_net(images.training.width(), images.training.classes(), options,
                            options.keep_probs.front());
  fmt::print("{} from {}: {} training and {} validation images, seed {}\n{}\n{}\n", images.name,
             images.folder, options.training, options.validation, options.seed,
             split_words(options.split, rows), summary(net));
  std::fflush(stdout);  // before progress on stderr, in a log too

  const auto runs = run_experiment(images.training, options, /*progress=*/true);
  const double guessing = largest_class_share(images.training.subset(rows.validation));
  fmt::print("\n{}{}\n{}", result_table(runs), guessing_words(guessing), result_words(runs));

  write_results(output, images, options, runs);
  fmt::print("\nWrote history.csv, history.json, curves.svg and curves.png in {}\n", output);
}

}  // namespace

int main(int argc, char** argv) {
  ExperimentOptions options;
  SplitChoice split = SplitChoice::automatic;
  std::string data, label;
  std::string output = "output/dropout_cifar10";
  CLI::App app(
      "Trains one network for each keep_prob, alike in initial weights and batches, and compares\n"
      "train with validation accuracy. Writes history.csv, history.json, curves.svg and "
      "curves.png.");
  set_option_defaults(app);
  add_data(app, data, label);
  add_options(app, options);
  add_choice(app, "--split", split, split_names(), split_help);
  add_folder(app, "--output", output, "folder for the results; made if missing");
  return run_program(app, argc, argv, [&] {
    const Images images = find_images(data, label);
    const bool counts_given = app.count("--training") + app.count("--validation") > 0;
    if (!counts_given) fit_counts(options, images.training.size());
    run(images, split, options, output);
  });
}
