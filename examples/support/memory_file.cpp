#include "examples/support/memory_file.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace thinnet::examples {

MemoryFile::MemoryFile()
    : number_(memfd_create("thinnet", 0)),  // gnuplot inherits it
      path_(fmt::format("/proc/self/fd/{}", number_)) {
  if (number_ < 0) {
    throw std::runtime_error(
        fmt::format("cannot draw: no file in memory: {}", std::strerror(errno)));
  }
}

MemoryFile::~MemoryFile() {
  close(number_);
}

}  // namespace thinnet::examples
