#include "examples/support/boundary.hpp"

#include "examples/support/chart.hpp"
#include "training/trainer.hpp"

namespace thinnet::examples {
namespace {

/// side × side points (side²×2) over [-edge, edge]², row by row from below.
Matrix<float> square_grid(std::size_t side, double edge) {
  const auto coordinate = [&](std::size_t k) {
    return static_cast<float>(-edge +
                              2 * edge * static_cast<double>(k) / static_cast<double>(side - 1));
  };
  Matrix<float> grid({side * side, 2});
  for (std::size_t i = 0; i < side * side; ++i) {
    grid(i, 0) = coordinate(i % side);
    grid(i, 1) = coordinate(i / side);
  }
  return grid;
}

}  // namespace

void draw_boundary(const std::string& stem, const std::string& title, Sequential<float>& net,
                   const Dataset& data, double edge) {
  constexpr std::size_t side = 161;
  Regions regions;
  regions.points = Matrix<float>({data.size(), 2});
  for (std::size_t n = 0; n < data.size(); ++n) {
    data.copy_row(n, &regions.points(n, 0));
    regions.labels.push_back(data.label(n));
  }
  regions.grid = predict(net.forward(square_grid(side, edge), test()));
  regions.side = side;
  regions.low = -edge;
  regions.high = edge;
  draw_regions(stem, title, regions);
}

}  // namespace thinnet::examples
