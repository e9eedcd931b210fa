// What a study varies, and the runs that follow from it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "examples/dropout_cifar10/experiment.hpp"

namespace thinnet::examples {

/// Every combination is one run, but for the epochs: a run goes up to the most of them, and what it
/// was after fewer is read from its curves. Each list keeps the order it was given in.
struct Grid {
  std::vector<double> keep_probs{1, 0.5, 0.25};
  std::vector<std::vector<std::size_t>> hidden{{500}};  ///< the widths of each net's hidden layers
  std::vector<std::size_t> training{500};               ///< sizes of the training set
  std::vector<std::uint64_t> seeds{0, 1, 2, 3, 4};
  std::vector<double> learning_rates{5e-4};
  std::vector<std::size_t> epochs{25};

  std::size_t most_epochs() const;
};

/// One net trained once, and all that its result follows from.
struct StudyRun {
  ExperimentOptions options;      ///< keep_probs holds exactly one
  std::string data_name;          ///< "CIFAR-10"
  std::string data_sha256;        ///< a checksum over all files of the data
  bool drawn_validation = false;  ///< validation images drawn by the seed, not the last ones
  std::string test_sha256 = {};   ///< checksum of the test images; empty: the run sees none

  double keep_prob() const { return options.keep_probs.front(); }
};

/// More are a slip of the finger, and their list alone would fill the memory.
inline constexpr std::size_t most_runs = 1000000;

/// The runs of a grid, each of the most epochs, with the seed changing fastest, then keep_prob,
/// learning rate, training and hidden. All else is as in `shared`, in which nothing is read that
/// the grid has. Throws std::invalid_argument when they are more than most_runs.
std::vector<StudyRun> runs_of(const Grid& grid, const StudyRun& shared);

/// Equal for two runs exactly when they must have equal results.
std::string identity(const StudyRun& run);

/// "500-100" for layers of 500 and of 100 units.
std::string hidden_text(const std::vector<std::size_t>& hidden);

/// "hidden 500, training 500, keep_prob 0.5, learning rate 0.0005, seed 3".
std::string run_text(const StudyRun& run);

}  // namespace thinnet::examples
