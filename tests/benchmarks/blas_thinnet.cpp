#include "core/product.hpp"
#include "tests/benchmarks/blas.hpp"

namespace thinnet::benchmarks {

void multiply(const Operand<float>& a, const Operand<float>& b, Matrix<float>& out) {
  matmul<float>(a, b, out);
}

std::string library() {
  return "Thinnet's matmul over OpenBLAS";
}

}  // namespace thinnet::benchmarks
