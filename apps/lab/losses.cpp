// The losses that the lab's page should show, from the library as this machine runs it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "apps/lab/engine/config.hpp"
#include "data/io/file.hpp"
#include "data/io/weights.hpp"
#include "examples/support/options.hpp"
#include "examples/support/program.hpp"
#include "training/progress.hpp"

using namespace thinnet;
using namespace thinnet::lab;

namespace {

struct Options {
  std::string config;
  std::size_t epochs = 200;
  std::string weights;  // a file; empty: the nets are trained
};

nlohmann::ordered_json evaluation(Lab& lab, Side side) {
  const Evaluation train = lab.evaluate(side, lab.training());
  const Evaluation validation = lab.evaluate(side, lab.validation());
  return {{"trainLoss", train.loss},
          {"trainAccuracy", train.accuracy},
          {"validationLoss", validation.loss},
          {"validationAccuracy", validation.accuracy}};
}

void require_converging(Lab& lab, Side side, const char* name) {
  const auto diverged = lab.diverged_at(side);
  if (!diverged) return;
  throw std::runtime_error(fmt::format(
      "the net {} dropout diverged at step {}: lower the learning rate", name, *diverged));
}

void train(Lab& lab, const Options& options) {
  const std::size_t steps = lab.steps_per_epoch();
  const ProgressReporter report = report_on_stderr("with dropout");
  for (std::size_t epoch = 1; epoch <= options.epochs; ++epoch) {
    lab.train(steps);
    require_converging(lab, Side::plain, "without");
    require_converging(lab, Side::dropout, "with");
    const Evaluation train = lab.evaluate(Side::dropout, lab.training());
    EpochRecord record;
    record.train_accuracy = train.accuracy;
    record.validation_accuracy = lab.evaluate(Side::dropout, lab.validation()).accuracy;
    report({epoch, options.epochs, steps, steps, train.loss, &record});
  }
}

void run(const Options& options) {
  Lab lab(parse_config(read_file(options.config)));
  if (options.weights.empty()) {
    train(lab, options);
  } else {
    for (const Side side : {Side::plain, Side::dropout})
      load_weights(options.weights, lab.net(side).parameters());
  }
  const std::size_t steps = lab.steps_per_epoch();
  const nlohmann::ordered_json state = {{"step", lab.step()},
                                        {"epoch", lab.step() / steps},
                                        {"stepsPerEpoch", steps},
                                        {"plain", evaluation(lab, Side::plain)},
                                        {"dropout", evaluation(lab, Side::dropout)}};
  fmt::print("{}\n", state.dump(2));
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app(
      "Trains the lab's two nets, side by side as its page does, and prints their losses (in "
      "nats)\n"
      "and accuracies as JSON, to all digits.");
  thinnet::examples::set_option_defaults(app);
  app.add_option("config", options.config, "a file with the page's settings as JSON")->required();
  app.add_option("--epochs", options.epochs, "passes over the training points")
      ->check(thinnet::examples::whole_number(1));
  app.add_option("--weights", options.weights,
                 "judge the weights that the page has saved in this .npz file, and train nothing");
  return thinnet::examples::run_program(app, argc, argv, [&] { run(options); });
}
