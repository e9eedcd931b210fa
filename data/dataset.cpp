#include "data/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "core/check.hpp"
#include "core/parallel.hpp"
#include "core/random.hpp"

namespace thinnet {

Dataset::Dataset(Features x, Labels labels, std::size_t classes) {
  std::visit(
      [&](const auto& m) {
        require(m.shape(0) == labels.size() && m.size() > 0, "data set: x is {}×{}, labels are {}",
                m.shape(0), m.shape(1), labels.size());
        using T = typename std::decay_t<decltype(m)>::value_type;
        if constexpr (std::is_floating_point_v<T>) {  // the bytes of images always are
          const bool finite = std::all_of(m.begin(), m.end(), [](T v) { return std::isfinite(v); });
          require(finite, "data set: x holds NaN or infinity");
        }
      },
      x);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    require(labels[i] >= 0 && static_cast<std::size_t>(labels[i]) < classes,
            "data set: label {} of example {} is not in [0, {})", labels[i], i, classes);
  }
  rows_.resize(labels.size());
  std::iota(rows_.begin(), rows_.end(), 0U);
  stored_ = std::make_shared<const Stored>(Stored{std::move(x), std::move(labels), classes});
}

Dataset Dataset::subset(const std::vector<std::uint32_t>& rows) const {
  Dataset part = *this;
  part.rows_.clear();
  for (const std::uint32_t row : rows) part.rows_.push_back(rows_.at(row));
  return part;
}

Dataset Dataset::range(std::size_t first, std::size_t count) const {
  if (first > size() || count > size() - first) {
    throw std::out_of_range(
        fmt::format("data set: no {} rows from {} on, it has {}", count, first, size()));
  }
  std::vector<std::uint32_t> rows(count);
  std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(first));
  return subset(rows);
}

std::size_t Dataset::width() const {
  return std::visit([](const auto& m) { return m.shape(1); }, stored_->x);
}

template <typename T>
void Dataset::copy_row(std::size_t i, T* out) const {
  std::visit(
      [&](const auto& m) {
        const auto* row = &m(rows_[i], 0);
        const std::size_t D = m.shape(1);
        for (std::size_t d = 0; d < D; ++d) out[d] = static_cast<T>(row[d]);
      },
      stored_->x);
}

template <typename T>
Normaliser<T> Normaliser<T>::identity(std::size_t D) {
  return {xt::zeros<T>({std::size_t{1}, D}), xt::ones<T>({std::size_t{1}, D})};
}

template <typename T>
Normaliser<T> Normaliser<T>::mean_of(const Dataset& training) {
  require(training.size() > 0, "data set: no examples to fit a normaliser on");
  const std::size_t D = training.width();
  std::vector<double> row(D), sum(D);
  for (std::size_t i = 0; i < training.size(); ++i) {
    training.copy_row(i, row.data());
    for (std::size_t d = 0; d < D; ++d) sum[d] += row[d];
  }
  Normaliser normaliser = identity(D);
  for (std::size_t d = 0; d < D; ++d) {
    normaliser.mean(0, d) = static_cast<T>(sum[d] / static_cast<double>(training.size()));
  }
  return normaliser;
}

template <typename T>
Normaliser<T> Normaliser<T>::standard_of(const Dataset& training) {
  Normaliser normaliser = mean_of(training);
  const std::size_t D = training.width();
  const double rounding =
      std::numeric_limits<T>::epsilon() +
      std::numeric_limits<double>::epsilon() * static_cast<double>(training.size());
  std::vector<double> row(D), squares(D);
  for (std::size_t i = 0; i < training.size(); ++i) {
    training.copy_row(i, row.data());
    for (std::size_t d = 0; d < D; ++d) {
      const double deviation = row[d] - normaliser.mean(0, d);
      squares[d] += deviation * deviation;
    }
  }
  for (std::size_t d = 0; d < D; ++d) {
    const double variance = squares[d] / static_cast<double>(training.size());
    // A constant feature has only the rounding of its sum and of its mean as variance.
    const double tiny = rounding * std::abs(double(normaliser.mean(0, d)));
    if (std::sqrt(variance) > tiny)
      normaliser.scale(0, d) = static_cast<T>(1 / std::sqrt(variance));
  }
  return normaliser;
}

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
  require_shape(normaliser_.mean, 1, data_.width(), "mean", "normaliser");
  require_shape(normaliser_.scale, 1, data_.width(), "scale", "normaliser");
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
  resize(batch_.x, N, D);
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

template void Dataset::copy_row(std::size_t, float*) const;
template void Dataset::copy_row(std::size_t, double*) const;
template struct Normaliser<float>;
template struct Normaliser<double>;
template class Batches<float>;
template class Batches<double>;

}  // namespace thinnet
