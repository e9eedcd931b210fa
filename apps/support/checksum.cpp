#include "apps/support/checksum.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string_view>

#include "data/io/file.hpp"

namespace thinnet::examples {

namespace {

class Sha256 {
 public:
  Sha256() { require(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr)); }
  void add(std::string_view bytes) {
    require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
  }
  /// Of all that was added, as 64 hexadecimal digits.
  std::string finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    require(EVP_DigestFinal_ex(context_.get(), digest.data(), &size));
    std::string hex;
    for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest.at(i));
    return hex;
  }

 private:
  static void require(int done) {
    if (done != 1) throw std::runtime_error("OpenSSL cannot compute SHA-256");
  }
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free};
};

}  // namespace

std::string sha256(const std::string& bytes) {
  Sha256 digest;
  digest.add(bytes);
  return digest.finish();
}

std::vector<FileChecksum> checksums_of(const std::vector<std::string>& paths) {
  std::vector<FileChecksum> files;
  files.reserve(paths.size());
  for (const std::string& path : paths) {
    Sha256 digest;
    std::size_t size = 0;
    read_pieces(path, std::size_t{1} << 18, [&](std::string_view piece) {
      digest.add(piece);
      size += piece.size();
    });
    files.push_back({std::filesystem::path(path).filename().string(), size, digest.finish()});
  }
  return files;
}

std::string sha256_of_all(const std::vector<FileChecksum>& files) {
  std::string all;
  for (const FileChecksum& file : files) all += file.sha256;
  return sha256(all);
}

}  // namespace thinnet::examples
