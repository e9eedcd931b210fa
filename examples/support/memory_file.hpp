// A file without a name.
#pragma once

#include <string>

namespace thinnet::examples {

/// What gnuplot leaves there is whole before anybody sees it. In memory, where the system has such
/// files: then the disk has no part in whether gnuplot could draw.
class MemoryFile {
 public:
  /// Throws std::runtime_error when it cannot be made.
  MemoryFile();
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int number() const { return number_; }
  /// By which a process that we start opens it, too.
  const std::string& path() const { return path_; }

 private:
  int number_;
  std::string path_;
};

}  // namespace thinnet::examples
