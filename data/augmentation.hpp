// Mirrored and moved images, so that training rarely sees the same one twice.
#pragma once

#include <cstdint>

#include "core/matrix.hpp"

namespace thinnet {

/// What may happen to an image of a training batch; nothing unless asked for. An image is a row of
/// `channels` planes of height × width pixels.
struct Augmentation {
  bool flip = false;      ///< mirror left and right, with probability 1/2
  std::size_t shift = 0;  ///< move by -shift to shift pixels along each axis, all equally likely
  std::size_t channels = 3, height = 32, width = 32;

  bool any() const { return flip || shift > 0; }
  /// Throws std::invalid_argument when D is not channels · height · width, or when a shift may
  /// leave nothing of an image.
  void require_fits(std::size_t D) const;
};

/// Changes each row of x (N×D) at random: a function of the seed, the step and the row's place in
/// the batch, which is first + n for row n. Pixels that move in from outside take their value from
/// `fill` (1×D), the mean image. Throws like require_fits.
template <typename T>
void augment(Matrix<T>& x, const Matrix<T>& fill, const Augmentation& augmentation,
             std::uint64_t seed, std::uint64_t step, std::size_t first = 0);

}  // namespace thinnet
