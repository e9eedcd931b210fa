#include "data/io/npy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>

#include "data/io/file.hpp"

// xtensor has a reader of its own (xnpy.hpp), but in the versions supported here it takes a
// truncated file for a whole one and multiplies sizes without looking for overflow.
namespace thinnet {
namespace {

struct Header {
  std::string type;                             // "<f4"
  std::size_t rows = 1, columns = 1, data = 0;  // data: where the values begin
};

[[noreturn]] void fail(const std::string& where, const std::string& reason) {
  throw std::runtime_error(fmt::format("{}: {}", where, reason));
}

std::size_t width_of(const std::string& type) {
  return static_cast<std::size_t>(type[2] - '0');
}

/// What the header, a Python dict in one line, has behind a key; nothing without the key.
std::string_view value_of(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + key.size());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text;
}

/// The numbers of "(2, 3)" or "(2,)"; none when it is anything else.
std::vector<std::string> axes_of(std::string_view tuple) {
  std::vector<std::string> axes;
  for (std::size_t at = 1; !tuple.empty() && tuple[0] == '(';) {
    at = std::min(tuple.find_first_not_of(' ', at), tuple.size());
    const std::size_t end = std::min(tuple.find_first_not_of("0123456789", at), tuple.size());
    if (end > at) axes.emplace_back(tuple.substr(at, end - at));
    const std::size_t next = tuple.find_first_not_of(' ', end);
    if (next == std::string_view::npos) return {};
    if (tuple[next] == ')') return axes;
    if (tuple[next] != ',' || end == at) return {};
    at = next + 1;
  }
  return {};
}

Header parse(const std::string& bytes, const std::string& where) {
  const auto byte = [&](std::size_t i) { return std::size_t{static_cast<std::uint8_t>(bytes[i])}; };
  if (bytes.size() < 12 || bytes.compare(0, 6, "\x93NUMPY") != 0) fail(where, "not a .npy file");
  if (byte(6) != 1 && byte(6) != 2) fail(where, "not of .npy version 1 or 2");
  const bool wide = byte(6) == 2;
  const std::size_t begin = wide ? 12 : 10;
  const std::size_t length =
      byte(8) | byte(9) << 8 | (wide ? byte(10) << 16 | byte(11) << 24 : std::size_t{0});
  if (length > bytes.size() - begin) fail(where, "the header is cut off");
  Header header;
  header.data = begin + length;
  const std::string_view text = std::string_view(bytes).substr(begin, length);
  const std::string_view type = value_of(text, "'descr':").substr(0, 5);
  const auto known = {"u1", "i4", "i8", "f4", "f8"};
  if (std::none_of(known.begin(), known.end(), [&](const std::string& name) {
        return type == "'<" + name + "'" || type == "'|" + name + "'";
      })) {
    fail(where, "not of type u1, i4, i8, f4 or f8");
  }
  header.type = type.substr(1, 3);
  if (value_of(text, "'fortran_order':").substr(0, 5) != "False") fail(where, "not in C order");
  const std::vector<std::string> axes = axes_of(value_of(text, "'shape':"));
  if (axes.empty()) fail(where, "no shape of at least one axis");
  // No axis and no product of axes can exceed the number of bytes that follow.
  const auto size_of = [&](const std::string& digits) {
    const std::size_t size = digits.size() > 12 ? bytes.size() + 1 : std::stoull(digits);
    if (size > bytes.size())
      fail(where, fmt::format("an axis of {} does not fit the file", digits));
    return size;
  };
  header.rows = size_of(axes[0]);
  for (auto axis = axes.begin() + 1; axis != axes.end(); ++axis) {
    const std::size_t size = size_of(*axis);
    if (size > 0 && header.columns > bytes.size() / size)
      fail(where, "the shape does not fit the file");
    header.columns *= size;
  }
  const std::size_t present = bytes.size() - header.data, width = width_of(header.type);
  if (header.columns > 0 && header.rows > present / width / header.columns) {
    fail(where, fmt::format("the header says {}×{} values, the file has {}", header.rows,
                            header.columns, present / width));
  }
  if (header.rows * header.columns * width != present) fail(where, "bytes are left over");
  return header;
}

template <typename Stored, typename T>
void convert(const char* from, Matrix<T>& m) {
  for (T& value : m) {
    Stored stored;
    std::memcpy(&stored, from, sizeof stored);
    value = static_cast<T>(stored);
    from += sizeof stored;
  }
}

template <typename T>
Matrix<T> decode(const std::string& bytes, const Header& header) {
  Matrix<T> m({header.rows, header.columns});
  const char* from = bytes.data() + header.data;
  const std::string type = header.type.substr(1);
  if (type == "u1") convert<std::uint8_t>(from, m);
  if constexpr (std::is_floating_point_v<T>) {
    if (type == "i4") convert<std::int32_t>(from, m);
    if (type == "i8") convert<std::int64_t>(from, m);
    if (type == "f4") convert<float>(from, m);
    if (type == "f8") convert<double>(from, m);
  }
  return m;
}

Dataset::Features decode_features(const std::string& bytes, const std::string& where) {
  const Header header = parse(bytes, where);
  if (header.type[1] == 'u') return decode<std::uint8_t>(bytes, header);
  if (header.type == "<f4") return decode<float>(bytes, header);
  return decode<double>(bytes, header);
}

}  // namespace

