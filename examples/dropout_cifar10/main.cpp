// Trains the same network with and without dropout on a few hundred images and shows how far
// training and validation accuracy drift apart.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "core/summary.hpp"
#include "data/io/file.hpp"
#include "examples/dropout_cifar10/report.hpp"
#include "examples/support/images.hpp"
#include "examples/support/option_checks.hpp"
#include "examples/support/program.hpp"

using namespace thinnet;
using namespace thinnet::examples;

int main(int argc, char** argv) {
  ExperimentOptions options;
  std::string data, output = "output/dropout_cifar10";
  CLI::App app(
      "Trains one network for each keep_prob, alike in initial weights and batches, and compares\n"
      "train with validation accuracy. Writes history.csv, history.json, curves.svg and "
      "curves.png.");
  app.option_defaults()->always_capture_default()->multi_option_policy(
      CLI::MultiOptionPolicy::TakeLast);
  app.add_option(
         "--data", data,
         std::string("folder with CIFAR-10's binary batches, IDX files or x.npy and y.npy; ") +
             without_data_option)
      ->type_name("FOLDER");
  app.add_option("--keep-probs", options.keep_probs,
                 "probabilities that a hidden unit stays, each in (0, 1]; 1 is no dropout")
      ->delimiter(',')
      ->type_name("LIST");
  app.add_option("--hidden", options.hidden, "widths of the hidden layers")
      ->delimiter(',')
      ->check(whole_number(1, 1000000))
      ->type_name("LIST");
  app.add_option("--training", options.training, "how many of the first images to train on")
      ->check(whole_number(1))
      ->type_name("N");
  app.add_option("--validation", options.validation, "how many of the last images to validate on")
      ->check(whole_number(1))
      ->type_name("N");
  app.add_option("--epochs", options.epochs, "passes over the training images")
      ->check(whole_number(1))
      ->type_name("N");
  app.add_option("--batch", options.batch_size, "images in a batch")
      ->check(whole_number(1))
      ->type_name("N");
  app.add_option("--sampling", options.sampling,
                 "batches drawn with replacement, as published, or every image once an epoch")
      ->transform(CLI::CheckedTransformer(
                      std::map<std::string, Sampling>{{"replacement", Sampling::with_replacement},
                                                      {"shuffled", Sampling::shuffled}})
                      .description(""))
      ->default_str("replacement")
      ->type_name("{replacement,shuffled}");
  app.add_option("--optimizer", options.optimizer, "adam, or sgd with momentum 0.9")
      ->transform(
          CLI::CheckedTransformer(std::map<std::string, OptimizerKind>{
                                      {"adam", OptimizerKind::adam}, {"sgd", OptimizerKind::sgd}})
              .description(""))
      ->default_str("adam")
      ->type_name("{adam,sgd}");
  app.add_option("--learning-rate", options.learning_rate, "step size of the optimizer");
  app.add_option("--weight-scale", options.weight_scale, "standard deviation of initial weights");
  app.add_option("--seed", options.seed, "of weights, batches and dropout masks")
      ->check(whole_number(0))
      ->type_name("N");
  app.add_option("--output", output, "folder for the results; made if missing")
      ->type_name("FOLDER");

  return run_program(app, argc, argv, [&] {
    const Images images = find_images(data);
    require_writable_folder(output);
    fmt::print("{} from {}: {} training and {} validation images, seed {}\n\n{}\n", images.name,
               images.folder, options.training, options.validation, options.seed,
               summary(make_net(images.training.width(), images.training.classes(), options,
                                options.keep_probs.front())));
    std::fflush(stdout);  // before progress on stderr, in a log too
    const auto runs = run_experiment(images.training, options, true);
    fmt::print("\n{}\n{}", result_table(runs), result_words(runs));
    write_results(output, images.name, options, runs);
    fmt::print("\nWrote history.csv, history.json, curves.svg and curves.png in {}\n", output);
  });
}
