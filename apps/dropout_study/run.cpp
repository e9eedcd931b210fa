#include "apps/dropout_study/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <stdexcept>

#include "apps/dropout_study/weight_tiles.hpp"
#include "apps/support/checksum.hpp"
#include "core/random.hpp"
#include "layers/dropout.hpp"

namespace thinnet::examples {
namespace {

// Weights read the streams 0, 1, 2, … of a seed and batches those from 0x80000000 on, so that the
// last one below is the farthest from both. Only a net of 2^31 layers would meet it.
constexpr std::uint32_t subset_stream = 0x7fffffff;

constexpr std::size_t evaluation_batch = 500;  // rows at a time

std::vector<std::vector<std::size_t>> confusion_of(Sequential<float>& net,
                                                   const ExperimentData& data) {
  Batches<float> batches(data.validation, data.mean_image, evaluation_batch);
  const std::size_t C = data.validation.classes();
  std::vector<std::vector<std::size_t>> counts(C, std::vector<std::size_t>(C));
  for (std::size_t i = 0; i < batches.per_epoch(); ++i) {
    const Batch<float>& batch = batches.at(i);
    const Labels predicted = predict(net.forward(batch.x, test()));
    for (std::size_t n = 0; n < predicted.size(); ++n) {
      const auto truth = static_cast<std::size_t>(batch.labels[n]);
      ++counts[truth][static_cast<std::size_t>(predicted[n])];
    }
  }
  return counts;
}

const Dropout<float>& first_dropout(const Sequential<float>& net) {
  for (std::size_t i = 0; i < net.size(); ++i) {
    if (const auto* dropout = dynamic_cast<const Dropout<float>*>(&net.layer(i))) return *dropout;
  }
  throw std::logic_error("the net has no dropout layer");
}

ExperimentData data_for(const StudyRun& run, const Dataset& images) {
  // A random split is drawn by the seed already, and class by class.
  const bool drawn = run.drawn_validation && run.options.split != Split::random;
  return drawn ? drawn_data_of(images, run.options) : data_of(images, run.options);
}

}  // namespace

SplitRows study_rows(const Dataset& images, const ExperimentOptions& options) {
  SplitRows rows = experiment_rows(images, options);
  if (options.split == Split::random) return rows;
  const auto pool = static_cast<std::uint32_t>(images.size() - options.validation);
  rows.training = Random(options.seed, subset_stream).permutation(pool);
  rows.training.resize(options.training);
  return rows;
}

ExperimentData data_of(const Dataset& images, const ExperimentOptions& options) {
  const SplitRows rows = study_rows(images, options);
  return {images.subset(rows.training), images.subset(rows.validation)};
}

double guessing_of(const std::vector<RunResult>& results) {
  double sum = 0;
  for (const RunResult& result : results) {
    std::size_t largest = 0, all = 0;
    for (const auto& row : result.confusion) {
      const std::size_t count = std::accumulate(row.begin(), row.end(), std::size_t{0});
      largest = std::max(largest, count);
      all += count;
    }
    sum += static_cast<double>(largest) / static_cast<double>(all);
  }
  return sum / static_cast<double>(results.size());
}

ExperimentData drawn_data_of(const Dataset& images, const ExperimentOptions& options) {
  require_enough_images({options.training, options.validation}, images.size());
  const auto count = static_cast<std::uint32_t>(images.size());
  const auto rows = Random(options.seed, subset_stream).permutation(count);
  const auto training_end = rows.begin() + static_cast<std::ptrdiff_t>(options.training);
  const auto validation_begin = rows.end() - static_cast<std::ptrdiff_t>(options.validation);
  return {images.subset({rows.begin(), training_end}),
          images.subset({validation_begin, rows.end()})};
}

std::string checksum_of(const Dataset& images) {
  std::vector<float> row(images.width());
  std::string sums;
  for (std::size_t i = 0; i < images.size(); ++i) {
    images.copy_row(i, row.data());
    std::string bytes(row.size() * sizeof(float), '\0');
    std::memcpy(bytes.data(), row.data(), bytes.size());
    sums += sha256(bytes) + fmt::format(" {}\n", images.label(i));
  }
  return sha256(sums);
}

TrainedRun train_run(const StudyRun& run, const StudyImages& images,
                     const ProgressReporter& report) {
  const ExperimentOptions& options = run.options;
  const ExperimentData data = data_for(run, images.training);
  auto net = make_net(images.training.width(), images.training.classes(), options, run.keep_prob());
  const History history = train_net(net, data, options, report);
  TrainedRun trained;
  for (const EpochRecord& epoch : history.epochs) {
    trained.result.loss.push_back(epoch.loss);
    trained.result.train.push_back(epoch.train_accuracy.value());
    trained.result.validation.push_back(epoch.validation_accuracy.value());
  }
  trained.result.best_epoch = history.epochs[history.best].epoch;
  trained.result.confusion = confusion_of(net, data);
  if (!run.test_sha256.empty()) {
    Batches<float> batches(images.test.value(), data.mean_image, evaluation_batch);
    trained.result.test = evaluate(net, batches).accuracy.value();
  }
  const auto& picture = images.training.picture();
  if (has_tiles(picture)) trained.tiles = weight_tiles(net.parameters().front()->value, *picture);
  trained.seconds = history.seconds;
  return trained;
}

std::vector<std::string> first_masks(const StudyRun& run, const Dataset& images,
                                     std::size_t examples, std::size_t units) {
  const ExperimentOptions& options = run.options;
  const ExperimentData data = data_for(run, images);
  auto net = make_net(images.width(), images.classes(), options, run.keep_prob());
  Batches<float> batches(data.training, data.mean_image, options.batch_size, options.sampling,
                         options.seed);
  const Batch<float>& batch = batches.at(0);
  net.forward(batch.x, train(0, batch.examples));
  const Matrix<float>& mask = first_dropout(net).cache().mask;
  std::vector<std::string> rows(std::min(examples, mask.shape(0)));
  for (std::size_t n = 0; n < rows.size(); ++n) {
    for (std::size_t h = 0; h < std::min(units, mask.shape(1)); ++h) {
      rows[n] += mask(n, h) != 0 ? '1' : '0';
    }
  }
  return rows;
}

}  // namespace thinnet::examples
