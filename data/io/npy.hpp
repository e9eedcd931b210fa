// NumPy's .npy format: arrays in, arrays out.
#pragma once

#include <string>
#include <variant>

#include "core/matrix.hpp"
#include "data/io/npy_header.hpp"

namespace thinnet {

/// Format: NumPy Enhancement Proposal 1. Written as version 1.0, little-endian, C order.
template <typename T>
std::string encode_npy(const Matrix<T>& m);

/// Reads 1 axis as N×1 and more axes as N×D, the rest of the axes flattened with the last one
/// running fastest. Takes whole numbers, bool and floating-point numbers of up to 8 bytes, in C or
/// Fortran order, little- or big-endian. An array of another type than T is converted, but only
/// bytes become bytes. Throws std::runtime_error "where: reason"; sizes are checked before memory
/// is taken.
template <typename T>
Matrix<T> decode_npy(const std::string& bytes, const std::string& where);

/// The same in the smallest type that holds every value: bytes (and bool), float or double.
std::variant<Matrix<std::uint8_t>, Matrix<float>, Matrix<double>> decode_npy_as_stored(
    const std::string& bytes, const std::string& where);

/// No file of so many values, whatever their type, is larger.
std::uint64_t most_npy_bytes(std::size_t values);

}  // namespace thinnet
