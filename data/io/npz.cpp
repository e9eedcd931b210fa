#include "data/io/npz.hpp"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "data/io/file.hpp"

namespace thinnet {
namespace {

namespace fs = std::filesystem;

/// An archive that is discarded, its file untouched, unless it was closed.
using Zip = std::unique_ptr<zip_t, decltype(&zip_discard)>;

[[noreturn]] void fail_by(const std::string& path, int code) {
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

/// An archive that is read. Of the entries that are not wanted nothing is looked at but the name.
class NpzReader {
 public:
  NpzReader(std::string path, std::uint64_t most_unpacked)
      : path_(std::move(path)), zip_(opened(path_)), unpacked_left_(most_unpacked) {
    std::error_code error;
    file_left_ = fs::file_size(path_, error);
    if (error) fail(path_, error.message());
  }

  std::vector<std::string> names() {
    std::vector<std::string> all;
    for (zip_uint64_t i = 0; i < size(); ++i) all.push_back(name_of(about(i)));
    std::sort(all.begin(), all.end());
    return all;
  }

  template <typename Wanted>
  Arrays read(const Wanted& wanted) {
    Arrays arrays;
    for (zip_uint64_t i = 0; i < size(); ++i) {
      const zip_stat_t entry = about(i);
      const std::string name = name_of(entry);
      if (wanted(name)) arrays[name] = unpacked(i, entry);
    }
    return arrays;
  }

 private:
  static Zip opened(const std::string& path) {
    int code = 0;
    Zip zip(zip_open(path.c_str(), ZIP_RDONLY, &code), zip_discard);
    if (!zip) fail_by(path, code);
    return zip;
  }

  static std::string name_of(const zip_stat_t& entry) {
    return fs::path(entry.name).stem().string();
  }

  zip_uint64_t size() { return static_cast<zip_uint64_t>(zip_get_num_entries(zip_.get(), 0)); }

  zip_stat_t about(zip_uint64_t i) {
    zip_stat_t entry;
    if (zip_stat_index(zip_.get(), i, 0, &entry) != 0) fail(path_, zip_strerror(zip_.get()));
    return entry;
  }

  /// Throws unless the file can hold so large an entry, before memory is taken for it.
  void require_size(const zip_stat_t& entry) {
    // No byte of the file belongs to two entries: what they hold is no more than the file does.
    if (entry.comp_size > file_left_) fail(path_, "the entries are larger than the file");
    file_left_ -= entry.comp_size;
    if (entry.comp_method == ZIP_CM_STORE) {
      if (entry.size != entry.comp_size) fail(path_, "a stored entry has two sizes");
    } else if (entry.comp_method == ZIP_CM_DEFLATE) {
      constexpr zip_uint64_t deflate_limit = 1032;  // deflate cannot shrink by more
      if (entry.size / deflate_limit > entry.comp_size)
        fail(path_, "an entry is larger than it can be");
      if (entry.size > unpacked_left_)
        fail(path_, "the compressed entries are larger than what can belong here");
      unpacked_left_ -= entry.size;
    } else {
      fail(path_, "an entry is neither stored nor deflated");
    }
  }

  std::string unpacked(zip_uint64_t i, const zip_stat_t& about_it) {
    require_size(about_it);
    const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> entry(
        zip_fopen_index(zip_.get(), i, 0), zip_fclose);
    if (!entry) fail(path_, zip_strerror(zip_.get()));
    std::string bytes(about_it.size, '\0');
    const zip_int64_t n = zip_fread(entry.get(), bytes.data(), bytes.size());
    char beyond = 0;  // reading up to the end is what checks the entry's checksum
    if (n != static_cast<zip_int64_t>(bytes.size()) || zip_fread(entry.get(), &beyond, 1) != 0) {
      fail(path_, fmt::format("entry {} is damaged", about_it.name));
    }
    return bytes;
  }

  std::string path_;
  Zip zip_;
  std::uintmax_t file_left_ = 0;
  std::uint64_t unpacked_left_;
};

}  // namespace

bool has_npz() {
  return true;
}

// In memory first: given a path, libzip writes a temporary file with a name of its own choice
// beside it, and would leave that behind whenever the program is killed.
void write_npz(const std::string& path, const Arrays& arrays) {
  zip_error_t error;
  zip_error_init(&error);
  const Source file(zip_source_buffer_create(nullptr, 0, 0, &error), zip_source_free);
  if (!file) fail_by(path, zip_error_code_zip(&error));
  zip_source_keep(file.get());  // once for the archive, once for reading it
  Zip zip(zip_open_from_source(file.get(), ZIP_TRUNCATE, &error), zip_discard);
  if (!zip) {
    zip_source_free(file.get());
    fail_by(path, zip_error_code_zip(&error));
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
  return NpzReader(path, most_unpacked).read([](const std::string&) { return true; });
}

Arrays read_npz(const std::string& path, const std::vector<std::string>& only,
                std::uint64_t most_unpacked) {
  return NpzReader(path, most_unpacked).read([&](const std::string& name) {
    return std::find(only.begin(), only.end(), name) != only.end();
  });
}

std::vector<std::string> npz_names(const std::string& path) {
  return NpzReader(path, 0).names();
}

}  // namespace thinnet
