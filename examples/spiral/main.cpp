// Three spiral arms: a network bends its decision boundary around them, and draws it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>

#include "core/initialise.hpp"
#include "core/random.hpp"
#include "core/summary.hpp"
#include "data/io/file.hpp"
#include "examples/support/chart.hpp"
#include "examples/support/option_checks.hpp"
#include "examples/support/program.hpp"
#include "layers/affine.hpp"
#include "layers/dropout.hpp"
#include "layers/relu.hpp"
#include "optim/adam.hpp"
#include "training/trainer.hpp"

using namespace thinnet;
using namespace thinnet::examples;

namespace {

struct Options {
  std::size_t points = 100, hidden = 100, epochs = 200;
  double keep_prob = 1, noise = 0.2;
  std::uint64_t seed = 0;
  std::string output = "output/spiral";
};

constexpr std::size_t arms = 3;

/// points of each arm: radius t and angle 4(arm + t), with noise on the angle, t from 0 to 1.
/// Karpathy, "CS231n case study: a minimal neural network" (2015).
Dataset make_arms(std::size_t points, double noise, std::uint64_t seed) {
  Random random(seed, 100);  // a stream apart from those of the weights
  Matrix<float> x({arms * points, 2});
  Labels labels;
  for (std::size_t n = 0; n < arms * points; ++n) {
    const std::size_t arm = n / points;
    const double t = static_cast<double>(n % points + 1) / static_cast<double>(points);
    const double angle = 4 * (static_cast<double>(arm) + t) + noise * random.normal();
    x(n, 0) = static_cast<float>(t * std::sin(angle));
    x(n, 1) = static_cast<float>(t * std::cos(angle));
    labels.push_back(static_cast<std::int32_t>(arm));
  }
  return {x, labels, arms};
}

/// The net's answer on a square grid, with the points on top.
Regions regions_of(Sequential<float>& net, const Dataset& data) {
  constexpr std::size_t side = 161;
  constexpr double edge = 1.2;
  Regions regions{Matrix<float>({data.size(), 2}), {}, {}, side, -edge, edge};
  for (std::size_t n = 0; n < data.size(); ++n) {
    data.copy_row(n, &regions.points(n, 0));
    regions.labels.push_back(data.label(n));
  }
  Matrix<float> grid({side * side, 2});
  const auto coordinate = [](std::size_t k) {
    return static_cast<float>(-edge + 2 * edge * static_cast<double>(k) / (side - 1));
  };
  for (std::size_t i = 0; i < side * side; ++i) {
    grid(i, 0) = coordinate(i % side);
    grid(i, 1) = coordinate(i / side);
  }
  regions.grid = predict(net.forward(grid, test()));
  return regions;
}

void run(const Options& options) {
  require_writable_folder(options.output);
  const Dataset training = make_arms(options.points, options.noise, options.seed);
  const Dataset validation = make_arms(options.points, options.noise, options.seed + 1);
  Sequential<float> net(2, Affine<float>(2, options.hidden), Relu<float>(),
                        Dropout<float>(options.keep_prob, options.seed),
                        Affine<float>(options.hidden, arms));
  initialise(net.parameters(), he, options.seed);
  fmt::print("{}\n", summary(net));
  std::fflush(stdout);  // before progress on stderr, in a log too

  const auto last_epoch = [&](Sequential<float>& learner, const ProgressReporter& report) {
    Adam<float> adam(learner.parameters(), {/*learning_rate=*/1e-2});
    Trainer<float> trainer(learner, adam, {options.epochs, /*batch_size=*/100, options.seed});
    return trainer.fit(training, validation, Normaliser<float>::identity(2), report).epochs.back();
  };
  const EpochRecord last = last_epoch(net, report_on_stderr("spiral"));
  Sequential<float> line(2, Affine<float>(2, arms));  // what no hidden layer can do
  const EpochRecord line_last = last_epoch(line, nullptr);
  draw_regions((std::filesystem::path(options.output) / "boundary").string(),
               fmt::format("Three arms, 2-{}-3, keep_prob {}: {:.0f} % right on new points",
                           options.hidden, options.keep_prob, 100 * last.validation_accuracy),
               regions_of(net, training));
  fmt::print(
      "\n{:.1f} % of the points it learnt from are right, and {:.1f} % of {} new ones.\n"
      "Without the hidden layer {:.1f} % of the new ones are: its boundaries are straight lines,\n"
      "and the arms wind around each other. Each hidden ReLU folds the plane once; {} folds "
      "together\n"
      "make the boundary follow the arms.\n"
      "The picture is in {}/boundary.svg and boundary.png\n",
      100 * last.train_accuracy, 100 * last.validation_accuracy, validation.size(),
      100 * line_last.validation_accuracy, options.hidden, options.output);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Trains a network on three spiral arms and draws its decision boundary.");
  app.option_defaults()->always_capture_default()->multi_option_policy(
      CLI::MultiOptionPolicy::TakeLast);
  app.add_option("--points", options.points, "points in each arm")->check(whole_number(1, 1000000));
  app.add_option("--noise", options.noise, "standard deviation of the angle, in radians")
      ->check(not_negative());
  app.add_option("--hidden", options.hidden, "hidden units")->check(whole_number(1, 1000000));
  app.add_option("--keep-prob", options.keep_prob, "probability that a hidden unit stays, (0, 1]");
  app.add_option("--epochs", options.epochs, "passes over the points")->check(whole_number(1));
  app.add_option("--seed", options.seed, "of points, weights, batches and masks")
      ->check(whole_number(0));
  app.add_option("--output", options.output, "folder for the picture; made if missing");
  return run_program(app, argc, argv, [&] { run(options); });
}
