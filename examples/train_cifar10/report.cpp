#include "examples/train_cifar10/report.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "data/file.hpp"
#include "examples/support/chart.hpp"

namespace thinnet::examples {

void write_report(const std::string& folder, const std::string& settings,
                  const TrainingResult& result) {
  using Json = nlohmann::ordered_json;
  Json json = {{"settings", Json::object()}};
  std::istringstream lines(settings);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.find(' ');
    json["settings"][line.substr(0, space)] = line.substr(space + 1);
  }
  const History& history = result.history;
  json["best_epoch"] = history.epochs[history.best].epoch;
  json["test_accuracy"] = result.test.accuracy;
  json["test_loss"] = result.test.loss;
  json["seconds"] = history.seconds;
  json["epochs"] = Json::array();
  Curve train{"train", {}, 0, false}, validation{"validation", {}, 1, true};
  for (const EpochRecord& e : history.epochs) {
    json["epochs"].push_back({{"epoch", e.epoch},
                              {"learning_rate", e.learning_rate},
                              {"loss", e.loss},
                              {"train_accuracy", e.train_accuracy},
                              {"validation_loss", e.validation_loss},
                              {"validation_accuracy", e.validation_accuracy}});
    train.y.push_back(e.train_accuracy);
    validation.y.push_back(e.validation_accuracy);
  }
  const std::filesystem::path in(folder);
  write_file((in / "history.json").string(), json.dump(2) + "\n");
  draw_curves((in / "curves").string(),
              fmt::format("test accuracy {:.3f} with the weights of epoch {}", result.test.accuracy,
                          history.epochs[history.best].epoch),
              {{"accuracy",
                "epoch",
                "share of images classified correctly",
                {train, validation},
                Legend::bottom}});
}

}  // namespace thinnet::examples
