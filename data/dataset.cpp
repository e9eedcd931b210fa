#include "data/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "core/check.hpp"

namespace thinnet {
namespace {

template <typename T>
void require_finite(const Matrix<T>& x) {
  if constexpr (std::is_floating_point_v<T>) {  // bytes are finite
    const auto is_not_finite = [](T value) { return !std::isfinite(value); };
    const T* end = x.data() + x.size();
    const T* bad = std::find_if(x.data(), end, is_not_finite);
    if (bad == end) return;
    const auto count = std::count_if(bad, end, is_not_finite);
    const std::size_t place = static_cast<std::size_t>(bad - x.data()), D = x.shape(1);
    require(false,
            "data set: row {}, column {} of x, both counted from 0, is {} ({} of {} values {} not "
            "finite): replace such values or leave their rows out",
            place / D, place % D, std::isnan(*bad) ? "NaN" : "infinite", count, x.size(),
            count == 1 ? "is" : "are");
  }
}

template <typename T>
void require_features(const Matrix<T>& x, std::size_t labels) {
  require(x.shape(0) == labels && x.size() > 0, "data set: x is {}×{}, labels are {}", x.shape(0),
          x.shape(1), labels);
  require_finite(x);
}

void require_labels(const Labels& labels, std::size_t classes) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool in_range = labels[i] >= 0 && static_cast<std::size_t>(labels[i]) < classes;
    require(in_range, "data set: label {} of example {} is not in [0, {})", labels[i], i, classes);
  }
}

void require_picture(const std::optional<Picture>& picture, std::size_t D) {
  if (!picture) return;
  require(picture->size() == D, "data set: rows of {} features are no pictures of {}×{}×{}", D,
          picture->height, picture->width, picture->channels);
}

}  // namespace

Dataset::Dataset(Features x, Labels labels, std::size_t classes, std::optional<Picture> picture) {
  std::visit([&](const auto& m) { require_features(m, labels.size()); }, x);
  require_picture(picture, std::visit([](const auto& m) { return m.shape(1); }, x));
  require_labels(labels, classes);
  rows_.resize(labels.size());
  std::iota(rows_.begin(), rows_.end(), 0U);
  stored_ =
      std::make_shared<const Stored>(Stored{std::move(x), std::move(labels), classes, picture});
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

template void Dataset::copy_row(std::size_t, float*) const;
template void Dataset::copy_row(std::size_t, double*) const;

}  // namespace thinnet
