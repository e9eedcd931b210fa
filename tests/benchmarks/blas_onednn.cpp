#include <dnnl.h>
#include <fmt/format.h>

#include <stdexcept>

#include "core/product.hpp"
#include "tests/benchmarks/blas.hpp"

namespace thinnet::benchmarks {

void multiply(const Operand<float>& a, const Operand<float>& b, Matrix<float>& out) {
  const auto index = [](std::size_t n) { return static_cast<dnnl_dim_t>(n); };
  const dnnl_status_t status = dnnl_sgemm(
      a.is_transposed ? 'T' : 'N', b.is_transposed ? 'T' : 'N', index(a.rows()), index(b.columns()),
      index(a.columns()), 1, a.matrix.data(), index(a.matrix.shape(1)), b.matrix.data(),
      index(b.matrix.shape(1)), 0, out.data(), index(out.shape(1)));
  if (status != dnnl_success) throw std::runtime_error("dnnl_sgemm failed");
}

std::string library() {
  const dnnl_version_t* v = dnnl_version();
  return fmt::format("oneDNN {}.{}.{}", v->major, v->minor, v->patch);
}

}  // namespace thinnet::benchmarks
