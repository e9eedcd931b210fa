// Data sets of random bytes, for tests of what the study does with their rows.
#pragma once

#include <vector>

#include "core/random.hpp"
#include "data/dataset.hpp"

namespace thinnet::testing {

/// `count` examples of 12 bytes and 3 classes.
inline Dataset random_images(std::size_t count, std::uint64_t seed = 1) {
  Matrix<std::uint8_t> x({count, 12});
  Random random(seed);
  for (auto& value : x) value = static_cast<std::uint8_t>(random.below(256));
  Labels labels(count);
  for (auto& label : labels) label = static_cast<std::int32_t>(random.below(3));
  return {x, labels, 3};
}

/// The numbers of its rows in the whole data set.
inline std::vector<std::uint32_t> examples_of(const Dataset& data) {
  std::vector<std::uint32_t> examples;
  for (std::size_t i = 0; i < data.size(); ++i) examples.push_back(data.example(i));
  return examples;
}

}  // namespace thinnet::testing
