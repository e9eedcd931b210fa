#include "data/npz.hpp"

#include <fmt/format.h>
#include <zip.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <utility>

#include "data/file.hpp"

namespace thinnet {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& path, const std::string& reason) {
  throw std::runtime_error(fmt::format("{}: {}", path, reason));
}

/// An archive that is discarded, its file untouched, unless it was closed.
using Zip = std::unique_ptr<zip_t, decltype(&zip_discard)>;

Zip open_zip(const std::string& path, int flags) {
  int code = 0;
  Zip zip(zip_open(path.c_str(), flags, &code), zip_discard);
  if (zip) return zip;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  fail(path, reason);
}

}  // namespace

void write_npz(const std::string& path, const Arrays& arrays) {
  const std::string partial = path + ".partial";
  Zip zip = open_zip(partial, ZIP_CREATE | ZIP_TRUNCATE);
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
  if (zip_close(zip.get()) != 0) {
    const std::string reason = zip_strerror(zip.get());
    std::remove(partial.c_str());
    fail(path, reason);
  }
  static_cast<void>(zip.release());  // zip_close has freed it
  publish_partial(path);
}

Arrays read_npz(const std::string& path) {
  const Zip zip = open_zip(path, ZIP_RDONLY);
  const auto file_size = static_cast<zip_uint64_t>(fs::file_size(path));
  Arrays arrays;
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(zip_get_num_entries(zip.get(), 0)); ++i) {
    zip_stat_t about;
    if (zip_stat_index(zip.get(), i, 0, &about) != 0) fail(path, zip_strerror(zip.get()));
    constexpr zip_uint64_t deflate_limit = 1032;  // deflate cannot shrink by more
    if (about.size / deflate_limit > file_size) fail(path, "an entry is larger than it can be");
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
