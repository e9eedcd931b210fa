#include "examples/dropout_cifar10/report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "data/io/file.hpp"
#include "examples/support/chart.hpp"
#include "examples/support/history.hpp"
#include "examples/support/names.hpp"

namespace thinnet::examples {
namespace {

/// "rose by 0.025", or that nothing has changed when three digits show none.
std::string change_words(double change, const char* down, const char* up) {
  const std::string size = fmt::format("{:.3f}", std::abs(change));
  if (size == "0.000") return "stayed the same";
  return fmt::format("{} by {}", change < 0 ? down : up, size);
}

double gap(const EpochRecord& record) {
  return record.train_accuracy.value() - record.validation_accuracy.value();
}

std::string to_csv(const std::vector<ExperimentRun>& runs) {
  std::string csv =
      "keep_prob,epoch,learning_rate,loss,train_accuracy,validation_loss,validation_accuracy\n";
  for (const auto& run : runs) {
    for (const EpochRecord& e : run.history.epochs) {
      csv +=
          fmt::format("{},{},{},{},{},{},{}\n", run.keep_prob, e.epoch, e.learning_rate, e.loss,
                      e.train_accuracy.value(), e.validation_loss, e.validation_accuracy.value());
    }
  }
  return csv;
}

std::string to_json(const Images& images, const ExperimentOptions& options,
                    const std::vector<ExperimentRun>& runs) {
  using Json = nlohmann::ordered_json;
  Json json = {{"data", images.name},
               {"classes", images.classes},
               {"hidden", options.hidden},
               {"training_images", options.training},
               {"validation_images", options.validation},
               {"epochs", options.epochs},
               {"batch_size", options.batch_size},
               {"sampling", name_of(options.sampling)},
               {"optimizer", name_of(options.optimizer)},
               {"learning_rate", options.learning_rate},
               {"weight_scale", options.weight_scale},
               {"seed", options.seed},
               {"runs", Json::array()}};
  if (options.split == Split::random) json["split"] = "random";
  for (const auto& run : runs) {
    json["runs"].push_back({{"keep_prob", run.keep_prob},
                            {"best_epoch", run.history.epochs[run.history.best].epoch},
                            {"epochs", epochs_json(run.history)}});
  }
  return json.dump(2) + "\n";
}

std::vector<Panel> curves(const std::vector<ExperimentRun>& runs) {
  // Train curves end high and validation curves low: the legend has the room between them.
  Panel accuracy{"accuracy", "epoch", "share of images classified correctly", {}, Legend::centre};
  Panel overfitting{"gap: train minus validation accuracy", "epoch", "gap", {}, Legend::bottom};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::string name = fmt::format("keep_prob {}", runs[i].keep_prob);
    Curve train{name + ", train", {}, i, false};
    Curve validation{name + ", validation", {}, i, true};
    Curve difference{name, {}, i, false};
    for (const EpochRecord& e : runs[i].history.epochs) {
      train.y.push_back(e.train_accuracy.value());
      validation.y.push_back(e.validation_accuracy.value());
      difference.y.push_back(gap(e));
    }
    accuracy.curves.insert(accuracy.curves.end(), {train, validation});
    overfitting.curves.push_back(difference);
  }
  return {accuracy, overfitting};
}

}  // namespace

std::string result_table(const std::vector<ExperimentRun>& runs) {
  std::string table = fmt::format("{:>9}  {:>6}  {:>10}  {:>6}  {:>15}  {:>7}\n", "keep_prob",
                                  "train", "validation", "gap", "best validation", "seconds");
  for (const auto& run : runs) {
    const EpochRecord& last = run.history.epochs.back();
    const EpochRecord& best = run.history.epochs[run.history.best];
    table +=
        fmt::format("{:>9}  {:>6.3f}  {:>10.3f}  {:>6.3f}  {:>15}  {:>7.1f}\n", run.keep_prob,
                    last.train_accuracy.value(), last.validation_accuracy.value(), gap(last),
                    fmt::format("{:.3f} (ep. {})", best.validation_accuracy.value(), best.epoch),
                    run.history.seconds);
  }
  return table;
}

std::string result_words(const std::vector<ExperimentRun>& runs) {
  std::string words;
  const EpochRecord& first = runs.front().history.epochs.back();
  for (std::size_t i = 1; i < runs.size(); ++i) {
    const EpochRecord& other = runs[i].history.epochs.back();
    words += fmt::format(
        "From keep_prob {} to {} the gap between train and validation accuracy {}; validation "
        "accuracy {}.\n",
        runs.front().keep_prob, runs[i].keep_prob,
        change_words(gap(other) - gap(first), "shrank", "grew"),
        change_words(other.validation_accuracy.value() - first.validation_accuracy.value(), "fell",
                     "rose"));
  }
  if (runs.size() > 1)
    words += "This is one seed: repeat it with other seeds before believing it.\n";
  return words;
}

void write_results(const std::string& folder, const Images& images,
                   const ExperimentOptions& options, const std::vector<ExperimentRun>& runs) {
  const std::filesystem::path in(folder);
  write_file((in / "history.csv").string(), to_csv(runs));
  write_file((in / "history.json").string(), to_json(images, options, runs));
  draw_curves((in / "curves").string(),
              fmt::format("{} {} images, {} hidden units", options.training, images.name,
                          fmt::join(options.hidden, "-")),
              curves(runs));
}

}  // namespace thinnet::examples
