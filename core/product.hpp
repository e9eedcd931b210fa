// The one matrix product, and sums over rows.
#pragma once

#include "core/matrix.hpp"

namespace thinnet {

/// A matrix as it stands in a product: itself, or its transpose.
template <typename T>
struct Operand {
  Operand(const Matrix<T>& m, bool t = false) : matrix(m), is_transposed(t) {}  // NOLINT: implicit
  std::size_t rows() const { return matrix.shape(is_transposed ? 1 : 0); }
  std::size_t columns() const { return matrix.shape(is_transposed ? 0 : 1); }
  const Matrix<T>& matrix;
  bool is_transposed;
};

/// mᵀ, for a product: `matmul(transposed(x), dout, dw)`.
template <typename T>
Operand<T> transposed(const Matrix<T>& m) {
  return {m, true};
}

/// For the compiler only: it takes T from `out` alone, so that a matrix may stand for an Operand.
template <typename T>
struct Factor {
  using type = Operand<T>;
};

/// out = a · b, written straight into `out` (resized): a (N×D), b (D×H) -> out (N×H); a and b are
/// matrices, or transposed(…) of one. The same bits for any number of threads (OMP_NUM_THREADS, or
/// the cores that the process may use), where the BLAS is OpenBLAS or was told to use one thread.
/// Throws std::invalid_argument, naming both shapes, when a's columns are not b's rows, and when
/// `out` is a or b.
template <typename T>
void matmul(typename Factor<T>::type a, typename Factor<T>::type b, Matrix<T>& out);

/// m[n,h] += row[h]: row (1×H), m (N×H). Throws std::invalid_argument when the row is not 1×H.
template <typename T>
void add_to_rows(const Matrix<T>& row, Matrix<T>& m);

/// row[h] = Σ_n m[n,h], summed from the first n on: m (N×H), row (1×H, resized).
template <typename T>
void sum_rows(const Matrix<T>& m, Matrix<T>& row);

}  // namespace thinnet
