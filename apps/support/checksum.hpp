// SHA-256, which tells whether data is the data that it was.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace thinnet::examples {

/// FIPS 180-4, as 64 hexadecimal digits.
std::string sha256(const std::string& bytes);

struct FileChecksum {
  std::string name;  ///< without its folder
  std::uint64_t bytes = 0;
  std::string sha256;
};

/// One for each path. Throws std::runtime_error "path: reason" for a file that cannot be read.
std::vector<FileChecksum> checksums_of(const std::vector<std::string>& paths);

/// One checksum over those of all files, in their order; their names do not enter.
std::string sha256_of_all(const std::vector<FileChecksum>& files);

}  // namespace thinnet::examples
