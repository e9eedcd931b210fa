// The losses that the lab's page should show, from the library as this machine runs it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "apps/lab/engine/config.hpp"
#include "data/io/file.hpp"
#include "examples/support/option_checks.hpp"
#include "examples/support/program.hpp"
#include "training/progress.hpp"

using namespace thinnet;
using namespace thinnet::lab;

namespace {

struct Options {
  std::string config;
  std::size_t epochs = 200;
};

nlohmann::ordered_json scores(Lab& lab, Side side) {
  const Scores train = lab.scores(side, lab.training());
  const Scores validation = lab.scores(side, lab.validation());
  return {{"trainLoss", train.loss},
          {"trainAccuracy", train.accuracy},
          {"validationLoss", validation.loss},
          {"validationAccuracy", validation.accuracy}};
}

void run(const Options& options) {
  Lab lab(parse_config(read_file(options.config)));
  const std::size_t steps = lab.steps_per_epoch();
  const ProgressReporter report = report_on_stderr("with dropout");
  for (std::size_t epoch = 1; epoch <= options.epochs; ++epoch) {
    lab.train(steps);
    const Scores train = lab.scores(Side::dropout, lab.training());
    EpochRecord record;
    record.train_accuracy = train.accuracy;
    record.validation_accuracy = lab.scores(Side::dropout, lab.validation()).accuracy;
    report({epoch, options.epochs, steps, steps, train.loss, &record});
  }
  const nlohmann::ordered_json state = {{"step", lab.step()},
                                        {"epoch", lab.step() / steps},
                                        {"stepsPerEpoch", steps},
                                        {"plain", scores(lab, Side::plain)},
                                        {"dropout", scores(lab, Side::dropout)}};
  fmt::print("{}\n", state.dump(2));
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app(
      "Trains the lab's two nets, side by side as its page does, and prints their losses (in nats) "
      "and\n"
      "accuracies as JSON, to all digits.");
  app.option_defaults()->always_capture_default()->multi_option_policy(
      CLI::MultiOptionPolicy::TakeLast);
  app.add_option("config", options.config, "a file with the page's settings as JSON")->required();
  app.add_option("--epochs", options.epochs, "passes over the training points")
      ->check(thinnet::examples::whole_number(1));
  return thinnet::examples::run_program(app, argc, argv, [&] { run(options); });
}
