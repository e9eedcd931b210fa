// One panel of a matrix product: by BLAS in blas.cpp, or by plain loops in loops.cpp.
#pragma once

#include <cstddef>

namespace thinnet {

/// A factor of a product as it stands in memory, row by row, one row `stride` entries after the
/// other; where it is transposed, the product takes its transpose.
template <typename T>
struct Block {
  const T* entries;
  std::size_t stride;
  bool is_transposed;
};

/// out = a · b: a (M×K), b (K×N), out (M×N), whose rows are `stride` entries apart.
template <typename T>
void multiply(std::size_t M, std::size_t N, std::size_t K, Block<T> a, Block<T> b, T* out,
              std::size_t stride);

}  // namespace thinnet
