// .npy files made byte by byte.
#pragma once

#include <initializer_list>
#include <string>

namespace thinnet::testing {

template <typename Stored>
std::string bytes_of(std::initializer_list<Stored> values) {
  return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(Stored)};
}

/// A .npy file as NumPy lays it out, with any text as its header.
inline std::string npy_of(std::string header, const std::string& values, char version = 1) {
  header += '\n';
  std::string bytes = "\x93NUMPY";
  bytes += {version, '\0'};
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    bytes += static_cast<char>(header.size() >> 8 * i & 0xFF);
  return bytes + header + values;
}

inline std::string npy(const std::string& type, const std::string& shape, const std::string& values,
                       char version = 1) {
  return npy_of("{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }",
                values, version);
}

}  // namespace thinnet::testing
