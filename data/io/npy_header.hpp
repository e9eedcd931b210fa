// The header of a .npy file: what its values are, and how they lie in the file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace thinnet {

/// Format: NumPy Enhancement Proposal 1 and numpy.lib.format, versions 1 to 3. A header is a Python
/// dict with the keys 'descr', 'fortran_order' and 'shape', in any order and with any spaces.
struct NpyHeader {
  std::string type;  ///< "f4": kind and bytes of a value; "records" for a type of several fields
  bool big_endian = false;
  bool fortran_order = false;      ///< the first axis runs fastest, not the last one
  std::vector<std::size_t> shape;  ///< at least one axis
  std::size_t rows = 0;            ///< the first axis
  std::size_t columns = 0;         ///< the product of the others, 1 without others
  std::size_t data = 0;            ///< the number of the byte where the values begin

  /// bool, whole numbers of 1 to 8 bytes, floating-point numbers of 2 to 8.
  bool holds_numbers() const;
  std::size_t bytes_of_a_value() const;
};

/// Throws std::runtime_error "where: reason" when it cannot be read, and when the shape does not
/// fit the bytes that follow; the latter only for numbers, whose size is known.
NpyHeader read_npy_header(const std::string& bytes, const std::string& where);

/// "text (U5)", for a message.
std::string type_words(const NpyHeader& header);

/// The Python expression that makes floating-point numbers of a variable of this type:
/// `x.astype("float32")`.
std::string as_floats(const NpyHeader& header, const std::string& variable);

}  // namespace thinnet
