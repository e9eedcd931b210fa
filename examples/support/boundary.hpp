// Where a net of two inputs draws the line.
#pragma once

#include <string>

#include "core/sequential.hpp"
#include "data/dataset.hpp"

namespace thinnet::examples {

/// Colours [-edge, edge]² by the class that the net gives each point of it, with the data on top,
/// into stem.svg, stem.png and stem.gp. Throws like draw_regions.
void draw_boundary(const std::string& stem, const std::string& title, Sequential<float>& net,
                   const Dataset& data, double edge);

}  // namespace thinnet::examples
