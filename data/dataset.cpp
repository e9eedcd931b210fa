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

/// `name` is "x" or "the targets".
template <typename T>
void require_finite(const Matrix<T>& x, const char* name) {
  if constexpr (std::is_floating_point_v<T>) {  // bytes are finite
    const auto is_not_finite = [](T value) { return !std::isfinite(value); };
    const T* end = x.data() + x.size();
    const T* bad = std::find_if(x.data(), end, is_not_finite);
    if (bad == end) return;
    const auto count = std::count_if(bad, end, is_not_finite);
    const std::size_t place = static_cast<std::size_t>(bad - x.data()), D = x.shape(1);
    require(false,
            "data set: row {}, column {} of {}, both counted from 0, is {} ({} of {} values {} not "
            "finite): replace such values or leave their rows out",
            place / D, place % D, name, std::isnan(*bad) ? "NaN" : "infinite", count, x.size(),
            count == 1 ? "is" : "are");
  }
}

/// `found` tells how many labels there are, or the shape of the targets.
void require_rows(const Dataset::Features& x, std::size_t rows, const std::string& found) {
  std::visit(
      [&](const auto& m) {
        require(m.shape(0) == rows && m.size() > 0, "data set: x is {}, {}", shape_text(m), found);
        require_finite(m, "x");
      },
      x);
}

void require_labels(const Labels& labels, std::size_t classes) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool in_range = labels[i] >= 0 && static_cast<std::size_t>(labels[i]) < classes;
    require(in_range, "data set: label {} of example {} is not in [0, {})", labels[i], i, classes);
  }
}

void require_picture(const std::optional<Picture>& picture, const Dataset::Features& x) {
  if (!picture) return;
  const std::size_t D = std::visit([](const auto& m) { return m.shape(1); }, x);
  require(picture->size() == D, "data set: rows of {} features are no pictures of {}×{}×{}", D,
          picture->height, picture->width, picture->channels);
}

}  // namespace

Dataset::Dataset(Stored stored) : stored_(std::make_shared<const Stored>(std::move(stored))) {
  require_picture(stored_->picture, stored_->x);
  rows_.resize(std::visit([](const auto& m) { return m.shape(0); }, stored_->x));
  std::iota(rows_.begin(), rows_.end(), 0U);
}

Dataset::Dataset(Features x, Labels labels, std::size_t classes, std::optional<Picture> picture)
    : Dataset(Stored{std::move(x), std::move(labels), classes, {}, picture}) {
  require_rows(stored_->x, stored_->labels.size(),
               fmt::format("labels are {}", stored_->labels.size()));
  require_labels(stored_->labels, classes);
}

Dataset::Dataset(Features x, Matrix<double> targets, std::optional<Picture> picture)
    : Dataset(Stored{std::move(x), {}, 0, std::move(targets), picture}) {
  const Matrix<double>& t = stored_->targets;
  require_rows(stored_->x, t.shape(0), "targets are " + shape_text(t));
  require(t.size() > 0, "data set: targets are {}, expected a column at least", shape_text(t));
  require_finite(t, "the targets");
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

std::size_t Dataset::classes() const {
  require(has_labels(), "data set: classes are asked for, but it has targets, no labels");
  return stored_->classes;
}

std::int32_t Dataset::label(std::size_t i) const {
  require(has_labels(), "data set: labels are asked for, but it has targets");
  return stored_->labels[rows_[i]];
}

std::size_t Dataset::target_width() const {
  require(!has_labels(), "data set: targets are asked for, but it has labels");
  return stored_->targets.shape(1);
}

template <typename T>
void Dataset::copy_targets(std::size_t i, T* out) const {
  const std::size_t C = target_width();
  for (std::size_t c = 0; c < C; ++c) out[c] = static_cast<T>(stored_->targets(rows_[i], c));
}

template void Dataset::copy_row(std::size_t, float*) const;
template void Dataset::copy_row(std::size_t, double*) const;
template void Dataset::copy_targets(std::size_t, float*) const;
template void Dataset::copy_targets(std::size_t, double*) const;

}  // namespace thinnet
