// Takes the place of gzip.cpp where there is no zlib.
#include <cstdio>
#include <cstring>

#include <cerrno>

#include "data/io/file.hpp"
#include "data/io/gzip.hpp"

namespace thinnet {

struct MaybeGzipped::File {
  std::string path;
  std::FILE* file;
};

MaybeGzipped::MaybeGzipped(const std::string& path)
    : file_(std::make_unique<File>(File{path, std::fopen(path.c_str(), "rb")})) {
  if (file_->file == nullptr) fail(path, "cannot open");
  const int first = std::getc(file_->file);
  constexpr int gzip = 0x1f;  // RFC 1952, section 2.3.1; an IDX file begins with 0
  if (first == gzip) {
    std::fclose(file_->file);
    fail(path, "is gzipped, and zlib was missing when this was built (Debian: zlib1g-dev)");
  }
  if (first != EOF) std::ungetc(first, file_->file);
}

MaybeGzipped::~MaybeGzipped() {
  std::fclose(file_->file);
}

bool MaybeGzipped::is_gzipped() const {  // NOLINT: the one in gzip.cpp cannot be static
  return false;
}

std::size_t MaybeGzipped::read(char* to, std::size_t size) {
  const std::size_t n = std::fread(to, 1, size, file_->file);
  if (std::ferror(file_->file) != 0) fail(file_->path, std::strerror(errno));
  return n;
}

}  // namespace thinnet
