// Work on many numbers, spread over threads where it outweighs their start.
#pragma once

#include <cstddef>

namespace thinnet {

/// Whether so many items, each so many numbers to work on, are worth several threads.
constexpr bool worth_threads(std::size_t count, std::size_t numbers) {
  return count >= 2 && count * numbers >= 32768;
}

/// Calls part(work, begin, end) for parts of [0, count), on thread_count() threads.
void on_threads(std::size_t count,
                void (*part)(const void* work, std::size_t begin, std::size_t end),
                const void* work);

/// Calls f(begin, end) for parts of [0, count), several at a time; an item is so many numbers to
/// work on. Which parts depends on the number of threads: what f makes of an item must not.
template <typename F>
void in_parts(std::size_t count, std::size_t numbers, const F& f) {
  if (!worth_threads(count, numbers)) return f(std::size_t{0}, count);
  on_threads(
      count,
      [](const void* work, std::size_t begin, std::size_t end) {
        (*static_cast<const F*>(work))(begin, end);
      },
      &f);
}

}  // namespace thinnet
