#include "apps/train_cifar10/report.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "data/io/file.hpp"
#include "examples/support/chart.hpp"
#include "examples/support/history.hpp"

namespace thinnet::examples {

void write_report(const std::string& folder, const std::string& settings,
                  const std::vector<std::string>& classes, const TrainingResult& result) {
  using Json = nlohmann::ordered_json;
  Json json = {{"settings", Json::object()}};
  std::istringstream lines(settings);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.find(' ');
    json["settings"][line.substr(0, space)] = line.substr(space + 1);
  }
  json["classes"] = classes;
  const History& history = result.history;
  json["best_epoch"] = history.epochs[history.best].epoch;
  if (result.test) {
    json["test_accuracy"] = result.test->accuracy.value();
    json["test_loss"] = result.test->loss;
  }
  json["seconds"] = history.seconds;
  json["epochs"] = epochs_json(history);
  Curve train{"train", {}, 0, false};
  Curve validation{"validation", {}, 1, true};
  for (const EpochRecord& e : history.epochs) {
    train.y.push_back(e.train_accuracy.value());
    validation.y.push_back(e.validation_accuracy.value());
  }
  const std::filesystem::path in(folder);
  write_file((in / "history.json").string(), json.dump(2) + "\n");
  std::string title = fmt::format("best epoch {}", history.epochs[history.best].epoch);
  if (result.test)
    title = fmt::format("test accuracy {:.3f}, {}", result.test->accuracy.value(), title);
  const Panel accuracy{"accuracy",
                       "epoch",
                       "share of images classified correctly",
                       {train, validation},
                       Legend::bottom};
  draw_curves((in / "curves").string(), title, {accuracy});
}

}  // namespace thinnet::examples
