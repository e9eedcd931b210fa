// Takes the place of parallel.cpp where there is no oneTBB.
#include "core/engine/parallel.hpp"

namespace thinnet {

void on_threads(std::size_t count,
                void (*part)(const void* work, std::size_t begin, std::size_t end),
                const void* work) {
  part(work, 0, count);
}

}  // namespace thinnet
