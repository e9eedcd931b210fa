#include "data/augmentation.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/random.hpp"

namespace thinnet {
namespace {

/// What happens to one image.
struct Change {
  bool mirrored;
  std::size_t down, right;  // pixels, and `shift` of them too many: never negative
};

Change draw_change(const Augmentation& augmentation, Random& random) {
  const auto places = static_cast<std::uint32_t>(2 * augmentation.shift + 1);
  const bool mirrored = augmentation.flip && random.below(2) == 1;
  const std::size_t down = random.below(places);
  const std::size_t right = random.below(places);
  return {mirrored, down, right};
}

/// Pixel (i, j) of the new image out (1×D) is pixel (old_i, old_j) of the old one, or the fill's.
template <typename T>
void apply(const Change& change, const Augmentation& augmentation, const T* image, const T* fill,
           T* out) {
  const auto [flip, shift, channels, height, width] = augmentation;
  std::size_t d = 0;
  for (std::size_t channel = 0; channel < channels; ++channel) {
    const T* plane = image + channel * height * width;
    for (std::size_t i = 0; i < height; ++i) {
      for (std::size_t j = 0; j < width; ++j) {
        // Huge when that is above the old image or left of it.
        const std::size_t old_i = i + shift - change.down;
        const std::size_t old_j = j + shift - change.right;
        const bool inside = old_i < height && old_j < width;
        const std::size_t column = change.mirrored ? width - 1 - old_j : old_j;
        out[d] = inside ? plane[old_i * width + column] : fill[d];
        ++d;
      }
    }
  }
}

}  // namespace

void Augmentation::require_fits(std::size_t D) const {
  require(D == channels * height * width,
          "augmentation: images have {} features, expected {} ({} × {} × {})", D,
          channels * height * width, channels, height, width);
  require(shift < std::min(height, width),
          "augmentation: a shift of {} leaves nothing of an image of {} × {}", shift, height,
          width);
}

template <typename T>
void augment(Matrix<T>& x, const Matrix<T>& fill, const Augmentation& augmentation,
             std::uint64_t seed, std::uint64_t step, std::size_t first) {
  const std::size_t N = x.shape(0), D = x.shape(1);
  augmentation.require_fits(D);
  require_shape(fill, {1, D}, "fill", "augmentation");
  // Streams between those of the weights (from 0) and of the batches (from 2^31).
  Random random(seed, 0x40000000U + static_cast<std::uint32_t>(step));
  for (std::size_t n = 0; n < first; ++n) draw_change(augmentation, random);  // of other slices
  std::vector<T> image(D);
  for (std::size_t n = 0; n < N; ++n) {
    T* row = &x(n, 0);
    std::copy(row, row + D, image.begin());
    const Change change = draw_change(augmentation, random);
    apply(change, augmentation, image.data(), fill.data(), row);
  }
}

template void augment(Matrix<float>&, const Matrix<float>&, const Augmentation&, std::uint64_t,
                      std::uint64_t, std::size_t);
template void augment(Matrix<double>&, const Matrix<double>&, const Augmentation&, std::uint64_t,
                      std::uint64_t, std::size_t);

}  // namespace thinnet
