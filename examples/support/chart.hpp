// Pictures of results, drawn by gnuplot to SVG and PNG.
#pragma once

#include <string>
#include <vector>

#include "core/matrix.hpp"

namespace thinnet::examples {

/// A line through y[i] at x = i + 1.
struct Curve {
  std::string title;
  std::vector<double> y;
  std::size_t colour = 0;  ///< number in a palette that the colour-blind can tell apart
  bool dashed = false;
};

/// Where the legend stands, at the right.
enum class Legend { centre, bottom };

/// One coordinate system.
struct Panel {
  std::string title, x_label, y_label;
  std::vector<Curve> curves;
  Legend legend = Legend::bottom;
};

/// Draws the panels side by side into stem.svg and stem.png, and leaves what drew them in stem.gp.
/// Throws std::runtime_error when gnuplot is missing or fails, or a file cannot be written.
void draw_curves(const std::string& stem, const std::string& title,
                 const std::vector<Panel>& panels);

/// Points of several classes on the regions that a classifier gives them.
struct Regions {
  Matrix<float> points;      ///< (N×2)
  Labels labels;             ///< (N) in [0, 6)
  Labels grid;               ///< (side·side) class at each grid point, row by row from below
  std::size_t side = 0;      ///< grid points along an axis
  double low = 0, high = 1;  ///< both axes run from low to high
};

/// Draws into stem.svg, stem.png and stem.gp; throws like draw_curves.
void draw_regions(const std::string& stem, const std::string& title, const Regions& regions);

/// A line through the points (x[i], y[i]).
struct Line {
  std::string title;
  std::vector<double> x, y;
  std::size_t colour = 0;  ///< as of a Curve
  bool dashed = false;
};

/// Draws points (N×2) and lines; throws like draw_curves.
void draw_lines(const std::string& stem, const std::string& title, const Matrix<float>& points,
                const std::vector<Line>& lines);

}  // namespace thinnet::examples
