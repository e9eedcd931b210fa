// Mirrored and moved images, so that training rarely sees the same one twice.
#pragma once

#include <cstdint>
#include <optional>

#include "core/matrix.hpp"
#include "data/picture.hpp"

namespace thinnet {

/// What may happen to an image of a training batch; nothing unless asked for.
struct Augmentation {
  bool flip = false;      ///< mirror left and right, with probability 1/2
  std::size_t shift = 0;  ///< move by -shift to shift pixels along each axis, all equally likely

  bool any() const { return flip || shift > 0; }
  /// Throws std::invalid_argument, with what to do, when rows are no pictures, or when a shift may
  /// leave nothing of one.
  void require_fits(const std::optional<Picture>& picture) const;
};

/// Changes each row of x (N×D), a picture of D = height · width · channels values in either order,
/// at random: a function of the seed, the step and the row's place in the batch, which is first + n
/// for row n. All channels of a pixel move together. Pixels that move in from outside take their
/// value from `fill` (1×D), the mean image. Throws std::invalid_argument like require_fits, and
/// when x or fill is of another width.
template <typename T>
void augment(Matrix<T>& x, const Matrix<T>& fill, const Augmentation& augmentation,
             const Picture& picture, std::uint64_t seed, std::uint64_t step, std::size_t first = 0);

}  // namespace thinnet
