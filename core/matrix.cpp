#include "core/matrix.hpp"

#include <stdexcept>

#include "core/check.hpp"

namespace thinnet {

std::string shape_text(Shape shape) {
  return fmt::format("{}×{}", shape.rows, shape.columns);
}

void require_shape(Shape shape, Shape expected, std::string_view tensor, std::string_view layer) {
  require(shape == expected, "{}: {} is {}×{}, expected {}×{}", layer, tensor, shape.rows,
          shape.columns, expected.rows, expected.columns);
}

void require_width(Shape shape, std::size_t columns, std::string_view tensor,
                   std::string_view layer) {
  require(shape.columns == columns, "{}: {} is {}×{}, expected N×{}", layer, tensor, shape.rows,
          shape.columns, columns);
}

void require_dout(Shape dout, Shape out, std::string_view layer) {
  if (out.rows == 0 || out.columns == 0)
    throw std::logic_error(fmt::format("{}: backward came before forward", layer));
  require_shape(dout, out, "dout", layer);
}

}  // namespace thinnet
