#include "data/io/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace thinnet {

void fail(const std::string& path, const std::string& reason) {
  throw std::runtime_error(fmt::format("{}: {}", path, reason));
}

namespace {

[[noreturn]] void fail_by(const std::string& path, const char* what, int error) {
  fail(path, fmt::format("{}: {}", what, std::strerror(error)));
}

/// An open file that closes itself; messages call it `shown`.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags, const char* what, std::string shown)
      : shown_(std::move(shown)), number_(open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (number_ < 0) fail_by(shown_, what, errno);
  }
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  /// Fills `to` up to the end of the file; returns how many bytes there were.
  std::size_t read_up_to(std::size_t size, char* to) {
    std::size_t done = 0;
    for (ssize_t n = 1; done < size && n != 0;) {
      n = ::read(number_, to + done, size - done);
      if (n < 0 && errno != EINTR) fail_by(shown_, "cannot read", errno);
      if (n > 0) done += static_cast<std::size_t>(n);
    }
    return done;
  }
  void write_all(std::string_view bytes) {
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t n = ::write(number_, bytes.data() + done, bytes.size() - done);
      if (n < 0 && errno != EINTR) fail_by(shown_, "cannot write", errno);
      if (n > 0) done += static_cast<std::size_t>(n);
    }
  }
  void sync() {
    if (fsync(number_) != 0) fail_by(shown_, "cannot sync", errno);
  }
  int number() const { return number_; }

 private:
  std::string shown_;
  int number_;
};

Descriptor open_to_read(const std::string& path) {
  std::error_code unknown;  // open says why
  if (std::filesystem::is_directory(path, unknown)) fail_by(path, "cannot read", EISDIR);
  return {path, O_RDONLY, "cannot open", path};
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

/// Gives path.partial its name, once it has reached the disk.
void publish_partial(const std::string& path) {
  const std::string partial = path + ".partial";
  Descriptor(partial, O_RDONLY, "cannot open", path).sync();
  if (std::rename(partial.c_str(), path.c_str()) != 0) {
    const int error = errno;
    std::remove(partial.c_str());
    fail_by(path, "cannot replace", error);
  }
  Descriptor(folder_of(path), O_RDONLY | O_DIRECTORY, "cannot open", path).sync();
}

}  // namespace

std::string read_file(const std::string& path, std::size_t most) {
  const auto require_size = [&](std::uintmax_t size) {
    if (size > most) {
      throw std::runtime_error(
          fmt::format("{}: more than {} bytes, which are too many", path, most));
    }
  };
  Descriptor file = open_to_read(path);
  std::error_code unknown;  // a pipe has no size: its first reads are small
  const std::uintmax_t size = std::filesystem::file_size(path, unknown);
  if (!unknown) require_size(size);
  // One byte more than the file has: then a full string says that the file goes on.
  std::string bytes(unknown ? 1 : static_cast<std::size_t>(size) + 1, '\0');
  std::size_t done = file.read_up_to(bytes.size(), bytes.data());
  while (done == bytes.size()) {
    require_size(done);
    bytes.resize(done + 4096);
    done += file.read_up_to(bytes.size() - done, bytes.data() + done);
  }
  bytes.resize(done);
  return bytes;
}

void read_pieces(const std::string& path, std::size_t size,
                 const std::function<void(std::string_view)>& use) {
  Descriptor file = open_to_read(path);
  std::string piece(size, '\0');
  std::size_t n = size;
  while (n == size) {
    n = file.read_up_to(size, piece.data());
    if (n > 0) use(std::string_view(piece).substr(0, n));
  }
}

void write_pieces(const std::string& path, const std::function<std::string_view()>& next) {
  const std::string partial = path + ".partial";
  try {
    Descriptor file(partial, O_WRONLY | O_CREAT | O_TRUNC, "cannot write", path);
    for (std::string_view piece = next(); !piece.empty(); piece = next()) file.write_all(piece);
  } catch (...) {
    std::remove(partial.c_str());
    throw;
  }
  publish_partial(path);
}

void write_file(const std::string& path, const std::string& bytes) {
  std::string_view rest = bytes;
  write_pieces(path, [&] { return std::exchange(rest, {}); });
}

void require_writable_folder(const std::string& path) {
  if (path.empty()) throw std::invalid_argument("the name of the output folder is empty");
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) fail_by(path, "cannot make the folder", error.value());
  const std::string probe = (std::filesystem::path(path) / ".thinnet.partial").string();
  { Descriptor try_it(probe, O_WRONLY | O_CREAT, "cannot write", path); }
  std::remove(probe.c_str());
}

}  // namespace thinnet
