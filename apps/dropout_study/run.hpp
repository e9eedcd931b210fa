// One run of the study: its images, its training, and what is kept of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/dropout_study/grid.hpp"
#include "examples/support/images.hpp"

namespace thinnet::examples {

struct RunResult {
  std::vector<double> loss;               ///< (epochs) mean over the epoch's batches, in nats
  std::vector<double> train, validation;  ///< (epochs) accuracy in [0, 1], test mode
  std::size_t best_epoch = 0;  ///< from 1; of the best validation accuracy, the first of equals
  std::vector<std::vector<std::size_t>> confusion;  ///< [true][predicted] counts of the validation
                                                    ///< images after the last epoch
  std::optional<double> test = {};  ///< accuracy on the test images after the last epoch
};
inline bool operator==(const RunResult& a, const RunResult& b) {
  return a.loss == b.loss && a.train == b.train && a.validation == b.validation &&
         a.best_epoch == b.best_epoch && a.confusion == b.confusion && a.test == b.test;
}

/// The images of a run: validation are the last so many, or with a random split some drawn by the
/// seed; training a random subset of the others that follows from the seed alone, so that every
/// keep_prob and net learns from the same images, and a smaller subset is part of a larger one.
SplitRows study_rows(const Dataset& images, const ExperimentOptions& options);
ExperimentData data_of(const Dataset& images, const ExperimentOptions& options);

/// The same with validation images drawn by the seed too, from all images, so that what differs
/// between seeds holds the choice of them. Training sets of every size have the same ones.
ExperimentData drawn_data_of(const Dataset& images, const ExperimentOptions& options);

/// Those images of a study that its nets learn from and are chosen by, and those that no choice
/// sees.
struct StudyImages : Images {
  std::optional<Dataset> test;  ///< none: no run asks for test accuracy
};

/// A checksum over the images as the nets see them, and their labels.
std::string checksum_of(const Dataset& images);

struct TrainedRun {
  RunResult result;
  std::string tiles;   ///< first-layer weights as pixels (weight_tiles.hpp); empty: no pictures
  double seconds = 0;  ///< of training; no part of the result
};

/// The validation accuracy of always guessing the largest class, mean over the runs.
double guessing_of(const std::vector<RunResult>& results);

/// What a `report` throws to stop a run; no error of its own.
struct Stopped {};

/// Trains one run on one thread's worth of data. Throws std::runtime_error when the loss is not
/// finite, and whatever `report` throws.
TrainedRun train_run(const StudyRun& run, const StudyImages& images,
                     const ProgressReporter& report);

/// One string of 0 and 1 for each of the first `examples` examples of the first batch: which of the
/// first `units` units of the first hidden layer stay in training step 0.
std::vector<std::string> first_masks(const StudyRun& run, const Dataset& images,
                                     std::size_t examples, std::size_t units);

}  // namespace thinnet::examples
