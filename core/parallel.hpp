// Work on many numbers: vectorised, and spread over threads where it outweighs their start.
#pragma once

#include <omp.h>

#include "core/tensor.hpp"

namespace thinnet {

/// Calls f(begin, end) for parts of [0, count), a thread each; an item is so many numbers to work
/// on. Which parts depends on the number of threads: what f makes of an item must not.
template <typename F>
void in_parts(std::size_t count, std::size_t numbers, F f) {
  // Even a single thread would cost an allocation.
  if (count < 2 || count * numbers < 32768 || omp_get_max_threads() == 1)
    return f(std::size_t{0}, count);
#pragma omp parallel
  {
    const auto thread = static_cast<std::size_t>(omp_get_thread_num());
    const auto threads = static_cast<std::size_t>(omp_get_num_threads());
    f(count * thread / threads, count * (thread + 1) / threads);
  }
}

/// Calls f(k) for every k in [0, count), in any order.
template <typename F>
void for_each(std::size_t count, F f) {
  in_parts(count, 1, [=](std::size_t begin, std::size_t end) {
#pragma omp simd
    for (std::size_t k = begin; k < end; ++k) f(k);
  });
}

/// out[k] = f(a[k]) for every entry; out takes the shape of a.
template <typename T, typename F>
void map(const Matrix<T>& a, Matrix<T>& out, F f) {
  resize(out, a.shape(0), a.shape(1));
  for_each(a.size(), [=, x = a.data(), to = out.data()](std::size_t k) { to[k] = f(x[k]); });
}

/// out[k] = f(a[k], b[k]) for every entry; out takes the shape of a, which is that of b.
template <typename T, typename F>
void map(const Matrix<T>& a, const Matrix<T>& b, Matrix<T>& out, F f) {
  const T* y = b.data();
  resize(out, a.shape(0), a.shape(1));
  for_each(a.size(), [=, x = a.data(), to = out.data()](std::size_t k) { to[k] = f(x[k], y[k]); });
}

}  // namespace thinnet
