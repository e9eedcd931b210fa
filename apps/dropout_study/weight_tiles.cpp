#include "apps/dropout_study/weight_tiles.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/check.hpp"

namespace thinnet::examples {

bool has_tiles(const std::optional<Picture>& picture) {
  return picture && picture->height == picture->width &&
         (picture->channels == 1 || picture->channels == 3);
}

std::string weight_tiles(const Matrix<float>& w, const Picture& picture) {
  const std::size_t D = w.shape(0), H = w.shape(1);
  require(D == picture.size(), "tiles: w has {} rows, expected {}×{}×{}", D, picture.height,
          picture.width, picture.channels);
  std::vector<double> squares(H), largest(H);
  for (std::size_t d = 0; d < D; ++d) {
    for (std::size_t h = 0; h < H; ++h) {
      const double weight = w(d, h);
      squares[h] += weight * weight;
      largest[h] = std::max(largest[h], std::abs(weight));
    }
  }
  std::vector<std::size_t> units(H);
  std::iota(units.begin(), units.end(), 0U);
  std::stable_sort(units.begin(), units.end(),
                   [&](std::size_t a, std::size_t b) { return squares[a] > squares[b]; });
  units.resize(std::min(H, most_tiles));

  std::string pixels;
  pixels.reserve(units.size() * D);
  for (const std::size_t unit : units) {
    const double scale = largest[unit] > 0 ? 127 / largest[unit] : 0;
    for (std::size_t i = 0; i < picture.height; ++i) {
      for (std::size_t j = 0; j < picture.width; ++j) {
        for (std::size_t c = 0; c < picture.channels; ++c) {
          const double grey = 128 + scale * double{w(picture.index(i, j, c), unit)};
          pixels += static_cast<char>(static_cast<unsigned char>(std::lround(grey)));
        }
      }
    }
  }
  return pixels;
}

}  // namespace thinnet::examples
