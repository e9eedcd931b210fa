#include "data/weights.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zip.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>

#include "data/file.hpp"
#include "data/npy.hpp"

namespace thinnet {
namespace {

namespace fs = std::filesystem;
using Arrays = std::map<std::string, std::string>;  // name -> .npy bytes

[[noreturn]] void fail(const std::string& path, const std::string& reason) {
  throw std::runtime_error(fmt::format("{}: {}", path, reason));
}

bool is_npz(const std::string& path) {
  return fs::path(path).extension() == ".npz";
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

void require_only_npy(const std::string& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".npy" || !entry.is_regular_file()) {
      fail(folder, fmt::format("not replaced, because it holds {}, which is no .npy file",
                               entry.path().filename().string()));
    }
  }
}

void write_folder(const std::string& path, const Arrays& arrays) {
  const std::string target = fs::path(path).lexically_normal().string();
  const bool replaces = fs::exists(target);
  if (replaces) require_only_npy(target);
  const std::string partial =
      (target.back() == '/' ? target.substr(0, target.size() - 1) : target) + ".partial";
  if (fs::exists(partial)) {  // of an earlier run that was killed
    require_only_npy(partial);
    fs::remove_all(partial);
  }
  require_writable_folder(partial);
  for (const auto& [name, bytes] : arrays) {
    write_file((fs::path(partial) / (name + ".npy")).string(), bytes);
  }
  // One call either takes a free name or swaps the two folders.
  const unsigned how = replaces ? RENAME_EXCHANGE : 0;
  if (renameat2(AT_FDCWD, partial.c_str(), AT_FDCWD, target.c_str(), how) != 0) {
    const int error = errno;
    fs::remove_all(partial);
    fail(path, fmt::format("cannot replace: {}", std::strerror(error)));
  }
  if (replaces) fs::remove_all(partial);  // now the old weights
}

Arrays read_folder(const std::string& path) {
  Arrays arrays;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.path().extension() == ".npy") {
      arrays[entry.path().stem().string()] = read_file(entry.path().string());
    }
  }
  return arrays;
}

}  // namespace

template <typename T>
void save_weights(const std::string& path, const std::vector<Parameter<T>*>& parameters) {
  if (path.empty()) fail("weights", "the path is empty");
  if (parameters.empty()) fail(path, "there are no parameters to save");
  Arrays arrays;
  for (const auto* p : parameters) arrays[p->name] = encode_npy(p->value);
  if (arrays.size() != parameters.size()) fail(path, "two parameters have the same name");
  try {
    is_npz(path) ? write_npz(path, arrays) : write_folder(path, arrays);
  } catch (const fs::filesystem_error& e) {
    fail(path, e.code().message());
  }
}

template <typename T>
void load_weights(const std::string& path, const std::vector<Parameter<T>*>& parameters) {
  if (!fs::exists(path)) fail(path, "no such file or folder");
  const Arrays arrays = fs::is_directory(path) ? read_folder(path) : read_npz(path);
  std::vector<Matrix<T>> values;
  for (const auto* p : parameters) {
    const auto array = arrays.find(p->name);
    if (array == arrays.end()) fail(path, fmt::format("no array {}", p->name));
    values.push_back(decode_npy<T>(array->second, path + ": " + p->name));
    if (values.back().shape() != p->value.shape()) {
      fail(path, fmt::format("{} is {}, expected {}", p->name, shape_text(values.back()),
                             shape_text(p->value)));
    }
  }
  if (arrays.size() != parameters.size()) {
    fail(path, fmt::format("holds {} arrays, the net has {} parameters", arrays.size(),
                           parameters.size()));
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i]->value = std::move(values[i]);
}

template void save_weights(const std::string&, const std::vector<Parameter<float>*>&);
template void save_weights(const std::string&, const std::vector<Parameter<double>*>&);
template void load_weights(const std::string&, const std::vector<Parameter<float>*>&);
template void load_weights(const std::string&, const std::vector<Parameter<double>*>&);

}  // namespace thinnet
