#include "data/io/idx.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "data/io/file.hpp"
#include "data/io/gzip.hpp"

namespace thinnet {
namespace {

struct IdxFile {
  std::vector<std::size_t> shape;
  std::string values;
};

/// A file, unpacked if it is gzipped.
class Unzipped {
 public:
  explicit Unzipped(std::string path) : path_(std::move(path)), file_(path_) {}

  /// Throws unless the file can hold `count` bytes behind a header of so many, before memory is
  /// taken for them.
  void require_room(std::size_t header, std::size_t count) const {
    std::error_code unknown;  // a pipe has no size; `read` does without
    const std::uintmax_t size = std::filesystem::file_size(path_, unknown);
    if (unknown) return;
    if (file_.is_gzipped()) {
      constexpr std::size_t deflate_limit = 1032;  // deflate cannot shrink by more
      if (count / deflate_limit > size) fail_with_values("fewer", count);
    } else {
      const std::uintmax_t present = size - std::min<std::uintmax_t>(header, size);
      if (present < count) fail_with_values(std::to_string(present), count);
    }
  }

  /// At most `count` bytes; fewer only at the end. Grows as bytes come: a header cannot make it
  /// allocate what the file does not hold.
  std::string read(std::size_t count) {
    constexpr std::size_t piece = std::size_t{1} << 20;
    std::string bytes;
    while (bytes.size() < count) {
      const std::size_t begin = bytes.size(), wanted = std::min(piece, count - begin);
      bytes.resize(begin + wanted);
      const std::size_t n = file_.read(bytes.data() + begin, wanted);
      bytes.resize(begin + n);
      if (n == 0) break;
    }
    return bytes;
  }

  [[noreturn]] void fail_with_values(const std::string& present, std::size_t count) const {
    fail(fmt::format("holds {} bytes of values, but its header says {}", present, count));
  }

  [[noreturn]] void fail(const std::string& reason) const { thinnet::fail(path_, reason); }

 private:
  std::string path_;
  MaybeGzipped file_;
};

IdxFile read_one(const std::string& path) {
  Unzipped file(path);
  const std::string magic = file.read(4);
  if (magic.size() != 4 || magic[0] != 0 || magic[1] != 0 || magic[2] != 8 || magic[3] < 1) {
    file.fail("not an IDX file of bytes");
  }
  IdxFile idx;
  std::size_t count = 1;
  for (char d = 0; d < magic[3]; ++d) {
    const std::string big_endian = file.read(4);
    if (big_endian.size() != 4) file.fail("the header is cut off");
    std::size_t size = 0;
    for (const char byte : big_endian) size = size << 8 | static_cast<std::uint8_t>(byte);
    // 2^40, or what a std::size_t of 32 bits can count.
    constexpr std::size_t limit = std::min<std::uint64_t>(std::uint64_t{1} << 40, SIZE_MAX / 4);
    if (size == 0 || count > limit / size) file.fail("the header asks for an impossible size");
    count *= size;
    idx.shape.push_back(size);
  }
  file.require_room(4 + 4 * idx.shape.size(), count);
  idx.values = file.read(count + 1);  // one more, to see whether the file goes on
  if (idx.values.size() != count) {
    file.fail_with_values(idx.values.size() > count ? "more" : std::to_string(idx.values.size()),
                          count);
  }
  return idx;
}

}  // namespace

Dataset read_idx(const std::string& images_path, const std::string& labels_path,
                 std::optional<std::size_t> classes) {
  const IdxFile images = read_one(images_path), labels = read_one(labels_path);
  const std::size_t N = images.shape[0];
  if (labels.shape.size() != 1 || labels.shape[0] != N) {
    throw std::runtime_error(fmt::format("{} has {} examples, but {} has {} labels", images_path, N,
                                         labels_path, labels.values.size()));
  }
  Matrix<std::uint8_t> x({N, images.values.size() / N});
  std::copy(images.values.begin(), images.values.end(), x.begin());
  Labels y;
  for (const char label : labels.values) y.push_back(static_cast<std::uint8_t>(label));
  const auto largest = static_cast<std::size_t>(*std::max_element(y.begin(), y.end()));
  const std::size_t C = classes.value_or(largest + 1);
  const auto bad = std::find_if(
      y.begin(), y.end(), [&](std::int32_t label) { return static_cast<std::size_t>(label) >= C; });
  if (bad != y.end()) {
    throw std::runtime_error(fmt::format("{}: example {} has label {}, expected 0 to {}",
                                         labels_path, bad - y.begin(), *bad, C - 1));
  }
  return {std::move(x), std::move(y), C, picture_of_shape(images.shape)};
}

}  // namespace thinnet
