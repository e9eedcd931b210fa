// Matrices, labels and shapes.
//
// Legend used everywhere: N examples in a batch, D inputs, H hidden units, C classes.
// A matrix is row-major; one row is one example.
// In formulas a·b is the matrix product, and a ⊙ b multiplies entry by entry.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/engine/xtensor.hpp"

namespace thinnet {

/// Rows and columns of float or double, used like a NumPy array of two dimensions: m(n, d) is an
/// entry, m.shape(0) is N, and + - * / work entry by entry. The matrix product is matmul of
/// core/product.hpp. (The allocator is named, for otherwise the type depends on compiler flags.)
template <typename T>
using Matrix = xt::xtensor<T, 2, xt::layout_type::row_major, std::allocator<T>>;

/// One class number in [0, C) for each of the N examples.
using Labels = std::vector<std::int32_t>;

/// How many rows and columns. A matrix of any type converts to its shape.
struct Shape {
  std::size_t rows = 0, columns = 0;

  Shape(std::size_t R, std::size_t C) : rows(R), columns(C) {}
  template <typename T>
  Shape(const Matrix<T>& m) : Shape(m.shape(0), m.shape(1)) {}  // NOLINT: implicit
  bool operator==(const Shape& other) const {
    return rows == other.rows && columns == other.columns;
  }
};

/// "2×3".
std::string shape_text(Shape shape);

/// Gives `m` the shape. When it has it already, memory and entries stay; else the entries are
/// undefined.
template <typename T>
void resize(Matrix<T>& m, Shape shape) {
  if (!(Shape(m) == shape)) m.resize({shape.rows, shape.columns});
}

/// Throws std::invalid_argument "affine1: dout is 2×5, expected 2×3" unless the shapes are equal.
void require_shape(Shape shape, Shape expected, std::string_view tensor, std::string_view layer);

/// Throws std::invalid_argument "affine1: x is 2×5, expected N×4" unless there are `columns`.
void require_width(Shape shape, std::size_t columns, std::string_view tensor,
                   std::string_view layer);

/// What every backward asks first. Throws std::logic_error when `out` is empty, as it is before
/// forward, and std::invalid_argument when dout has not the shape of out.
void require_dout(Shape dout, Shape out, std::string_view layer);

}  // namespace thinnet
