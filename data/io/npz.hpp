// NumPy's .npz format: several named arrays in one zip file.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace thinnet {

/// Name of an array -> its .npy file, as encode_npy makes it.
using Arrays = std::map<std::string, std::string>;

/// False where Thinnet was built without libzip: then all functions below throw
/// std::runtime_error, and weights are kept in folders of .npy files.
bool has_npz();

/// Replaces or makes a file, whole or not at all, as numpy.savez would: the same arrays give the
/// same bytes. Throws std::runtime_error "path: reason".
void write_npz(const std::string& path, const Arrays& arrays);

/// Reads what write_npz or numpy.savez(_compressed) wrote. Sizes are compared with the file before
/// memory is taken; deflated entries, which can be a thousand times as large as the file, may take
/// `most_unpacked` bytes together. Throws std::runtime_error "path: reason".
Arrays read_npz(const std::string& path, std::uint64_t most_unpacked = std::uint64_t{1} << 30);

/// The same of the named arrays alone, without those that are not there; the others are not even
/// looked at.
Arrays read_npz(const std::string& path, const std::vector<std::string>& only,
                std::uint64_t most_unpacked);

/// The names of the arrays, sorted. Throws std::runtime_error "path: reason".
std::vector<std::string> npz_names(const std::string& path);

}  // namespace thinnet
