// How the features of an example make a picture.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace thinnet {

/// The shape of a row of x (N×D) as a picture: D is height · width · channels.
struct Picture {
  enum class Order {
    planes,      ///< channels × height × width: all of the red, then the green, …
    interleaved  ///< height × width × channels: red, green, … of each pixel
  };
  std::size_t height = 0, width = 0, channels = 1;
  Order order = Order::planes;

  std::size_t size() const { return height * width * channels; }
  /// The feature that holds channel c of the pixel in row i and column j.
  std::size_t index(std::size_t i, std::size_t j, std::size_t c) const {
    const std::size_t pixel = i * width + j;
    return order == Order::planes ? c * height * width + pixel : pixel * channels + c;
  }
};

/// The picture that a row is in a file whose array has this shape; nothing when it is none.
///   (N, H, W)                grey, unless H or W is 1
///   (N, H, W, C)             interleaved     C is 1, 3 or 4, and neither H nor W is 1
///   (N, C, H, W)             planes          likewise
///   (N, D)                   grey, when D is a square of 8 or more; so are (N, D, 1) and (N, 1, D)
/// Where both axes could be the channels, as in (N, 3, 32, 3), it is the one that leaves the
/// picture nearer to a square; if both do alike, the last one.
std::optional<Picture> picture_of_shape(const std::vector<std::size_t>& shape);

}  // namespace thinnet
