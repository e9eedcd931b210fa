#include "core/tensor.hpp"

#include <algorithm>
#include <xtensor-blas/xblas.hpp>

#include "core/check.hpp"

// OpenBLAS's own switch; null with another BLAS, which must then be told to use one thread.
extern "C" [[gnu::weak]] void openblas_set_num_threads(int);

namespace thinnet {
namespace {

// BLAS splits a product differently for 1 and for 2 threads, which changes the last bits of a sum.
// So BLAS runs on one thread, and a product is split here into panels that follow from its shape.
std::size_t panel_count(std::size_t longer_side, std::size_t multiplications) {
  constexpr std::size_t smallest_panel = 250, worth_splitting = std::size_t{1} << 20;
  std::size_t panels = 1;
  if (multiplications < worth_splitting) return panels;
  while (panels < 8 && longer_side / (2 * panels) >= smallest_panel) panels *= 2;
  return panels;
}

xt::blas_index_t blas_index(std::size_t n) {
  return static_cast<xt::blas_index_t>(n);
}

}  // namespace

template <typename T>
void matmul(Operand<T> a, Operand<T> b, Matrix<T>& out) {
  static const bool blas_on_one_thread =
      openblas_set_num_threads != nullptr && (openblas_set_num_threads(1), true);
  static_cast<void>(blas_on_one_thread);
  const std::size_t M = a.rows(), K = a.columns(), N = b.columns();
  require(K == b.rows(), "matmul: cannot multiply {}×{} by {}×{}", M, K, b.rows(), N);
  resize(out, M, N);
  const bool by_rows = M > N;  // splitting the longer side of out costs least
  const std::size_t side = std::max(M, N), panels = panel_count(side, M * N * K);
  const std::size_t a_stride = a.matrix.shape(1), b_stride = b.matrix.shape(1);
#pragma omp parallel for if (panels > 1) schedule(static)
  for (std::size_t p = 0; p < panels; ++p) {
    const std::size_t begin = side * p / panels, size = side * (p + 1) / panels - begin;
    const std::size_t i = by_rows ? begin : 0;  // the panel begins at out(i, j)
    const std::size_t j = by_rows ? 0 : begin;
    cxxblas::gemm<xt::blas_index_t>(
        cxxblas::RowMajor, a.transposed ? cxxblas::Trans : cxxblas::NoTrans,
        b.transposed ? cxxblas::Trans : cxxblas::NoTrans, blas_index(by_rows ? size : M),
        blas_index(by_rows ? N : size), blas_index(K), T(1),
        a.matrix.data() + (a.transposed ? i : i * a_stride), blas_index(a_stride),
        b.matrix.data() + (b.transposed ? j * b_stride : j), blas_index(b_stride), T(0),
        out.data() + i * N + j, blas_index(N));
  }
}

template <typename T>
std::string shape_text(const Matrix<T>& m) {
  return fmt::format("{}×{}", m.shape(0), m.shape(1));
}

template <typename T>
void require_shape(const Matrix<T>& m, std::size_t rows, std::size_t columns,
                   std::string_view tensor, std::string_view layer) {
  require(m.shape(0) == rows && m.shape(1) == columns, "{}: {} is {}×{}, expected {}×{}", layer,
          tensor, m.shape(0), m.shape(1), rows, columns);
}

template <typename T>
void require_width(const Matrix<T>& m, std::size_t columns, std::string_view tensor,
                   std::string_view layer) {
  require(m.shape(1) == columns, "{}: {} is {}×{}, expected N×{}", layer, tensor, m.shape(0),
          m.shape(1), columns);
}

template <typename T>
void require_dout(const Matrix<T>& dout, const Matrix<T>& out, std::string_view layer) {
  if (out.size() == 0)
    throw std::logic_error(std::string(layer) + ": backward came before forward");
  require_shape(dout, out.shape(0), out.shape(1), "dout", layer);
}

template void matmul(Operand<float>, Operand<float>, Matrix<float>&);
template void matmul(Operand<double>, Operand<double>, Matrix<double>&);
template std::string shape_text(const Matrix<float>&);
template std::string shape_text(const Matrix<double>&);
template void require_shape(const Matrix<float>&, std::size_t, std::size_t, std::string_view,
                            std::string_view);
template void require_shape(const Matrix<double>&, std::size_t, std::size_t, std::string_view,
                            std::string_view);
template void require_width(const Matrix<float>&, std::size_t, std::string_view, std::string_view);
template void require_width(const Matrix<double>&, std::size_t, std::string_view, std::string_view);
template void require_dout(const Matrix<float>&, const Matrix<float>&, std::string_view);
template void require_dout(const Matrix<double>&, const Matrix<double>&, std::string_view);

}  // namespace thinnet
