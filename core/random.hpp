// Counter-based random numbers.
#pragma once

#include <cstdint>
#include <vector>

namespace thinnet {

/// Philox4x32-10 (Salmon et al., 2011; Random123) read in order: draw i of (seed, stream) is a
/// pure function of the three. Different streams of one seed are independent.
/// draw_mask (core/engine/mask.hpp) reads the same generator at other counters: it never repeats
/// these draws.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint32_t stream = 0) : seed_(seed), stream_(stream) {}

  std::uint64_t bits();                      ///< 64 random bits
  double uniform();                          ///< in (0, 1]
  double normal();                           ///< mean 0, standard deviation 1 (Box-Muller)
  std::uint32_t below(std::uint32_t limit);  ///< in [0, limit), unbiased; limit above 0
  /// Puts the items in random order (Fisher-Yates).
  void shuffle(std::vector<std::uint32_t>& items);
  /// The numbers 0 to count - 1 in random order.
  std::vector<std::uint32_t> permutation(std::uint32_t count);

 private:
  std::uint64_t seed_;
  std::uint32_t stream_;
  std::uint64_t block_ = 0;   // Philox calls made
  std::uint64_t second_ = 0;  // the second half of the latest call
  bool has_second_ = false;
};

}  // namespace thinnet
