// Takes the place of memory_file.cpp where there is no memfd_create, which is Linux's: a temporary
// file.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "examples/support/memory_file.hpp"

namespace thinnet::examples {

MemoryFile::MemoryFile()
    : number_(-1), path_((std::filesystem::temp_directory_path() / "thinnet_XXXXXX").string()) {
  number_ = mkstemp(path_.data());
  if (number_ < 0) {
    throw std::runtime_error(
        fmt::format("cannot draw: no temporary file {}: {}", path_, std::strerror(errno)));
  }
}

MemoryFile::~MemoryFile() {
  close(number_);
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace thinnet::examples
