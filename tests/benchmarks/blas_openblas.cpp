#include <cblas.h>

#include "core/product.hpp"
#include "tests/benchmarks/blas.hpp"

namespace thinnet::benchmarks {

void multiply(const Operand<float>& a, const Operand<float>& b, Matrix<float>& out) {
  const auto index = [](std::size_t n) { return static_cast<blasint>(n); };
  cblas_sgemm(CblasRowMajor, a.is_transposed ? CblasTrans : CblasNoTrans,
              b.is_transposed ? CblasTrans : CblasNoTrans, index(a.rows()), index(b.columns()),
              index(a.columns()), 1, a.matrix.data(), index(a.matrix.shape(1)), b.matrix.data(),
              index(b.matrix.shape(1)), 0, out.data(), index(out.shape(1)));
}

std::string library() {
  return std::string(openblas_get_config()) + ", running " + openblas_get_corename();
}

}  // namespace thinnet::benchmarks
