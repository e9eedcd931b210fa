#include "core/engine/parallel.hpp"

#include <omp.h>

namespace thinnet {

void on_threads(std::size_t count,
                void (*part)(const void* work, std::size_t begin, std::size_t end),
                const void* work) {
  // Even a single thread would cost an allocation.
  if (omp_get_max_threads() == 1) return part(work, 0, count);
#pragma omp parallel
  {
    const auto thread = static_cast<std::size_t>(omp_get_thread_num());
    const auto threads = static_cast<std::size_t>(omp_get_num_threads());
    part(work, count * thread / threads, count * (thread + 1) / threads);
  }
}

}  // namespace thinnet
