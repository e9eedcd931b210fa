// The same net once on every rank, trained as one: each rank computes a share of every batch.
#pragma once

#include <vector>

#include "training/checkpoint.hpp"
#include "training/distributed/ranks.hpp"

namespace thinnet {

/// With n of a batch's N rows on a rank, and the mean loss L_r and gradient g_r over these n:
///   L = Σ_r n_r/N · L_r        g = Σ_r n_r/N · g_r
/// are those over all N rows, up to rounding. One sum over the ranks a step carries all of them.
template <typename T>
class GradientAverage {
 public:
  /// Both must outlive this; the parameters are the same on every rank.
  GradientAverage(Ranks& ranks, std::vector<Parameter<T>*> parameters);

  /// Replaces the grad of every parameter by g and returns L. `share` is n/N; where a rank has no
  /// rows it is 0, and neither its grads nor its loss count. Every rank gets the same bits.
  double average(double loss, double share);

 private:
  void pack(double loss, double share);
  double unpack();

  Ranks& ranks_;
  std::vector<Parameter<T>*> parameters_;
  std::vector<T> packed_;  // all gradients one after the other, then the loss
};

/// Gives every rank the weights, optimizer and history of rank 0. Throws std::runtime_error on all
/// of them when one has other settings.
template <typename T>
void share_state(Ranks& ranks, const std::string& settings, const TrainingState<T>& state);

/// Compares the values of the parameters with those of rank 0, bit by bit (through a checksum).
/// Throws std::runtime_error on every rank, naming the first rank that differs and the epoch.
template <typename T>
void require_equal_replicas(Ranks& ranks, const std::vector<Parameter<T>*>& parameters,
                            std::size_t epoch);

}  // namespace thinnet
