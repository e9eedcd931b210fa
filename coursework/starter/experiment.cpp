// The dropout experiment: your net, trained with and without dropout, seed by seed in pairs.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "core/random.hpp"
#include "examples/support/images.hpp"
#include "exercises/training.hpp"
#include "optim/adam.hpp"

using namespace thinnet;

namespace {

constexpr double weight_scale = 0.01;  // standard deviation of the initial weights

struct Options {
  std::string data;
  std::size_t training = 500, validation = 1000, hidden = 500, epochs = 25, batch_size = 100;
  std::uint64_t seeds = 5;
  double learning_rate = 5e-4;
  std::vector<double> keep_probs{1, 0.25};
};

/// Images as numbers: x (N×D), labels (N).
struct LabelledRows {
  Matrix<float> x;
  Labels labels;
};

struct Accuracies {
  double train, validation;
};

LabelledRows read_rows(const Dataset& images) {
  LabelledRows rows{Matrix<float>({images.size(), images.width()}), Labels(images.size())};
  for (std::size_t n = 0; n < images.size(); ++n) {
    images.copy_row(n, &rows.x(n, 0));
    rows.labels[n] = images.label(n);
  }
  return rows;
}

Matrix<float> normals(std::size_t rows, std::size_t columns, Random random) {
  Matrix<float> w({rows, columns});
  for (float& entry : w) entry = static_cast<float>(weight_scale * random.normal());
  return w;
}

void show_progress(std::uint64_t seed, double keep_prob, std::size_t epoch, double loss) {
  if (isatty(STDERR_FILENO) == 1) {
    fmt::print(stderr, "\r\033[Kseed {}, keep_prob {}: epoch {}, loss {:.3f}", seed, keep_prob,
               epoch, loss);
  }
}

/// Nets of the same seed start from the same weights and see the same batches.
Accuracies train_net(const LabelledRows& training, const LabelledRows& validation,
                     std::size_t classes, const Options& options, double keep_prob,
                     std::uint64_t seed) {
  const std::size_t D = training.x.shape(1), H = options.hidden;
  TwoLayerNet<float> net(
      {normals(D, H, Random(seed, 0)), xt::zeros<float>({std::size_t{1}, H}),
       normals(H, classes, Random(seed, 1)), xt::zeros<float>({std::size_t{1}, classes})},
      keep_prob, /*weight_penalty=*/0, seed);
  Adam<float> adam(net.parameters(), {options.learning_rate});
  std::uint64_t step = 0;
  for (std::size_t epoch = 1; epoch <= options.epochs; ++epoch) {
    Random random(seed, static_cast<std::uint32_t>(epoch) + 1);
    const auto order = random.permutation(static_cast<std::uint32_t>(training.labels.size()));
    const double loss =
        train_epoch(net, adam, training.x, training.labels, order, options.batch_size, step);
    show_progress(seed, keep_prob, epoch, loss);
  }
  return {accuracy(net, training.x, training.labels),
          accuracy(net, validation.x, validation.labels)};
}

void print_summary(double keep_prob, const std::vector<Accuracies>& runs) {
  const auto mean_and_deviation = [&](auto value) {
    double mean = 0, square = 0;
    const auto n = static_cast<double>(runs.size());
    for (const Accuracies& run : runs) mean += value(run) / n;
    for (const Accuracies& run : runs) square += std::pow(value(run) - mean, 2);
    return fmt::format("{:.3f} ± {:.3f}", mean, runs.size() > 1 ? std::sqrt(square / (n - 1)) : 0);
  };
  fmt::print("{:<10} {:>15} {:>15} {:>15}\n", keep_prob,
             mean_and_deviation([](const Accuracies& a) { return a.train; }),
             mean_and_deviation([](const Accuracies& a) { return a.validation; }),
             mean_and_deviation([](const Accuracies& a) { return a.train - a.validation; }));
}

void run(const Options& options) {
  const auto images = examples::find_images(options.data);
  const Dataset& all = images.training;
  if (options.training == 0 || options.validation == 0 || options.batch_size == 0 ||
      options.hidden == 0 || options.training + options.validation > all.size()) {
    throw std::invalid_argument(fmt::format(
        "{} training and {} validation images, hidden {}, batch {}: expected 1 or more of each, "
        "and {} images at most",
        options.training, options.validation, options.hidden, options.batch_size, all.size()));
  }
  LabelledRows training = read_rows(all.range(0, options.training));
  LabelledRows validation =
      read_rows(all.range(all.size() - options.validation, options.validation));
  standardise(training.x, validation.x);

  fmt::print("{} from {}: {} training and {} validation images, hidden {}, {} epochs\n\n",
             images.name, images.folder, options.training, options.validation, options.hidden,
             options.epochs);
  fmt::print("{:<6} {:<10} {:>8} {:>12} {:>8}\n", "seed", "keep_prob", "train", "validation",
             "gap");
  std::vector<std::vector<Accuracies>> runs(options.keep_probs.size());
  for (std::uint64_t seed = 0; seed < options.seeds; ++seed) {
    for (std::size_t k = 0; k < runs.size(); ++k) {
      const double keep_prob = options.keep_probs[k];
      const Accuracies a = train_net(training, validation, all.classes(), options, keep_prob, seed);
      runs[k].push_back(a);
      if (isatty(STDERR_FILENO) == 1) fmt::print(stderr, "\r\033[K");
      fmt::print("{:<6} {:<10} {:>8.3f} {:>12.3f} {:>8.3f}\n", seed, keep_prob, a.train,
                 a.validation, a.train - a.validation);
      std::fflush(stdout);
    }
  }
  fmt::print("\nmean ± standard deviation over {} seeds\n{:<10} {:>14} {:>15} {:>15}\n",
             options.seeds, "keep_prob", "train", "validation", "gap");
  for (std::size_t k = 0; k < runs.size(); ++k) print_summary(options.keep_probs[k], runs[k]);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Trains your two-layer net with and without dropout, seed by seed in pairs.");
  app.add_option("--data", options.data,
                 std::string("folder of images; ") + examples::without_data_option);
  app.add_option("--keep-probs", options.keep_probs, "with a comma between them")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--seeds", options.seeds, "how many")->capture_default_str();
  app.add_option("--training", options.training, "images")->capture_default_str();
  app.add_option("--validation", options.validation, "images")->capture_default_str();
  app.add_option("--hidden", options.hidden, "units")->capture_default_str();
  app.add_option("--epochs", options.epochs)->capture_default_str();
  app.add_option("--batch", options.batch_size, "images a batch")->capture_default_str();
  app.add_option("--learning-rate", options.learning_rate, "of Adam")->capture_default_str();
  try {
    app.parse(argc, argv);
    run(options);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const std::exception& e) {
    fmt::print(stderr, "experiment: {}\n", e.what());
    return 2;
  }
}
