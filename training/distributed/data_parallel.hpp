// One net trained by several processes, each of which computes a slice of every batch.
#pragma once

#include <memory>

#include "core/sequential.hpp"
#include "training/distributed/ranks.hpp"
#include "training/trainer_hook.hpp"

namespace thinnet {

/// For a Trainer on each of several ranks, all given the same data and options: gradients are
/// averaged over the slices, which is the same training up to rounding, and the same bits for the
/// same number of ranks. All start from the weights of rank 0, which alone reports, and reads and
/// writes the checkpoint; any number of ranks may go on from it.
///   Trainer<float> trainer(net, optimizer, options, data_parallel(ranks.get(), net));
/// Null, training in one process, when `ranks` is. Both must outlive the trainer. Its fit throws
/// also like share_state and require_equal_replicas, and what it throws on one rank on all. Throws
/// std::invalid_argument for a net with buffers, which would differ from rank to rank.
template <typename T>
std::unique_ptr<TrainerHook<T>> data_parallel(Ranks* ranks, Sequential<T>& net);

/// The work is shared by the ranks, which have the same net and batches, and all get the result.
/// In one process (null) the same as evaluate(net, batches, loss).
template <typename T>
Evaluation evaluate(Layer<T>& net, Batches<T>& batches, const BatchLoss<T>& loss, Ranks* ranks);

/// The same by softmax cross-entropy.
template <typename T>
Evaluation evaluate(Layer<T>& net, Batches<T>& batches, Ranks* ranks);

}  // namespace thinnet
