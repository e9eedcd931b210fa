// Whole files, read at once or piece by piece, and replaced at once.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <string_view>

namespace thinnet {

/// Throws std::runtime_error "path: reason": what every reader and writer of files says.
[[noreturn]] void fail(const std::string& path, const std::string& reason);

/// The bytes of a file. Throws std::runtime_error "path: reason" when it cannot be read, or has
/// more than `most` bytes: some files, /dev/zero among them, have no end.
std::string read_file(const std::string& path,
                      std::size_t most = std::numeric_limits<std::size_t>::max());

/// Calls use(piece) for the bytes of a file in order, `size` bytes at a time; the last piece may be
/// shorter. Throws likewise.
void read_pieces(const std::string& path, std::size_t size,
                 const std::function<void(std::string_view)>& use);

/// Replaces or makes a file: the bytes go to path.partial, are synced, and then take the name, so
/// that a reader sees the old file or the new one, never a part. Throws std::runtime_error
/// "path: reason"; the old file then stands untouched.
void write_file(const std::string& path, const std::string& bytes);

/// The same with bytes that come in pieces: next() gives the next one, and an empty one at the end.
void write_pieces(const std::string& path, const std::function<std::string_view()>& next);

/// Makes a folder and its parents and tries whether files can be written in it.
/// Throws std::runtime_error "path: reason", std::invalid_argument for an empty name.
void require_writable_folder(const std::string& path);

}  // namespace thinnet
