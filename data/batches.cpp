#include "data/batches.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/check.hpp"
#include "core/engine/parallel.hpp"
#include "core/random.hpp"

namespace thinnet {

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
  if (augmentation_.any()) augmentation_.require_fits(data_.width());
  std::iota(order_.begin(), order_.end(), 0U);
}

template <typename T>
void Batches<T>::choose(std::uint64_t step) {
  // Streams of the upper half choose batches, those of the lower half initialise weights.
  const auto random_of = [&](std::uint64_t n) {
    return Random(seed_, 0x80000000U + static_cast<std::uint32_t>(n));
  };
  const auto size = static_cast<std::uint32_t>(data_.size());
  const std::uint64_t epoch = step / per_epoch();
  if (sampling_ == Sampling::with_replacement) {
    Random random = random_of(step);
    chosen_.resize(std::min(batch_size_, data_.size()));
    for (auto& row : chosen_) row = random.below(size);
    return;
  }
  if (sampling_ == Sampling::shuffled && shuffled_epoch_ != epoch) {
    std::iota(order_.begin(), order_.end(), 0U);
    random_of(epoch).shuffle(order_);
    shuffled_epoch_ = epoch;
  }
  const std::size_t first = step % per_epoch() * batch_size_;
  const std::size_t last = std::min(first + batch_size_, data_.size());
  chosen_.assign(order_.begin() + static_cast<std::ptrdiff_t>(first),
                 order_.begin() + static_cast<std::ptrdiff_t>(last));
}

template <typename T>
const Batch<T>& Batches<T>::at(std::uint64_t step, Slice slice) {
  require(slice.part < slice.parts, "batches: there is no slice {} of {}", slice.part, slice.parts);
  choose(step);
  const std::size_t whole = chosen_.size(), first = whole * slice.part / slice.parts,
                    last = whole * (slice.part + 1) / slice.parts;
  chosen_.resize(last);
  chosen_.erase(chosen_.begin(), chosen_.begin() + static_cast<std::ptrdiff_t>(first));
  batch_.share = static_cast<double>(chosen_.size()) / static_cast<double>(whole);
  const std::size_t N = chosen_.size(), D = data_.width();
  resize(batch_.x, {N, D});
  batch_.labels.resize(N);
  batch_.examples.resize(N);
  for (std::size_t n = 0; n < N; ++n) {
    batch_.labels[n] = data_.label(chosen_[n]);
    batch_.examples[n] = data_.example(chosen_[n]);
  }
  const T *mean = normaliser_.mean.data(), *scale = normaliser_.scale.data();
  const auto normalise = [=](T* x) {
    for (std::size_t d = 0; d < D; ++d) x[d] = (x[d] - mean[d]) * scale[d];
  };
  const bool augmented = augmentation_.any();
  in_parts(N, D, [&](std::size_t begin, std::size_t end) {
    for (std::size_t n = begin; n < end; ++n) {
      data_.copy_row(chosen_[n], &batch_.x(n, 0));
      if (!augmented) normalise(&batch_.x(n, 0));  // while the row is in the cache
    }
  });
  if (augmented) {
    augment(batch_.x, normaliser_.mean, augmentation_, seed_, step, first);
    for (std::size_t n = 0; n < N; ++n) normalise(&batch_.x(n, 0));
  }
  return batch_;
}

template class Batches<float>;
template class Batches<double>;

}  // namespace thinnet
