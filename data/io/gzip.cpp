#include "data/io/gzip.hpp"

#include <zlib.h>

#include <stdexcept>

#include "data/io/file.hpp"

namespace thinnet {

struct MaybeGzipped::File {
  gzFile file;  // zlib passes over anything that is not gzip as it is
};

MaybeGzipped::MaybeGzipped(const std::string& path)
    : file_(std::make_unique<File>(File{gzopen(path.c_str(), "rb")})) {
  if (file_->file == nullptr) fail(path, "cannot open");
}

MaybeGzipped::~MaybeGzipped() {
  gzclose(file_->file);
}

bool MaybeGzipped::is_gzipped() const {
  return gzdirect(file_->file) != 1;
}

std::size_t MaybeGzipped::read(char* to, std::size_t size) {
  const int n = gzread(file_->file, to, static_cast<unsigned>(size));
  int error = Z_OK;
  const char* message = gzerror(file_->file, &error);
  if (n < 0 || error != Z_OK) throw std::runtime_error(message);  // begins with the path
  return static_cast<std::size_t>(n);
}

}  // namespace thinnet
