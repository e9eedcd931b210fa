// Shuffled, normalised mini-batches of a data set.
#pragma once

#include <optional>

#include "core/pass.hpp"
#include "data/augmentation.hpp"
#include "data/normaliser.hpp"

namespace thinnet {

/// Which examples a batch holds: the next ones in the data set's order; the next ones of an order
/// shuffled anew every epoch; or each drawn from all of them, so that some come twice and some not.
enum class Sampling { in_order, shuffled, with_replacement };

template <typename T>
struct Batch {
  Matrix<T> x;        ///< (N×D) normalised
  Labels labels;      ///< (N), or empty where the data set has targets
  Matrix<T> targets;  ///< (N×C), or empty where it has labels
  Examples examples;  ///< (N) each row's number in the whole data set
  double share = 1;   ///< N / rows of the batch that this is a slice of
};

/// Share `part` of `parts` of a batch of N rows: those from N·part/parts, rounded down, to before
/// N·(part+1)/parts. Shares differ by a row at most; when N is below `parts` some are empty.
struct Slice {
  std::size_t part = 0, parts = 1;
};

/// Cuts a data set into batches. In order and shuffled, an epoch holds every example once and its
/// last batch may be short; with replacement every batch is full (unless the data set is smaller).
template <typename T>
class Batches {
 public:
  /// The seed serves shuffling, drawing and augmentation, which comes before normalisation. Throws
  /// std::invalid_argument when batch_size is 0, the data set is empty, the normaliser is of
  /// another width, or the augmentation does not fit the data set's pictures.
  Batches(Dataset data, Normaliser<T> normaliser, std::size_t batch_size,
          Sampling sampling = Sampling::in_order, std::uint64_t seed = 0,
          Augmentation augmentation = {});

  std::size_t per_epoch() const { return (data_.size() + batch_size_ - 1) / batch_size_; }
  const Dataset& data() const { return data_; }

  /// The batch of a step, counted over all epochs: a function of the seed and the step alone, so
  /// training can stop and go on anywhere. A slice holds exactly the rows that the whole batch has
  /// there, and may have none. The reference is valid until the next call. Throws
  /// std::invalid_argument unless part is below parts.
  const Batch<T>& at(std::uint64_t step, Slice slice = {});

 private:
  void choose(std::uint64_t step);
  void draw(std::uint64_t step);
  void shuffle(std::uint64_t epoch);
  void copy_targets();
  void copy_rows();
  void normalise(std::size_t n);

  Dataset data_;
  Normaliser<T> normaliser_;
  std::size_t batch_size_;
  Sampling sampling_;
  std::uint64_t seed_;
  Augmentation augmentation_;
  std::optional<std::uint64_t> shuffled_epoch_;
  std::vector<std::uint32_t> order_;   // of this epoch, when not drawn with replacement
  std::vector<std::uint32_t> chosen_;  // (N) rows of data_ for this batch
  Batch<T> batch_;
};

}  // namespace thinnet
