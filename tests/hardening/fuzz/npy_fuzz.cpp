// An .npy file, by the first byte: as an array of each type, or as the examples or the labels of a
// data set beside a whole file.
#include <cmath>
#include <cstring>
#include <type_traits>

#include "data/io/arrays.hpp"
#include "data/io/npy.hpp"
#include "tests/hardening/fuzz/memory_file.hpp"
#include "tests/hardening/fuzz/promise.hpp"

using namespace thinnet;
using namespace thinnet::fuzz;

namespace {

/// The product of the axes, which no multiplication makes wrap around to something smaller.
double values_by_shape(const NpyHeader& header) {
  double product = 1;
  for (const std::size_t size : header.shape) product *= static_cast<double>(size);
  return product;
}

template <typename T>
void decode(const std::string& bytes) {
  takes(
      [&] {
        const Matrix<T> m = decode_npy<T>(bytes, "here");
        promise(m.size() <= bytes.size(), "no more values than bytes");
        const NpyHeader header = read_npy_header(bytes, "here");
        promise(values_by_shape(header) == static_cast<double>(m.size()), "the shape's values");
        if (std::is_same_v<T, std::uint8_t> && !header.fortran_order) {
          const char* last = bytes.data() + bytes.size() - m.size();
          promise(m.size() == 0 || std::memcmp(m.data(), last, m.size()) == 0,
                  "bytes are the file's last");
        }
        const std::string again = encode_npy(m);
        promise(encode_npy(decode_npy<T>(again, "again")) == again, "a round trip keeps the bits");
      },
      "here");
}

void read_pair(const std::string& x, const std::string& labels) {
  takes(
      [&] {
        const Dataset data = read_npy(x, labels);
        promise(data.size() == 3 && data.width() > 0 && data.classes() <= 1000000, "the shape");
        promise(!data.picture() || data.picture()->size() == data.width(), "the picture");
        std::vector<double> row(data.width());
        for (std::size_t i = 0; i < data.size(); ++i) {
          data.copy_row(i, row.data());
          promise(data.label(i) >= 0, "the labels");
          for (const double value : row) promise(std::isfinite(value), "the features are finite");
        }
      },
      x, labels);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const MemoryFile whole_x(encode_npy(Matrix<float>{{1, 2}, {3, 4}, {5, 6}})),
      whole_labels(encode_npy(Matrix<std::uint8_t>{{0}, {2}, {1}}));
  static MemoryFile file;
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 5) {
    case 0:
      decode<std::uint8_t>(bytes);
      break;
    case 1:
      decode<float>(bytes);
      break;
    case 2:
      decode<double>(bytes);
      break;
    case 3:
      file.hold(bytes);
      read_pair(file.path(), whole_labels.path());
      break;
    default:
      file.hold(bytes);
      read_pair(whole_x.path(), file.path());
  }
  return 0;
}
