// An IDX file beside a whole one. The first byte says which of the two is the input, images or
// labels, and whether the input is gzipped here before it is read: behind its checksum the parser
// would hardly be reached else.
#include <zlib.h>

#include "data/io/idx.hpp"
#include "tests/hardening/fuzz/memory_file.hpp"
#include "tests/hardening/fuzz/promise.hpp"

using namespace thinnet;
using namespace thinnet::fuzz;

namespace {

std::string gzip(const std::uint8_t* data, std::size_t size) {
  constexpr int gzip_with_least_memory = 16 + 9;
  z_stream stream{};
  promise(
      deflateInit2(&stream, 1, Z_DEFLATED, gzip_with_least_memory, 1, Z_DEFAULT_STRATEGY) == Z_OK,
      "zlib starts");
  std::string out(deflateBound(&stream, size), '\0');
  stream.next_in = const_cast<Bytef*>(data);  // NOLINT: zlib does not write there
  stream.avail_in = static_cast<uInt>(size);
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  promise(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib ends");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const MemoryFile whole_images(
      {"\0\0\x08\x02\0\0\0\x03\0\0\0\x02"
       "abcdef",
       18}),
      whole_labels({"\0\0\x08\x01\0\0\0\x03\x00\x09\x05", 11});
  static MemoryFile file;
  if (size == 0) return 0;
  const bool labels = (data[0] & 1U) != 0, zipped = (data[0] & 2U) != 0;
  if (zipped) {
    file.hold(gzip(data + 1, size - 1));
  } else {
    file.hold(data + 1, size - 1);
  }
  const std::string& images_path = labels ? whole_images.path() : file.path();
  const std::string& labels_path = labels ? file.path() : whole_labels.path();
  takes(
      [&] {
        const Dataset images = read_idx(images_path, labels_path, 10);
        promise(images.size() == 3 && images.width() > 0, "the shape");
        std::vector<float> x(images.width());
        for (std::size_t i = 0; i < images.size(); ++i) {
          images.copy_row(i, x.data());
          promise(images.label(i) >= 0 && images.label(i) < 10, "the labels");
          for (const float value : x) promise(value >= 0 && value <= 255, "the pixels");
        }
      },
      images_path, labels_path);
  return 0;
}
