// Which rows of a data set to train on, and which to validate on.
#pragma once

#include <cstdint>
#include <vector>

#include "data/dataset.hpp"

namespace thinnet {

enum class Split {
  tail,   ///< by position: the first rows train, the last ones validate
  random  ///< drawn by a seed, class by class
};

struct SplitRows {
  std::vector<std::uint32_t> training, validation;  ///< rows of the data set, each in one of them
  bool by_class = false;  ///< every class has the same share of the validation rows as of all rows
};

/// Takes `validation` rows out of N for validation; the others train. Tail: both in their order,
/// for a data set whose order is part of it. Random: both in an order that the seed draws, so that
/// the first so many are a random subset too. As in stratified sampling with proportional
/// allocation (Cochran, "Sampling Techniques", 1977, chapter 5), each class gives its share of the
/// validation rows, rounded by largest remainders; but where that leaves a class without a row in
/// either part, all rows are drawn from alike. Rows with targets are one class. Throws
/// std::invalid_argument unless both parts get at least one row.
SplitRows split_rows(const Dataset& data, std::size_t validation, Split split, std::uint64_t seed);

}  // namespace thinnet
