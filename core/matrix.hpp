// Matrices, labels and the one matrix product. The only header of Thinnet that includes xtensor.
//
// Legend used everywhere: N examples in a batch, D inputs, H hidden units, C classes.
// A matrix is row-major; one row is one example.
#pragma once

#if __has_include(<xtensor/containers/xtensor.hpp>)  // xtensor 0.26 and later
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/core/xmath.hpp>
#include <xtensor/core/xnoalias.hpp>
#else  // 0.24 and 0.25
#include <xtensor/xmath.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xtensor.hpp>
#endif

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace thinnet {

/// The allocator is named so that the type is the same whatever flags a user compiles with.
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

/// Gives `m` the shape; keeps its memory when it has that shape already.
template <typename T>
void resize(Matrix<T>& m, Shape shape) {
  if (!(Shape(m) == shape)) m.resize({shape.rows, shape.columns});
}

/// A matrix as it stands in a product: itself or its transpose.
template <typename T>
struct Operand {
  Operand(const Matrix<T>& m, bool t = false) : matrix(m), transposed(t) {}  // NOLINT: implicit
  std::size_t rows() const { return matrix.shape(transposed ? 1 : 0); }
  std::size_t columns() const { return matrix.shape(transposed ? 0 : 1); }
  const Matrix<T>& matrix;
  bool transposed;
};

/// mᵀ, for a product.
template <typename T>
Operand<T> transposed(const Matrix<T>& m) {
  return {m, true};
}

/// Operand<T> as a parameter that takes what converts to it: T is read off the product's result.
template <typename T>
struct Factor {
  using type = Operand<T>;
};

/// out = a · b, written straight into `out` (resized): a (N×D), b (D×H) -> out (N×H). `out` must be
/// neither a nor b.
/// The same bits for any number of threads (OMP_NUM_THREADS; all cores without it).
/// Throws std::invalid_argument, naming both shapes, when a's columns are not b's rows.
template <typename T>
void matmul(typename Factor<T>::type a, typename Factor<T>::type b, Matrix<T>& out);

/// m[n,h] += row[h]: row (1×H), m (N×H). Throws std::invalid_argument when the row is not 1×H.
template <typename T>
void add_to_rows(const Matrix<T>& row, Matrix<T>& m);

/// row[h] = Σ_n m[n,h], summed from the first n on: m (N×H), row (1×H, resized).
template <typename T>
void sum_rows(const Matrix<T>& m, Matrix<T>& row);

/// Throws std::invalid_argument "affine1: dout is 2×5, expected 2×3" unless the shapes are equal.
void require_shape(Shape shape, Shape expected, std::string_view tensor, std::string_view layer);

/// Throws std::invalid_argument "affine1: x is 2×5, expected N×4" unless there are `columns`.
void require_width(Shape shape, std::size_t columns, std::string_view tensor,
                   std::string_view layer);

/// What every backward asks first. Throws std::logic_error when `out` is still empty, that is
/// before forward, and std::invalid_argument when dout has not the shape of out.
void require_dout(Shape dout, Shape out, std::string_view layer);

}  // namespace thinnet
