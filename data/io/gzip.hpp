// Files that may be gzipped: by zlib, and not without it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace thinnet {

/// A file that is read from its front, unpacked if it is gzipped.
class MaybeGzipped {
 public:
  /// Throws std::runtime_error "path: reason" when it cannot be opened, and when it is gzipped and
  /// Thinnet was built without zlib.
  explicit MaybeGzipped(const std::string& path);
  ~MaybeGzipped();
  MaybeGzipped(const MaybeGzipped&) = delete;
  MaybeGzipped& operator=(const MaybeGzipped&) = delete;

  bool is_gzipped() const;

  /// Reads up to `size` bytes; fewer only at the end. Throws likewise.
  std::size_t read(char* to, std::size_t size);

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace thinnet
