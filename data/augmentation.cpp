#include "data/augmentation.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/random.hpp"

namespace thinnet {

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
  const auto [flip, shift, channels, height, width] = augmentation;
  const std::size_t N = x.shape(0), D = x.shape(1);
  augmentation.require_fits(D);
  require_shape(fill, {1, D}, "fill", "augmentation");
  // Streams between those of the weights (from 0) and of the batches (from 2^31).
  Random random(seed, 0x40000000U + static_cast<std::uint32_t>(step));
  const auto places = static_cast<std::uint32_t>(2 * shift + 1);
  std::vector<T> image(D);
  for (std::size_t place = 0; place < first + N; ++place) {
    const bool mirrored = flip && random.below(2) == 1;
    const std::size_t down = random.below(places), right = random.below(places);  // shift too many
    if (place < first) continue;  // drawn for a row of another slice
    T* row = &x(place - first, 0);
    std::copy(row, row + D, image.begin());
    for (std::size_t d = 0; d < D; ++d) {
      // Where pixel (i, j) of the new image stood; huge when that is left of or above the old one.
      const std::size_t i = d / width % height + shift - down, j = d % width + shift - right;
      const std::size_t from = d / (height * width) * height * width + i * width;
      row[d] = i < height && j < width ? image[from + (mirrored ? width - 1 - j : j)] : fill(0, d);
    }
  }
}

template void augment(Matrix<float>&, const Matrix<float>&, const Augmentation&, std::uint64_t,
                      std::uint64_t, std::size_t);
template void augment(Matrix<double>&, const Matrix<double>&, const Augmentation&, std::uint64_t,
                      std::uint64_t, std::size_t);

}  // namespace thinnet
