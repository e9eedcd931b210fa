#include <blis.h>

#include "core/product.hpp"
#include "tests/benchmarks/blas.hpp"

namespace thinnet::benchmarks {

void multiply(const Operand<float>& a, const Operand<float>& b, Matrix<float>& out) {
  // BLIS takes the distances between rows and between columns, so that nothing is transposed.
  const auto row = [](const Operand<float>& m) {
    return static_cast<inc_t>(m.is_transposed ? 1 : m.matrix.shape(1));
  };
  const auto column = [](const Operand<float>& m) {
    return static_cast<inc_t>(m.is_transposed ? m.matrix.shape(1) : 1);
  };
  const auto data = [](const Operand<float>& m) {  // its interface is not const-correct
    return const_cast<float*>(m.matrix.data());    // NOLINT
  };
  float one = 1, zero = 0;
  bli_sgemm(BLIS_NO_TRANSPOSE, BLIS_NO_TRANSPOSE, static_cast<dim_t>(a.rows()),
            static_cast<dim_t>(b.columns()), static_cast<dim_t>(a.columns()), &one, data(a), row(a),
            column(a), data(b), row(b), column(b), &zero, out.data(),
            static_cast<inc_t>(out.shape(1)), 1);
}

std::string library() {
  return std::string("BLIS ") + bli_info_get_version_str() + ", running " +
         bli_arch_string(bli_arch_query_id());
}

}  // namespace thinnet::benchmarks
