// Takes the place of blas.cpp where there is no BLAS.
#include <algorithm>

#include "core/engine/blas.hpp"
#include "core/engine/gemm.hpp"

namespace thinnet {
namespace {

constexpr std::size_t depth_at_once = 64;  // so many rows of b stay in the cache

/// out += a · b for the depths k from begin to end - 1: a row of b at a time.
template <typename T>
void add_rows(std::size_t M, std::size_t N, std::size_t begin, std::size_t end, Block<T> a,
              Block<T> b, T* out, std::size_t stride) {
  const std::size_t down = a.is_transposed ? 1 : a.stride;    // from a(i, k) to a(i + 1, k)
  const std::size_t across = a.is_transposed ? a.stride : 1;  // to a(i, k + 1)
  for (std::size_t i = 0; i < M; ++i) {
    T* const row = out + i * stride;
    for (std::size_t k = begin; k < end; ++k) {
      const T factor = a.entries[i * down + k * across];
      const T* const from = b.entries + k * b.stride;
      for (std::size_t j = 0; j < N; ++j) row[j] += factor * from[j];
    }
  }
}

/// The same for a transposed b, whose columns are rows in memory: an entry of out at a time.
template <typename T>
void add_dots(std::size_t M, std::size_t N, std::size_t begin, std::size_t end, Block<T> a,
              Block<T> b, T* out, std::size_t stride) {
  const std::size_t down = a.is_transposed ? 1 : a.stride;
  const std::size_t across = a.is_transposed ? a.stride : 1;
  for (std::size_t i = 0; i < M; ++i) {
    const T* const row = a.entries + i * down;
    for (std::size_t j = 0; j < N; ++j) {
      const T* const column = b.entries + j * b.stride;
      T sum = 0;
#pragma omp simd reduction(+ : sum)
      for (std::size_t k = begin; k < end; ++k) sum += row[k * across] * column[k];
      out[i * stride + j] += sum;
    }
  }
}

}  // namespace

void prepare_blas() {}

BlasInUse blas_in_use() {
  return {"", "plain loops"};
}

template <typename T>
void multiply(std::size_t M, std::size_t N, std::size_t K, Block<T> a, Block<T> b, T* out,
              std::size_t stride) {
  for (std::size_t i = 0; i < M; ++i) std::fill_n(out + i * stride, N, T(0));
  for (std::size_t begin = 0; begin < K; begin += depth_at_once) {
    const std::size_t end = std::min(K, begin + depth_at_once);
    const auto add = b.is_transposed ? add_dots<T> : add_rows<T>;
    add(M, N, begin, end, a, b, out, stride);
  }
}

template void multiply(std::size_t, std::size_t, std::size_t, Block<float>, Block<float>, float*,
                       std::size_t);
template void multiply(std::size_t, std::size_t, std::size_t, Block<double>, Block<double>, double*,
                       std::size_t);

}  // namespace thinnet
