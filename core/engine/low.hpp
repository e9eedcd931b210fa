// The lower 32 bits of a number: Philox, the generator, takes 64 bits as two words.
#pragma once

#include <cstdint>

namespace thinnet {

inline std::uint32_t low(std::uint64_t n) {
  return static_cast<std::uint32_t>(n);
}

}  // namespace thinnet
