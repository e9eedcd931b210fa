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
void apply(const Change& change, std::size_t shift, const Picture& picture, const T* image,
           const T* fill, T* out) {
  const std::size_t height = picture.height, width = picture.width;
  for (std::size_t channel = 0; channel < picture.channels; ++channel) {
    for (std::size_t i = 0; i < height; ++i) {
      for (std::size_t j = 0; j < width; ++j) {
        // Huge when that is above the old image or left of it.
        const std::size_t old_i = i + shift - change.down;
        const std::size_t old_j = j + shift - change.right;
        const bool inside = old_i < height && old_j < width;
        const std::size_t column = change.mirrored ? width - 1 - old_j : old_j;
        const std::size_t d = picture.index(i, j, channel);
        out[d] = inside ? image[picture.index(old_i, column, channel)] : fill[d];
      }
    }
  }
}

}  // namespace

void Augmentation::require_fits(const std::optional<Picture>& picture) const {
  require(picture.has_value(),
          "augmentation: rows that are no pictures cannot be flipped or shifted; x of shape "
          "(N, height, width) or (N, height, width, channels) says how they are");
  require(shift < std::min(picture->height, picture->width),
          "augmentation: a shift of {} leaves nothing of an image of {} × {}", shift,
          picture->height, picture->width);
}

template <typename T>
void augment(Matrix<T>& x, const Matrix<T>& fill, const Augmentation& augmentation,
             const Picture& picture, std::uint64_t seed, std::uint64_t step, std::size_t first) {
  const std::size_t N = x.shape(0), D = x.shape(1);
  augmentation.require_fits(picture);
  require(D == picture.size(), "augmentation: rows have {} features, pictures of {}×{}×{} have {}",
          D, picture.height, picture.width, picture.channels, picture.size());
  require_shape(fill, {1, D}, "fill", "augmentation");
  // Streams between those of the weights (from 0) and of the batches (from 2^31).
  Random random(seed, 0x40000000U + static_cast<std::uint32_t>(step));
  for (std::size_t n = 0; n < first; ++n) draw_change(augmentation, random);  // of other slices
  std::vector<T> image(D);
  for (std::size_t n = 0; n < N; ++n) {
    T* row = &x(n, 0);
    std::copy(row, row + D, image.begin());
    const Change change = draw_change(augmentation, random);
    apply(change, augmentation.shift, picture, image.data(), fill.data(), row);
  }
}

template void augment(Matrix<float>&, const Matrix<float>&, const Augmentation&, const Picture&,
                      std::uint64_t, std::uint64_t, std::size_t);
template void augment(Matrix<double>&, const Matrix<double>&, const Augmentation&, const Picture&,
                      std::uint64_t, std::uint64_t, std::size_t);

}  // namespace thinnet
