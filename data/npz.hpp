// NumPy's .npz format: several named arrays in one zip file.
#pragma once

#include <map>
#include <string>

namespace thinnet {

/// Name of an array -> its .npy file, as encode_npy makes it.
using Arrays = std::map<std::string, std::string>;

/// Replaces or makes a file, whole or not at all, as numpy.savez would: the same arrays give the
/// same bytes. Throws std::runtime_error "path: reason".
void write_npz(const std::string& path, const Arrays& arrays);

/// Reads what write_npz or numpy.savez(_compressed) wrote. Throws std::runtime_error "path:
/// reason".
Arrays read_npz(const std::string& path);

}  // namespace thinnet
