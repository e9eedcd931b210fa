#include "data/io/weights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "data/io/exchange.hpp"
#include "data/io/file.hpp"
#include "data/io/names.hpp"
#include "data/io/npy.hpp"
#include "data/io/npz.hpp"

namespace thinnet {
namespace {

namespace fs = std::filesystem;

bool is_npz(const std::string& path) {
  return fs::path(path).extension() == ".npz";
}

void require_only_npy(const std::string& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".npy" || !entry.is_regular_file()) {
      fail(folder, fmt::format("not replaced, because it holds {}, which is no .npy file",
                               entry.path().filename().string()));
    }
  }
}

/// One name after the other, where they cannot be exchanged at once: whoever is killed in between
/// leaves the old weights in target.old.
void replace_in_turn(const std::string& partial, const std::string& target) {
  const std::string old = target + ".old";
  if (fs::exists(old)) {
    require_only_npy(old);
    fs::remove_all(old);
  }
  fs::rename(target, old);
  std::error_code error;
  fs::rename(partial, target, error);
  if (error) fs::rename(old, target);
  fs::remove_all(error ? partial : old);
  if (error) fail(target, fmt::format("cannot replace: {}", error.message()));
}

/// Gives `partial` the name of `target`, which may hold older weights.
void publish_folder(const std::string& path, const std::string& partial,
                    const std::string& target) {
  std::error_code error;
  const bool replaces = fs::exists(target);
  if (replaces) {
    error = exchange_names(partial, target);
    if (error == std::errc::function_not_supported || error == std::errc::invalid_argument)
      return replace_in_turn(partial, target);
  } else {
    fs::rename(partial, target, error);
  }
  if (error || replaces) fs::remove_all(partial);  // the new weights, or else the old ones
  if (error) fail(path, fmt::format("cannot replace: {}", error.message()));
}

void write_folder(const std::string& path, const Arrays& arrays) {
  std::string target = fs::path(path).lexically_normal().string();
  if (target.size() > 1 && target.back() == '/') target.pop_back();
  if (fs::exists(target)) require_only_npy(target);
  const std::string partial = target + ".partial";
  if (fs::exists(partial)) {  // of an earlier run that was killed
    require_only_npy(partial);
    fs::remove_all(partial);
  }
  require_writable_folder(partial);
  try {
    for (const auto& [name, bytes] : arrays) {
      write_file((fs::path(partial) / (name + ".npy")).string(), bytes);
    }
  } catch (...) {
    std::error_code ignored;  // the first error is the one to tell
    fs::remove_all(partial, ignored);
    throw;
  }
  publish_folder(path, partial, target);
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

std::vector<std::string> names_in_folder(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.path().extension() == ".npy") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Throws unless the arrays are named as the parameters are; says which names there are.
template <typename T>
void require_names(const std::string& path, const std::vector<std::string>& present,
                   const std::vector<Parameter<T>*>& parameters) {
  std::vector<std::string> expected;
  expected.reserve(parameters.size());
  for (const auto* p : parameters) expected.push_back(p->name);
  for (const std::string& name : expected) {
    if (std::find(present.begin(), present.end(), name) != present.end()) continue;
    fail(path, fmt::format("no array {}, there are {}; the net has {}", name,
                           present.empty() ? "none" : name_list(present), name_list(expected)));
  }
  if (present.size() != expected.size()) {
    fail(path, fmt::format("holds {} arrays, {}; the net has {}", present.size(),
                           name_list(present), name_list(expected)));
  }
}

/// A bias saved with one axis (H) is a row 1×H where `like` is one.
template <typename T>
Matrix<T> decode_like(const std::string& bytes, const std::string& where, const Matrix<T>& like) {
  Matrix<T> m = decode_npy<T>(bytes, where);
  const bool one_axis = read_npy_header(bytes, where).shape.size() == 1;
  if (one_axis && like.shape(0) == 1) m.reshape({1, m.size()});
  return m;
}

}  // namespace

template <typename T>
void save_weights(const std::string& path, const std::vector<Parameter<T>*>& parameters) {
  if (path.empty()) fail("weights", "the path is empty");
  if (parameters.empty()) fail(path, "there are no parameters to save");
  Arrays arrays;
  for (const auto* p : parameters) {
    if (p->name.empty() || p->name.find('/') != std::string::npos)
      fail(path, fmt::format("a parameter is named \"{}\", expected a name without /", p->name));
    arrays[p->name] = encode_npy(p->value);
  }
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
  const bool is_folder = fs::is_directory(path);
  require_names(path, is_folder ? names_in_folder(path) : npz_names(path), parameters);
  std::uint64_t most = 0;
  for (const auto* p : parameters) most += most_npy_bytes(p->value.size());
  const Arrays arrays = is_folder ? read_folder(path) : read_npz(path, most);
  std::vector<Matrix<T>> values;
  for (const auto* p : parameters) {
    values.push_back(decode_like(arrays.at(p->name), path + ": " + p->name, p->value));
    if (values.back().shape() != p->value.shape()) {
      fail(path, fmt::format("{} is {}, expected {}", p->name, shape_text(values.back()),
                             shape_text(p->value)));
    }
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i]->value = std::move(values[i]);
}

template void save_weights(const std::string&, const std::vector<Parameter<float>*>&);
template void save_weights(const std::string&, const std::vector<Parameter<double>*>&);
template void load_weights(const std::string&, const std::vector<Parameter<float>*>&);
template void load_weights(const std::string&, const std::vector<Parameter<double>*>&);

}  // namespace thinnet
