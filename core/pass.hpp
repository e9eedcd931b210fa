// What a forward pass depends on besides its input.
#pragma once

#include <cstdint>
#include <vector>

#include "core/matrix.hpp"

namespace thinnet {

/// Which example of the data set each row of a batch is: row n is example examples[n].
using Examples = std::vector<std::uint32_t>;

/// Training or test mode, and what dropout draws its mask from: the step, and which example each
/// row is. Same step and same examples: same mask.
struct Pass {
  bool training = false;
  std::uint64_t step = 0;              ///< of training, counted over all epochs
  const Examples* examples = nullptr;  ///< (N), the caller's; null: row n is example n
};

/// A training pass: dropout drops units. Row n is example n.
inline Pass train(std::uint64_t step) {
  return {true, step, nullptr};
}

/// A training pass over these examples, which must live as long as the pass.
inline Pass train(std::uint64_t step, const Examples& examples) {
  return {true, step, &examples};
}
Pass train(std::uint64_t step, Examples&& examples) = delete;  // they would be gone too soon

/// A test pass: dropout passes its input on.
inline Pass test() {
  return {};
}

/// Throws std::invalid_argument "dropout1: the pass names 3 examples, but x is 2×5" when a pass
/// names examples and x (N×D) has another number of rows.
void require_examples(const Pass& pass, Shape x, std::string_view layer);

}  // namespace thinnet
