// A network as a picture of one line, and as a table.
#pragma once

#include <string>

#include "core/sequential.hpp"

namespace thinnet {

/// "x (N×2) → affine1 (N×8) → relu1 → affine2 (N×2)": the layers in the order of forward, each with
/// its output's shape where the width changes.
template <typename T>
std::string flow(const Sequential<T>& net);

/// One line a layer: its name, its output's shape, its parameter count and their shapes.
template <typename T>
std::string summary(const Sequential<T>& net);

}  // namespace thinnet
