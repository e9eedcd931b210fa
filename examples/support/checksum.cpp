#include "examples/support/checksum.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <filesystem>
#include <stdexcept>

#include "data/file.hpp"

namespace thinnet::examples {

std::string sha256(const std::string& bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("OpenSSL cannot compute SHA-256");
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest.at(i));
  return hex;
}

std::vector<FileChecksum> checksums_of(const std::vector<std::string>& paths) {
  std::vector<FileChecksum> files;
  files.reserve(paths.size());
  for (const std::string& path : paths) {
    const std::string bytes = read_file(path);
    files.push_back({std::filesystem::path(path).filename().string(), bytes.size(), sha256(bytes)});
  }
  return files;
}

std::string sha256_of_all(const std::vector<FileChecksum>& files) {
  std::string all;
  for (const FileChecksum& file : files) all += file.sha256;
  return sha256(all);
}

}  // namespace thinnet::examples
