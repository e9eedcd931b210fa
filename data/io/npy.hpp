// NumPy's .npy format: arrays in, arrays out.
#pragma once

#include <string>

#include "data/dataset.hpp"

namespace thinnet {

/// Format: NumPy Enhancement Proposal 1. Written as version 1.0, little-endian, C order.
template <typename T>
std::string encode_npy(const Matrix<T>& m);

/// Reads versions 1.0 and 2.0, C order, 1 dimension (read as N×1) or more (read as N×D, the rest of
/// the axes flattened); types u1, i4, i8, f4, f8, little-endian. An array of another type than T is
/// converted, but only bytes become bytes. Throws std::runtime_error "where: reason"; sizes are
/// checked before memory is taken.
template <typename T>
Matrix<T> decode_npy(const std::string& bytes, const std::string& where);

/// No file of so many values, whatever their type, is larger.
std::uint64_t most_npy_bytes(std::size_t values);

/// A user's own data: x (N×D or more axes) and labels (N) from two .npy files; bytes stay bytes.
/// Classes are 0 to the largest label. Throws std::runtime_error, naming the file.
Dataset read_npy(const std::string& x_path, const std::string& labels_path);

}  // namespace thinnet
