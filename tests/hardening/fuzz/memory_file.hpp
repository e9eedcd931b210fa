// A file in memory with a path that any reader can open: the parsers take paths, and a disk would
// be what the fuzzer waits for.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>

namespace thinnet::fuzz {

class MemoryFile {
 public:
  MemoryFile()
      : number_(memfd_create("fuzz", MFD_CLOEXEC)),
        path_("/proc/self/fd/" + std::to_string(number_)) {
    require(number_ >= 0);
  }
  explicit MemoryFile(const std::string& bytes) : MemoryFile() { hold(bytes); }
  ~MemoryFile() { close(number_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  /// Replaces what it holds.
  void hold(const std::uint8_t* data, std::size_t size) {
    require(ftruncate(number_, 0) == 0);
    require(pwrite(number_, data, size, 0) == static_cast<ssize_t>(size));
  }
  void hold(const std::string& bytes) {
    hold(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  }

  std::string bytes() const {
    std::string all(static_cast<std::size_t>(lseek(number_, 0, SEEK_END)), '\0');
    require(pread(number_, all.data(), all.size(), 0) == static_cast<ssize_t>(all.size()));
    return all;
  }

  const std::string& path() const { return path_; }

 private:
  static void require(bool done) {
    if (!done) throw std::system_error(errno, std::generic_category(), "a file in memory");
  }

  int number_;
  std::string path_;
};

}  // namespace thinnet::fuzz
