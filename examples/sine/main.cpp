// A sine with noise: a network that predicts numbers, and keeps the weights of its best epoch.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>

#include "core/initialise.hpp"
#include "core/random.hpp"
#include "core/summary.hpp"
#include "data/io/file.hpp"
#include "examples/support/chart.hpp"
#include "examples/support/options.hpp"
#include "examples/support/program.hpp"
#include "layers/affine.hpp"
#include "layers/dropout.hpp"
#include "layers/mean_squared_error.hpp"
#include "layers/relu.hpp"
#include "optim/adam.hpp"
#include "training/trainer.hpp"

using namespace thinnet;
using namespace thinnet::examples;

namespace {

struct Options {
  std::size_t points = 20;  // to train on, and as many to validate on
  double noise = 0.3;       // standard deviation
  std::size_t hidden = 100;
  double keep_prob = 1;
  std::size_t epochs = 1000, patience = 200;
  std::uint64_t seed = 0;
  std::string output = "output/sine";
};

constexpr double pi = 3.14159265358979323846;

/// x (N×1), evenly from -π to π; targets sin(x) + noise (N×1).
Dataset make_sine(std::size_t points, double noise, std::uint64_t seed) {
  Random random(seed, /*stream=*/100);  // apart from those of the weights
  Matrix<double> x({points, 1}), targets({points, 1});
  for (std::size_t n = 0; n < points; ++n) {
    const double share = (static_cast<double>(n) + 0.5) / static_cast<double>(points);
    x(n, 0) = pi * (2 * share - 1);
    targets(n, 0) = std::sin(x(n, 0)) + noise * random.normal();
  }
  return {x, targets};
}

/// x and target of every example (N×2).
Matrix<float> points_of(const Dataset& data) {
  Matrix<float> points({data.size(), 2});
  for (std::size_t n = 0; n < data.size(); ++n) {
    data.copy_row(n, &points(n, 0));
    data.copy_targets(n, &points(n, 1));
  }
  return points;
}

/// What the net answers to each x of the points (N×2), as a line.
Line line_through(Sequential<float>& net, Batches<float>& batches, const Matrix<float>& points) {
  const Matrix<float>& out = net.forward(batches.at(0).x, test());  // (N×1)
  Line line;
  for (std::size_t n = 0; n < points.shape(0); ++n) {
    line.x.push_back(points(n, 0));
    line.y.push_back(out(n, 0));
  }
  return line;
}

void run(const Options& options) {
  require_writable_folder(options.output);
  const Dataset training = make_sine(options.points, options.noise, options.seed);
  const Dataset validation = make_sine(options.points, options.noise, options.seed + 1);
  const Dataset sine = make_sine(/*points=*/200, /*noise=*/0, /*seed=*/0);
  const auto normaliser = Normaliser<float>::standard_of(training);

  const std::size_t H = options.hidden;
  Sequential<float> net(1,                                                // x (N×1)
                        Affine<float>(1, H),                              // N×H
                        Relu<float>(),                                    // N×H
                        Dropout<float>(options.keep_prob, options.seed),  // N×H
                        Affine<float>(H, H),                              // N×H
                        Relu<float>(),                                    // N×H
                        Dropout<float>(options.keep_prob, options.seed),  // N×H
                        Affine<float>(H, 1));                             // predictions (N×1)
  initialise(net.parameters(), he, options.seed);
  fmt::print("{}\n\n{}\n", flow(net), summary(net));
  std::fflush(stdout);  // before progress on stderr, in a log too

  MeanSquaredError<float> loss;
  Adam<float> adam(net.parameters(), {/*learning_rate=*/5e-3});
  Trainer<float> trainer(net, adam, loss,
                         {options.epochs, /*batch_size=*/5, options.seed, options.patience});
  const History history = trainer.fit(training, validation, normaliser, report_on_stderr("sine"));

  // The weights of the last epoch, then those of the best.
  Batches<float> batches(sine, normaliser, sine.size());
  const Matrix<float> points = points_of(sine);
  Line last = line_through(net, batches, points);
  const double error_of_last = evaluate(net, batches, BatchLoss(loss)).loss;
  trainer.restore_best();
  Line best = line_through(net, batches, points);
  const double error_of_best = evaluate(net, batches, BatchLoss(loss)).loss;

  fmt::print(
      "\nMean squared errors; that of the noise is {:.3f}:\n\n"
      "            training  validation  sine without noise\n",
      options.noise * options.noise);
  const auto print_errors = [](const char* name, const EpochRecord& epoch, double error) {
    fmt::print("{} {:>6}  {:>8.3f}  {:>10.3f}  {:>18.3f}\n", name, epoch.epoch, epoch.loss,
               epoch.validation_loss, error);
  };
  print_errors("last", history.epochs.back(), error_of_last);
  print_errors("best", history.epochs[history.best], error_of_best);
  fmt::print(
      "\nA training error below that of the noise has learned noise. The best epoch is the one of\n"
      "the lowest validation error; its weights are put back. {}\n",
      history.stopped_early ? "No later one came, so training stopped."
                            : "All epochs were trained.");

  Line truth{"sine", best.x, {}, 2, true};
  for (const double x : truth.x) truth.y.push_back(std::sin(x));
  last.title = fmt::format("epoch {}, the last", history.epochs.size());
  last.colour = 4;
  best.title = fmt::format("epoch {}, the best", history.best + 1);
  draw_lines(options.output + "/fit",
             fmt::format("A sine through noise, 1-{0}-{0}-1, keep_prob {1}", H, options.keep_prob),
             points_of(training), {truth, last, best});
  fmt::print("The picture is in {}/fit.svg and fit.png\n", options.output);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Fits a sine through noisy points, stops early, and draws the last and best epoch.");
  set_option_defaults(app);
  app.add_option("--points", options.points, "points to train on")->check(whole_number(1, 1000000));
  app.add_option("--noise", options.noise, "standard deviation of the noise")
      ->check(not_negative());
  app.add_option("--hidden", options.hidden, "units of each hidden layer")
      ->check(whole_number(1, 1000000));
  app.add_option("--keep-prob", options.keep_prob, "probability that a hidden unit stays, (0, 1]");
  app.add_option("--epochs", options.epochs, "passes over the points")->check(whole_number(1));
  app.add_option("--patience", options.patience,
                 "epochs without a lower validation loss before an early stop; 0 never stops")
      ->check(whole_number(0));
  app.add_option("--seed", options.seed, "of points, weights, batches and masks")
      ->check(whole_number(0));
  add_folder(app, "--output", options.output, "folder for the picture; made if missing");
  return run_program(app, argc, argv, [&] { run(options); });
}
