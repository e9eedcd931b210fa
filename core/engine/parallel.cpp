#include "core/engine/parallel.hpp"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>

#include "core/engine/threads.hpp"

namespace thinnet {

// On a busy machine the system may set a thread aside for milliseconds. Nobody waits for such a
// thread unless it has begun a part: whoever is free takes the next part from a counter. oneTBB's
// threads sleep when there is nothing to do; OpenMP's would spin, or sleep too early.
void on_threads(std::size_t count,
                void (*part)(const void* work, std::size_t begin, std::size_t end),
                const void* work) {
  const std::size_t threads = std::min(thread_count(), count);
  if (threads <= 1) return part(work, 0, count);
  constexpr std::size_t parts_a_thread = 4;
  const std::size_t parts = std::min(parts_a_thread * threads, count);
  std::atomic<std::size_t> next{0};
  const auto take_parts = [&](std::size_t) {
    for (std::size_t p = next++; p < parts; p = next++)
      part(work, count * p / parts, count * (p + 1) / parts);
  };
  // Isolated: a host's thread that waits here must not begin another task of the host meanwhile.
  tbb::this_task_arena::isolate(
      [&] { tbb::parallel_for(std::size_t{0}, threads, take_parts, tbb::simple_partitioner{}); });
}

}  // namespace thinnet
