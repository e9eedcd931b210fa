// Two nets trained side by side, one without dropout and one with it: what the browser's page runs.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/lab/engine/points.hpp"
#include "core/sequential.hpp"
#include "data/batches.hpp"
#include "layers/softmax_cross_entropy.hpp"
#include "optim/optimizer.hpp"

namespace thinnet::lab {

struct HiddenLayer {
  std::size_t width;
  double keep_prob;  ///< in (0, 1]; of the net with dropout
};

enum class OptimizerKind { sgd, momentum, adam };

struct OptimizerConfig {
  OptimizerKind kind = OptimizerKind::adam;
  double learning_rate = 1e-2;
  double momentum = 0.9;  ///< of OptimizerKind::momentum
  double weight_decay = 0;
};

struct LabConfig {
  DataConfig data;
  std::vector<HiddenLayer> hidden;
  OptimizerConfig optimizer;
  std::size_t batch_size = 32;
  std::uint64_t seed = 0;  ///< of points, their split, weights, batches and masks
};

enum class Side { plain, dropout };

struct Evaluation {
  double loss, accuracy;
};

/// The net's answers over a square: entry row·resolution + column, from the top left on.
struct Boundary {
  std::vector<std::uint8_t> classes;
  std::vector<float> confidence;  ///< the probability of that class; 0 where no score is a number
};

/// The nets that masks leave of one net: the mask of example k holds for the whole of net k, where
/// in training every example has its own.
struct Ensemble {
  std::vector<Boundary> members;   ///< the first few
  std::vector<double> accuracies;  ///< of validation, one for each mask
  Boundary mean;                   ///< of all: the mean of their probabilities
  double mean_accuracy;            ///< of validation, by the mean probabilities
};

/// The nets of a pair start from the same weights and see the same batches. They have ReLU after
/// every hidden layer, and the right one dropout after that. Everything is in double, so that
/// gradients can be checked where one stands.
class Lab {
 public:
  /// Throws std::invalid_argument, with a sentence for the user, when a number is out of its range.
  explicit Lab(const LabConfig& config);

  /// So many steps of both nets. A net whose loss is above a million nats, or no number, has
  /// diverged: it takes no more steps while the other one goes on. Once both have, no step is left.
  void train(std::size_t steps);
  /// The step at which the net diverged, and has stopped.
  std::optional<std::uint64_t> diverged_at(Side side) { return learner(side).diverged_at; }

  std::uint64_t step() const { return step_; }
  std::size_t steps_per_epoch() const { return batches_->per_epoch(); }
  /// The rows of `training` that the next step takes.
  std::vector<std::uint32_t> next_batch() { return batches_->at(step_).examples; }

  const Points& training() const { return data_.training; }
  const Points& validation() const { return data_.validation; }
  const OptimizerConfig& optimizer_config() const { return config_.optimizer; }
  Sequential<double>& net(Side side) { return learner(side).net; }
  Optimizer<double>& optimizer(Side side) { return *learner(side).optimizer; }
  /// Mean loss (nats) and accuracy in test mode. Scores that are no numbers name no class.
  Evaluation evaluate(Side side, const Points& points);
  /// Over [-range, range]², a value at the middle of each of resolution² cells. Throws
  /// std::invalid_argument unless 1 <= resolution <= 1000 and range > 0.
  Boundary boundary(Side side, std::size_t resolution, double range);
  /// For every hidden layer what its units are after ReLU in test mode, (H×cells): over the same
  /// cells as boundary's. Throws like boundary.
  std::vector<Matrix<double>> units(Side side, std::size_t resolution, double range);

  /// The net with dropout under the masks that the present step gives examples 0 to masks - 1.
  /// Throws std::invalid_argument like boundary, and unless 1 <= shown <= masks <= 1000.
  Ensemble ensemble(std::size_t masks, std::size_t shown, std::size_t resolution, double range);

  /// A weight or bias by its name ("affine1.w"). Throws std::invalid_argument when there is none.
  Parameter<double>& parameter(Side side, const std::string& name);
  /// Each throws std::invalid_argument when there is no such entry or the value is not finite. A
  /// net that had diverged trains on with the new value.
  void set_weight(Side side, const std::string& name, std::size_t index, double value);
  void set_input(std::size_t example, std::size_t column, double value);

  /// What training and editing have changed since the constructor, as plain numbers: a lab of the
  /// same config that restores them goes on to the same bits.
  std::vector<double> save();
  /// Throws std::invalid_argument, and changes nothing, unless they come from save() of a lab of
  /// the same shape.
  void restore(const std::vector<double>& saved);

 private:
  struct Learner {
    Sequential<double> net;
    std::unique_ptr<Optimizer<double>> optimizer;
    SoftmaxCrossEntropy<double> loss;
    std::optional<std::uint64_t> diverged_at;
    std::vector<Matrix<double>*> matrices();  // all that a step changes: weights, then moments
  };

  Learner& learner(Side side) { return side == Side::plain ? plain_ : dropout_; }
  Learner make_learner(Side side) const;
  void make_batches();
  void step(Side side, const Batch<double>& batch);
  /// (N×C), of the net with dropout under one mask for all rows of x (N×2).
  Matrix<double> probabilities_under(std::size_t mask, const Matrix<double>& x);

  LabConfig config_;
  Split data_;
  Points original_;  // the training points before any was edited
  std::unique_ptr<Batches<double>> batches_;
  Learner plain_, dropout_;
  std::uint64_t step_ = 0;
};

}  // namespace thinnet::lab
