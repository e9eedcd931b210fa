// What first-layer units look for, as pictures.
#pragma once

#include <string>

#include "core/matrix.hpp"

namespace thinnet::examples {

/// At most so many units are drawn.
constexpr std::size_t most_tiles = 24;

/// The units of w (D×H) whose weights have the largest norm, largest first, the first of equals
/// first: for each side × side × channels bytes, row-major, channel last. D is channels planes of
/// side × side. A unit's largest weight becomes 1 or 255, and 0 becomes 128, mid grey.
std::string weight_tiles(const Matrix<float>& w, std::size_t side, std::size_t channels);

}  // namespace thinnet::examples
