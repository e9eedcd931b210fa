#include "data/batches.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/check.hpp"
#include "core/engine/parallel.hpp"
#include "core/random.hpp"

namespace thinnet {
namespace {

/// Streams of the upper half choose batches, those of the lower half initialise weights.
Random random_of_batches(std::uint64_t seed, std::uint64_t n) {
  return Random(seed, 0x80000000U + static_cast<std::uint32_t>(n));
}

/// Leaves the rows from first to before last.
void keep_range(std::vector<std::uint32_t>& rows, std::size_t first, std::size_t last) {
  rows.resize(last);
  rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(first));
}

}  // namespace

template <typename T>
Batches<T>::Batches(Dataset data, Normaliser<T> normaliser, std::size_t batch_size,
                    Sampling sampling, std::uint64_t seed, Augmentation augmentation)
    : data_(std::move(data)),
      normaliser_(std::move(normaliser)),
      batch_size_(std::min(batch_size, data_.size())),  // per_epoch would overflow
      sampling_(sampling),
      seed_(seed),
      augmentation_(augmentation),
      order_(data_.size()) {
  require(batch_size > 0, "batch size is 0, expected at least 1");
  require(data_.size() > 0, "data set: no examples to make batches of");
  require_shape(normaliser_.mean, {1, data_.width()}, "mean", "normaliser");
  require_shape(normaliser_.scale, {1, data_.width()}, "scale", "normaliser");
  if (augmentation_.any()) augmentation_.require_fits(data_.picture());
  std::iota(order_.begin(), order_.end(), 0U);
}

/// chosen_: each row from all rows of the data set.
template <typename T>
void Batches<T>::draw(std::uint64_t step) {
  Random random = random_of_batches(seed_, step);
  const auto size = static_cast<std::uint32_t>(data_.size());
  chosen_.resize(batch_size_);
  for (std::uint32_t& row : chosen_) row = random.below(size);
}

/// order_: that of the epoch, whatever it was before.
template <typename T>
void Batches<T>::shuffle(std::uint64_t epoch) {
  if (shuffled_epoch_ == epoch) return;
  std::iota(order_.begin(), order_.end(), 0U);
  random_of_batches(seed_, epoch).shuffle(order_);
  shuffled_epoch_ = epoch;
}

/// chosen_: the rows of the whole batch.
template <typename T>
void Batches<T>::choose(std::uint64_t step) {
  if (sampling_ == Sampling::with_replacement) {
    draw(step);
    return;
  }
  if (sampling_ == Sampling::shuffled) shuffle(step / per_epoch());
  const std::size_t first = static_cast<std::size_t>(step % per_epoch()) * batch_size_;
  const std::size_t last = std::min(first + batch_size_, data_.size());
  chosen_.assign(&order_[first], order_.data() + last);
}

/// Labels or targets, and which examples they are of.
template <typename T>
void Batches<T>::copy_targets() {
  const std::size_t N = chosen_.size();
  batch_.examples.resize(N);
  for (std::size_t n = 0; n < N; ++n) batch_.examples[n] = data_.example(chosen_[n]);
  if (data_.has_labels()) {
    batch_.labels.resize(N);
    for (std::size_t n = 0; n < N; ++n) batch_.labels[n] = data_.label(chosen_[n]);
  } else {
    const std::size_t C = data_.target_width();
    resize(batch_.targets, {N, C});
    for (std::size_t n = 0; n < N; ++n)
      data_.copy_targets(chosen_[n], &batch_.targets.data()[n * C]);
  }
}

/// x: normalised already, unless the rows have to be augmented before.
template <typename T>
void Batches<T>::copy_rows() {
  const std::size_t N = chosen_.size(), D = data_.width();
  const bool augmented = augmentation_.any();
  resize(batch_.x, {N, D});
  in_parts(N, D, [&](std::size_t begin, std::size_t end) {
    for (std::size_t n = begin; n < end; ++n) {
      data_.copy_row(chosen_[n], &batch_.x(n, 0));
      if (!augmented) normalise(n);  // while the row is in the cache
    }
  });
}

/// x[n] = (x[n] - mean) * scale
template <typename T>
void Batches<T>::normalise(std::size_t n) {
  const std::size_t D = data_.width();
  const T* mean = normaliser_.mean.data();
  const T* scale = normaliser_.scale.data();
  T* x = &batch_.x(n, 0);
  for (std::size_t d = 0; d < D; ++d) x[d] = (x[d] - mean[d]) * scale[d];
}

template <typename T>
const Batch<T>& Batches<T>::at(std::uint64_t step, Slice slice) {
  require(slice.part < slice.parts, "batches: there is no slice {} of {}", slice.part, slice.parts);
  choose(step);
  const std::size_t whole = chosen_.size();
  const std::size_t first = whole * slice.part / slice.parts;
  const std::size_t last = whole * (slice.part + 1) / slice.parts;
  keep_range(chosen_, first, last);
  batch_.share = static_cast<double>(last - first) / static_cast<double>(whole);
  copy_targets();
  copy_rows();
  if (augmentation_.any()) {
    augment(batch_.x, normaliser_.mean, augmentation_, *data_.picture(), seed_, step, first);
    for (std::size_t n = 0; n < last - first; ++n) normalise(n);
  }
  return batch_;
}

template class Batches<float>;
template class Batches<double>;

}  // namespace thinnet
