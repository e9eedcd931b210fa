#include "data/io/npz.hpp"

#include <fmt/format.h>
#include <zip.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <utility>

#include "data/io/file.hpp"

namespace thinnet {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& path, const std::string& reason) {
  throw std::runtime_error(fmt::format("{}: {}", path, reason));
}

/// An archive that is discarded, its file untouched, unless it was closed.
using Zip = std::unique_ptr<zip_t, decltype(&zip_discard)>;

[[noreturn]] void fail(const std::string& path, int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  fail(path, reason);
}

/// Room for an archive in memory; freed by whoever owns it last, we or the archive.
using Source = std::unique_ptr<zip_source_t, decltype(&zip_source_free)>;

/// Piece by piece: there is room for one archive in memory, and not for two.
void write_archive(const std::string& path, zip_source_t* source) {
  const auto fail_reading = [&] { fail(path, zip_error_strerror(zip_source_error(source))); };
  std::string piece(std::size_t{1} << 20, '\0');
  if (zip_source_open(source) != 0) fail_reading();
  write_pieces(path, [&] {
    const zip_int64_t n = zip_source_read(source, piece.data(), piece.size());
    if (n < 0) fail_reading();
    return std::string_view(piece).substr(0, static_cast<std::size_t>(n));
  });
  zip_source_close(source);
}

}  // namespace

// In memory first: given a path, libzip writes a temporary file with a name of its own choice
// beside it, and would leave that behind whenever the program is killed.
void write_npz(const std::string& path, const Arrays& arrays) {
  zip_error_t error;
  zip_error_init(&error);
  const Source file(zip_source_buffer_create(nullptr, 0, 0, &error), zip_source_free);
  if (!file) fail(path, zip_error_code_zip(&error));
  zip_source_keep(file.get());  // once for the archive, once for reading it
  Zip zip(zip_open_from_source(file.get(), ZIP_TRUNCATE, &error), zip_discard);
  if (!zip) {
    zip_source_free(file.get());
    fail(path, zip_error_code_zip(&error));
  }
  for (const auto& [name, bytes] : arrays) {
    zip_source_t* source = zip_source_buffer(zip.get(), bytes.data(), bytes.size(), 0);
    const zip_int64_t index = source == nullptr ? -1
                                                : zip_file_add(zip.get(), (name + ".npy").c_str(),
                                                               source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      fail(path, zip_strerror(zip.get()));
    }
    const auto entry = static_cast<zip_uint64_t>(index);
    constexpr zip_uint16_t midnight = 0,
                           first_of_1980 = 0x21;  // zip's epoch: equal weights, equal bytes
    zip_set_file_compression(zip.get(), entry, ZIP_CM_STORE, 0);
    zip_file_set_dostime(zip.get(), entry, midnight, first_of_1980, 0);
  }
  if (zip_close(zip.get()) != 0) fail(path, zip_strerror(zip.get()));
  static_cast<void>(zip.release());  // zip_close has freed it
  write_archive(path, file.get());
}

Arrays read_npz(const std::string& path, std::uint64_t most_unpacked) {
  int code = 0;
  const Zip zip(zip_open(path.c_str(), ZIP_RDONLY, &code), zip_discard);
  if (!zip) fail(path, code);
  std::error_code error;
  std::uintmax_t file_left = fs::file_size(path, error);
  if (error) fail(path, error.message());
  Arrays arrays;
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(zip_get_num_entries(zip.get(), 0)); ++i) {
    zip_stat_t about;
    if (zip_stat_index(zip.get(), i, 0, &about) != 0) fail(path, zip_strerror(zip.get()));
    // No byte of the file belongs to two entries: what they hold is no more than the file does.
    if (about.comp_size > file_left) fail(path, "the entries are larger than the file");
    file_left -= about.comp_size;
    if (about.comp_method == ZIP_CM_STORE) {
      if (about.size != about.comp_size) fail(path, "a stored entry has two sizes");
    } else if (about.comp_method == ZIP_CM_DEFLATE) {
      constexpr zip_uint64_t deflate_limit = 1032;  // deflate cannot shrink by more
      if (about.size / deflate_limit > about.comp_size)
        fail(path, "an entry is larger than it can be");
      if (about.size > most_unpacked)
        fail(path, "the compressed entries are larger than what can belong here");
      most_unpacked -= about.size;
    } else {
      fail(path, "an entry is neither stored nor deflated");
    }
    const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> entry(zip_fopen_index(zip.get(), i, 0),
                                                                   zip_fclose);
    if (!entry) fail(path, zip_strerror(zip.get()));
    std::string bytes(about.size, '\0');
    const zip_int64_t n = zip_fread(entry.get(), bytes.data(), bytes.size());
    char beyond = 0;  // reading up to the end is what checks the entry's checksum
    if (n != static_cast<zip_int64_t>(bytes.size()) || zip_fread(entry.get(), &beyond, 1) != 0) {
      fail(path, fmt::format("entry {} is damaged", about.name));
    }
    arrays[fs::path(about.name).stem().string()] = std::move(bytes);
  }
  return arrays;
}

}  // namespace thinnet
