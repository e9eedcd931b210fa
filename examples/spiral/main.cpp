// Three spiral arms: a network bends its decision boundary around them, and draws it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>

#include "core/initialise.hpp"
#include "core/random.hpp"
#include "core/summary.hpp"
#include "data/io/file.hpp"
#include "examples/support/boundary.hpp"
#include "examples/support/options.hpp"
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
  std::size_t points = 100;  // in each arm
  double noise = 0.2;        // of the angle, in radians
  std::size_t hidden = 100;
  double keep_prob = 1;
  std::size_t epochs = 200;
  std::uint64_t seed = 0;
  std::string output = "output/spiral";
};

constexpr std::size_t arms = 3;

/// points of each arm: radius t and angle 4(arm + t), with noise on the angle, t from 0 to 1.
/// Karpathy, "CS231n case study: a minimal neural network" (2015).
Dataset make_arms(std::size_t points, double noise, std::uint64_t seed) {
  Random random(seed, /*stream=*/100);  // apart from those of the weights
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

/// Accuracies after the last epoch.
EpochRecord fit(Sequential<float>& net, const Dataset& training, const Dataset& validation,
                const Options& options, const ProgressReporter& reporter) {
  Adam<float> adam(net.parameters(), {/*learning_rate=*/1e-2});
  Trainer<float> trainer(net, adam, {options.epochs, /*batch_size=*/100, options.seed});
  const auto as_they_are = Normaliser<float>::identity(2);
  return trainer.fit(training, validation, as_they_are, reporter).epochs.back();
}

void run(const Options& options) {
  require_writable_folder(options.output);
  const Dataset training = make_arms(options.points, options.noise, options.seed);
  const Dataset validation = make_arms(options.points, options.noise, options.seed + 1);

  const std::size_t H = options.hidden;
  Sequential<float> net(2,                                                // x (N×2)
                        Affine<float>(2, H),                              // N×H
                        Relu<float>(),                                    // N×H
                        Dropout<float>(options.keep_prob, options.seed),  // N×H
                        Affine<float>(H, arms));                          // scores (N×3)
  initialise(net.parameters(), he, options.seed);
  fmt::print("{}\n\n{}\n", flow(net), summary(net));
  std::fflush(stdout);  // before progress on stderr, in a log too
  const EpochRecord bent = fit(net, training, validation, options, report_on_stderr("spiral"));

  // What no hidden layer can do. Its only weights may start at zero.
  Sequential<float> line(2,                        // x (N×2)
                         Affine<float>(2, arms));  // scores (N×3)
  const EpochRecord straight = fit(line, training, validation, options, nullptr);

  fmt::print(
      "\n{:.1f} % of the points it learnt from are right, and {:.1f} % of {} new ones.\n"
      "Without the hidden layer {:.1f} % of the new ones are: its boundaries are straight lines,\n"
      "and the arms wind around each other.\n",
      100 * bent.train_accuracy.value(), 100 * bent.validation_accuracy.value(), validation.size(),
      100 * straight.validation_accuracy.value());
  if (bent.validation_accuracy > straight.validation_accuracy) {
    fmt::print(
        "Each hidden ReLU folds the plane once; {} folds together make the boundary follow\n"
        "the arms.\n",
        H);
  } else {
    fmt::print(
        "This net did no better than straight lines: give it more epochs, hidden units or points,\n"
        "or a keep_prob nearer to 1.\n");
  }

  draw_boundary(options.output + "/boundary",
                fmt::format("Three arms, 2-{}-3, keep_prob {}: {:.0f} % right on new points", H,
                            options.keep_prob, 100 * bent.validation_accuracy.value()),
                net, training, /*edge=*/1.2);
  fmt::print("The picture is in {}/boundary.svg and boundary.png\n", options.output);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Trains a network on three spiral arms and draws its decision boundary.");
  set_option_defaults(app);
  app.add_option("--points", options.points, "points in each arm")->check(whole_number(1, 1000000));
  app.add_option("--noise", options.noise, "standard deviation of the angle, in radians")
      ->check(not_negative());
  app.add_option("--hidden", options.hidden, "hidden units")->check(whole_number(1, 1000000));
  app.add_option("--keep-prob", options.keep_prob, "probability that a hidden unit stays, (0, 1]");
  app.add_option("--epochs", options.epochs, "passes over the points")->check(whole_number(1));
  app.add_option("--seed", options.seed, "of points, weights, batches and masks")
      ->check(whole_number(0));
  add_folder(app, "--output", options.output, "folder for the picture; made if missing");
  return run_program(app, argc, argv, [&] { run(options); });
}
