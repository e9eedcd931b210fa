#include "data/io/npy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <vector>

// xtensor has a reader of its own (xnpy.hpp), but in the versions supported here it takes a
// truncated file for a whole one and multiplies sizes without looking for overflow.
namespace thinnet {
namespace {

/// IEEE 754's binary16: a sign, 5 bits of exponent, 10 bits of fraction.
struct Half {
  std::uint16_t bits;

  operator float() const {
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    const float sign = bits >> 15 == 0 ? 1.F : -1.F;
    if (exponent == 31) {
      using Limits = std::numeric_limits<float>;
      return sign * (fraction == 0 ? Limits::infinity() : Limits::quiet_NaN());
    }
    if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
    return sign * std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
  }
};

template <typename Stored>
Stored value_at(const char* from, bool big_endian) {
  std::array<char, sizeof(Stored)> bytes{};
  std::copy_n(from, bytes.size(), bytes.begin());
  if (big_endian) std::reverse(bytes.begin(), bytes.end());
  Stored value{};
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

/// In Fortran order the value (n, c) of the matrix N×D lies at place n + offsets[c].
std::vector<std::size_t> fortran_offsets(const NpyHeader& header) {
  const std::size_t axes = header.shape.size();
  std::vector<std::size_t> stride(axes, 1), index(axes), offsets(header.columns);
  for (std::size_t axis = 1; axis < axes; ++axis)
    stride[axis] = stride[axis - 1] * header.shape[axis - 1];
  std::size_t offset = 0;
  for (std::size_t& place : offsets) {
    place = offset;
    for (std::size_t axis = axes - 1; axis > 0; --axis) {  // the next index, the last axis first
      offset += stride[axis];
      if (++index[axis] < header.shape[axis]) break;
      offset -= stride[axis] * header.shape[axis];
      index[axis] = 0;
    }
  }
  return offsets;
}

template <typename Stored, typename T>
Matrix<T> convert(const std::string& bytes, const NpyHeader& header) {
  Matrix<T> m({header.rows, header.columns});
  const char* from = bytes.data() + header.data;
  const auto value = [&](std::size_t place) {
    return static_cast<T>(value_at<Stored>(from + place * sizeof(Stored), header.big_endian));
  };
  if (!header.fortran_order) {
    for (std::size_t place = 0; place < m.size(); ++place) m.data()[place] = value(place);
    return m;
  }
  const std::vector<std::size_t> offsets = fortran_offsets(header);
  for (std::size_t n = 0; n < header.rows; ++n) {
    for (std::size_t c = 0; c < header.columns; ++c) m(n, c) = value(n + offsets[c]);
  }
  return m;
}

/// `header` is of bytes, and holds numbers; for T of bytes it is u1 or b1.
template <typename T>
Matrix<T> decode(const std::string& bytes, const NpyHeader& header) {
  const std::string& type = header.type;
  if constexpr (std::is_floating_point_v<T>) {
    if (type == "i1") return convert<std::int8_t, T>(bytes, header);
    if (type == "i2") return convert<std::int16_t, T>(bytes, header);
    if (type == "i4") return convert<std::int32_t, T>(bytes, header);
    if (type == "i8") return convert<std::int64_t, T>(bytes, header);
    if (type == "u2") return convert<std::uint16_t, T>(bytes, header);
    if (type == "u4") return convert<std::uint32_t, T>(bytes, header);
    if (type == "u8") return convert<std::uint64_t, T>(bytes, header);
    if (type == "f2") return convert<Half, T>(bytes, header);
    if (type == "f4") return convert<float, T>(bytes, header);
    if (type == "f8") return convert<double, T>(bytes, header);
  }
  return convert<std::uint8_t, T>(bytes, header);
}

NpyHeader header_of_numbers(const std::string& bytes, const std::string& where) {
  NpyHeader header = read_npy_header(bytes, where);
  if (!header.holds_numbers()) {
    throw std::runtime_error(fmt::format("{}: holds {}, no numbers: save {} instead", where,
                                         type_words(header), as_floats(header, "a")));
  }
  return header;
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
  const NpyHeader header = header_of_numbers(bytes, where);
  // Of numbers that are no bytes most have no byte that they could become.
  if (std::is_integral_v<T> && header.type != "u1") {
    throw std::runtime_error(where + ": not of type u1");
  }
  return decode<T>(bytes, header);
}

std::variant<Matrix<std::uint8_t>, Matrix<float>, Matrix<double>> decode_npy_as_stored(
    const std::string& bytes, const std::string& where) {
  const NpyHeader header = header_of_numbers(bytes, where);
  const std::string& type = header.type;
  if (type == "u1" || type == "b1") return decode<std::uint8_t>(bytes, header);
  const bool fits_a_float = type == "f4" || header.bytes_of_a_value() <= 2;
  if (fits_a_float) return decode<float>(bytes, header);
  return decode<double>(bytes, header);
}

template std::string encode_npy(const Matrix<std::uint8_t>&);
template std::string encode_npy(const Matrix<float>&);
template std::string encode_npy(const Matrix<double>&);
template Matrix<std::uint8_t> decode_npy(const std::string&, const std::string&);
template Matrix<float> decode_npy(const std::string&, const std::string&);
template Matrix<double> decode_npy(const std::string&, const std::string&);

}  // namespace thinnet
