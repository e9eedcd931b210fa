#include "data/picture.hpp"

#include <algorithm>

namespace thinnet {
namespace {

std::optional<Picture> square_of(std::size_t D) {
  std::size_t side = 8;
  while (side * side < D) ++side;
  if (side * side != D) return std::nullopt;
  return Picture{side, side, 1, Picture::Order::planes};
}

bool is_picture(const Picture& picture) {
  const bool channels = picture.channels == 1 || picture.channels == 3 || picture.channels == 4;
  return channels && picture.height > 1 && picture.width > 1;
}

std::size_t distance_from_square(const Picture& picture) {
  return std::max(picture.height, picture.width) - std::min(picture.height, picture.width);
}

std::optional<Picture> coloured(std::size_t first, std::size_t second, std::size_t third) {
  const Picture planes{second, third, first, Picture::Order::planes};
  const auto order = third == 1 ? Picture::Order::planes : Picture::Order::interleaved;
  const Picture pixels{first, second, third, order};
  if (is_picture(planes) && is_picture(pixels)) {
    return distance_from_square(planes) < distance_from_square(pixels) ? planes : pixels;
  }
  if (is_picture(planes)) return planes;
  if (is_picture(pixels)) return pixels;
  return std::nullopt;
}

}  // namespace

std::optional<Picture> picture_of_shape(const std::vector<std::size_t>& shape) {
  if (shape.size() == 2) return square_of(shape[1]);
  if (shape.size() == 3) {
    const bool flat = shape[1] == 1 || shape[2] == 1;
    if (flat) return square_of(shape[1] * shape[2]);
    return Picture{shape[1], shape[2], 1, Picture::Order::planes};
  }
  if (shape.size() == 4) return coloured(shape[1], shape[2], shape[3]);
  return std::nullopt;
}

}  // namespace thinnet
