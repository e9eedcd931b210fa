// Whole files, read at once and replaced at once.
#pragma once

#include <string>

namespace thinnet {

/// The bytes of a file. Throws std::runtime_error "path: reason" when it cannot be read.
std::string read_file(const std::string& path);

/// Replaces or makes a file: the bytes go to path.partial, are synced, and then take the name, so
/// that a reader sees the old file or the new one, never a part. Throws std::runtime_error
/// "path: reason"; the old file then stands untouched.
void write_file(const std::string& path, const std::string& bytes);

/// Renames path.partial, written by somebody else, to path in the same careful way.
void publish_partial(const std::string& path);

/// Makes a folder and its parents and tries whether files can be written in it.
/// Throws std::runtime_error "path: reason".
void require_writable_folder(const std::string& path);

}  // namespace thinnet
