// One matrix product, as each library under comparison makes it.
#pragma once

#include <string>

#include "core/matrix.hpp"
#include "core/product.hpp"

namespace thinnet::benchmarks {

/// out = a · b for an `out` of the right shape.
void multiply(const Operand<float>& a, const Operand<float>& b, Matrix<float>& out);

/// The library, its version, and the kernels it chose for this CPU.
std::string library();

}  // namespace thinnet::benchmarks
