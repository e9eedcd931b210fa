// How the features of an example make a picture.
#pragma once

#include <cstddef>

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

}  // namespace thinnet
