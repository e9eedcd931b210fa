#include "data/split.hpp"

#include <algorithm>
#include <numeric>

#include "core/check.hpp"
#include "core/random.hpp"
#include "data/classes.hpp"

namespace thinnet {
namespace {

// Far from the streams of weights (from 0), of augmentation (from 2^30) and of batches (from 2^31).
constexpr std::uint32_t split_stream = 0x7ffffffe;

/// How many validation rows each class (C) gives, of N rows: its share, and one more where the
/// largest remainders are, until they are `validation` together. Of equal remainders the first.
std::vector<std::size_t> shares_of(const std::vector<std::size_t>& counts, std::size_t N,
                                   std::size_t validation) {
  std::vector<std::size_t> shares, classes(counts.size());
  for (const std::size_t count : counts) shares.push_back(count * validation / N);
  std::iota(classes.begin(), classes.end(), std::size_t{0});
  std::stable_sort(classes.begin(), classes.end(), [&](std::size_t a, std::size_t b) {
    return counts[a] * validation % N > counts[b] * validation % N;
  });
  const std::size_t given = std::accumulate(shares.begin(), shares.end(), std::size_t{0});
  for (std::size_t i = 0; i < validation - given; ++i) ++shares[classes[i]];
  return shares;
}

/// No class that has rows is without one to train on or one to validate on.
bool enough(const std::vector<std::size_t>& counts, const std::vector<std::size_t>& shares) {
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] > 0 && (shares[c] == 0 || shares[c] == counts[c])) return false;
  }
  return true;
}

SplitRows by_position(std::size_t N, std::size_t validation) {
  SplitRows rows;
  rows.training.resize(N - validation);
  rows.validation.resize(validation);
  std::iota(rows.training.begin(), rows.training.end(), 0U);
  std::iota(rows.validation.begin(), rows.validation.end(),
            static_cast<std::uint32_t>(N - validation));
  return rows;
}

/// Of all rows in random order the first ones validate; when `by_class` the first of each class.
/// Rows with targets are one class.
SplitRows at_random(const Dataset& data, std::size_t validation, std::uint64_t seed) {
  const bool classes = data.has_labels();
  const std::vector<std::size_t> counts = classes ? class_counts(data) : std::vector{data.size()};
  std::vector<std::size_t> wanted = shares_of(counts, data.size(), validation);
  SplitRows rows;
  rows.by_class = enough(counts, wanted);
  for (const std::uint32_t row :
       Random(seed, split_stream).permutation(static_cast<std::uint32_t>(data.size()))) {
    const auto c = classes ? static_cast<std::size_t>(data.label(row)) : 0;
    std::size_t& wanted_of_class = wanted[c];
    const bool validates =
        rows.by_class ? wanted_of_class > 0 : rows.validation.size() < validation;
    if (rows.by_class && validates) --wanted_of_class;
    (validates ? rows.validation : rows.training).push_back(row);
  }
  return rows;
}

}  // namespace

SplitRows split_rows(const Dataset& data, std::size_t validation, Split split, std::uint64_t seed) {
  require(validation > 0 && validation < data.size(),
          "{} validation rows asked for, but there are "
          "{}, and some must train",
          validation, data.size());
  if (split == Split::tail) return by_position(data.size(), validation);
  return at_random(data, validation, seed);
}

}  // namespace thinnet
