// What first-layer units look for, as pictures.
#pragma once

#include <optional>
#include <string>

#include "core/matrix.hpp"
#include "data/picture.hpp"

namespace thinnet::examples {

/// At most so many units are drawn.
constexpr std::size_t most_tiles = 24;

/// Whether the study's page has pictures of a net's weights: where its inputs are square pictures,
/// grey or of three colours.
bool has_tiles(const std::optional<Picture>& picture);

/// The units of w (D×H) whose weights have the largest norm, largest first, the first of equals
/// first: for each height × width × channels bytes, row-major, channel last, whatever the order of
/// the D inputs. A unit's largest weight becomes 1 or 255, and 0 becomes 128, mid grey. Throws
/// std::invalid_argument when D is not the picture's.
std::string weight_tiles(const Matrix<float>& w, const Picture& picture);

}  // namespace thinnet::examples