std::uint64_t most_npy_bytes(std::size_t values) {
  constexpr std::uint64_t header = 4096, widest = 8;
  return header + widest * values;
}

template <typename T>
std::string encode_npy(const Matrix<T>& m) {
  std::string header =
      fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': ({}, {}), }}",
                  std::is_floating_point_v<T> ? "<f" : "|u", sizeof(T), m.shape(0), m.shape(1));
  constexpr std::size_t before = 10, alignment = 64;  // the values begin at a multiple of 64
  header.append(alignment - 1 - (before + header.size()) % alignment, ' ');
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 0xFF);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  return bytes.append(reinterpret_cast<const char*>(m.data()), m.size() * sizeof(T));
}

template <typename T>
Matrix<T> decode_npy(const std::string& bytes, const std::string& where) {
  const Header header = parse(bytes, where);
  // Of numbers that are no bytes most have no byte that they could become.
  if (std::is_integral_v<T> && header.type[1] != 'u') fail(where, "not of type u1");
  return decode<T>(bytes, header);
}

Dataset read_npy(const std::string& x_path, const std::string& labels_path) {
  Dataset::Features x = decode_features(read_file(x_path), x_path);
  const Matrix<double> labels = decode_npy<double>(read_file(labels_path), labels_path);
  if (labels.shape(1) != 1) fail(labels_path, "labels must have one axis");
  Labels y;
  for (const double label : labels) {
    if (!(label >= 0 && label < 1e6 && label == std::floor(label))) {
      fail(labels_path,
           fmt::format("label {} of example {} is not a class number", label, y.size()));
    }
    y.push_back(static_cast<std::int32_t>(label));
  }
  if (y.empty()) fail(labels_path, "no labels");
  const auto classes = 1 + static_cast<std::size_t>(*std::max_element(y.begin(), y.end()));
  try {
    return {std::move(x), std::move(y), classes};
  } catch (const std::invalid_argument& e) {
    fail(x_path, e.what());
  }
}

template std::string encode_npy(const Matrix<std::uint8_t>&);
template std::string encode_npy(const Matrix<float>&);
template std::string encode_npy(const Matrix<double>&);
template Matrix<std::uint8_t> decode_npy(const std::string&, const std::string&);
template Matrix<float> decode_npy(const std::string&, const std::string&);
template Matrix<double> decode_npy(const std::string&, const std::string&);

}  // namespace thinnet
