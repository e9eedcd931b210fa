// The products and sums of core/product.hpp.
#include "core/check.hpp"
#include "core/engine/gemm.hpp"
#include "core/engine/parallel.hpp"
#include "core/product.hpp"

namespace thinnet {
namespace {

// BLAS splits a product differently for 1 and for 2 threads, which changes the last bits of a sum.
// So BLAS runs on one thread, and a product is split here into panels that follow from its shape.
// A panel of rows costs next to nothing, a panel of columns some 5 %: each must rearrange a anew.
struct Panels {
  std::size_t count;
  bool by_rows;
};

Panels panels_of(std::size_t rows, std::size_t columns, std::size_t multiplications) {
  constexpr std::size_t smallest_panel = 250, worth_splitting = std::size_t{1} << 20;
  Panels panels{1, rows >= 2 * smallest_panel};
  if (multiplications < worth_splitting) return panels;
  const std::size_t side = panels.by_rows ? rows : columns, most = panels.by_rows ? 8 : 2;
  while (panels.count < most && side / (2 * panels.count) >= smallest_panel) panels.count *= 2;
  return panels;
}

}  // namespace

template <typename T>
void matmul(typename Factor<T>::type a, typename Factor<T>::type b, Matrix<T>& out) {
  const std::size_t M = a.rows(), K = a.columns(), N = b.columns();
  require(K == b.rows(), "matmul: cannot multiply {}×{} by {}×{}", M, K, b.rows(), N);
  require(&out != &a.matrix && &out != &b.matrix, "matmul: the result is one of its factors");
  resize(out, {M, N});
  const Panels panels = panels_of(M, N, M * N * K);
  const std::size_t a_stride = a.matrix.shape(1), b_stride = b.matrix.shape(1);
  const bool by_rows = panels.by_rows;
  const auto bound = [count = panels.count, side = by_rows ? M : N](std::size_t p) {
    return p == count ? side : side * p / count / 16 * 16;  // 16: no ragged edge inside
  };
  const auto panel = [&](std::size_t p) {
    const std::size_t begin = bound(p), size = bound(p + 1) - begin;
    const std::size_t i = by_rows ? begin : 0;  // the panel begins at out(i, j)
    const std::size_t j = by_rows ? 0 : begin;
    multiply<T>(by_rows ? size : M, by_rows ? N : size, K,
                {a.matrix.data() + (a.is_transposed ? i : i * a_stride), a_stride, a.is_transposed},
                {b.matrix.data() + (b.is_transposed ? j * b_stride : j), b_stride, b.is_transposed},
                out.data() + i * N + j, N);
  };
  in_parts(panels.count, M * N, [&](std::size_t first, std::size_t last) {
    for (std::size_t p = first; p < last; ++p) panel(p);
  });
}

template <typename T>
void add_to_rows(const Matrix<T>& row, Matrix<T>& m) {
  const std::size_t N = m.shape(0), H = m.shape(1);
  require_shape(row, {1, H}, "row", "add_to_rows");
  in_parts(N, H, [H, in = row.data(), first = m.data()](std::size_t begin, std::size_t end) {
    for (std::size_t n = begin; n < end; ++n) {
      T* const out = first + n * H;
      for (std::size_t h = 0; h < H; ++h) out[h] += in[h];
    }
  });
}

template <typename T>
void sum_rows(const Matrix<T>& m, Matrix<T>& row) {
  const std::size_t N = m.shape(0), H = m.shape(1);
  resize(row, {1, H});
  row.fill(T(0));
  // A thread takes columns, and goes through all rows: the sums are the same with any threads.
  in_parts(H, N, [N, H, first = m.data(), sum = row.data()](std::size_t begin, std::size_t end) {
    for (std::size_t n = 0; n < N; ++n) {
      const T* const in = first + n * H;
      for (std::size_t h = begin; h < end; ++h) sum[h] += in[h];
    }
  });
}

template void matmul(Operand<float>, Operand<float>, Matrix<float>&);
template void matmul(Operand<double>, Operand<double>, Matrix<double>&);
template void add_to_rows(const Matrix<float>&, Matrix<float>&);
template void add_to_rows(const Matrix<double>&, Matrix<double>&);
template void sum_rows(const Matrix<float>&, Matrix<float>&);
template void sum_rows(const Matrix<double>&, Matrix<double>&);

}  // namespace thinnet
