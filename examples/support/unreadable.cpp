#include "examples/support/unreadable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

namespace thinnet::examples {
namespace {

using Strings = std::vector<std::string>;

bool has(const Strings& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The first name with one of the endings; nothing when there is none.
std::optional<std::string> name_ending_in(const Strings& names, const Strings& endings) {
  for (const std::string& name : names) {
    for (const std::string& ending : endings) {
      const bool ends_so = name.size() > ending.size() &&
                           name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
      if (ends_so) return name;
    }
  }
  return std::nullopt;
}

std::string cifar10_words(const Strings& names) {
  constexpr const char* binary = "scripts/get-cifar10.sh gets the binary version, which is read";
  for (const char* name : {"data_batch_1", "cifar-10-batches-py", "cifar-10-python.tar.gz"}) {
    if (has(names, name)) return fmt::format("holds CIFAR-10 for Python: {}", binary);
  }
  for (const char* name : {"data_batch_1.mat", "cifar-10-batches-mat", "cifar-10-matlab.tar.gz"}) {
    if (has(names, name)) return fmt::format("holds CIFAR-10 for Matlab: {}", binary);
  }
  return "";
}

std::string cifar100_words(const Strings& names) {
  if (has(names, "train.bin")) {
    return "holds CIFAR-100 (train.bin), which is not read as it is; in Python: a = "
           "np.fromfile(\"train.bin\", \"u1\").reshape(-1, 3074); np.savez(\"cifar100.npz\", "
           "x=a[:, 2:].reshape(-1, 3, 32, 32), y=a[:, 1])";
  }
  const bool python = has(names, "train") && has(names, "meta");
  const bool matlab = has(names, "train.mat") && has(names, "meta.mat");
  if (!python && !matlab) return "";
  return fmt::format("holds CIFAR-100 for {}: docs/data.md shows how its binary version is read",
                     python ? "Python" : "Matlab");
}

bool any_has_part(const Strings& names, const char* part) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return name.find(part) != std::string::npos; });
}

std::string half_words(const Strings& names) {
  const bool images = any_has_part(names, "train-images"),
             labels = any_has_part(names, "train-labels");
  if (images && !labels) return "holds train-images, but no train-labels-idx1-ubyte";
  if (labels && !images) return "holds train-labels, but no train-images-idx3-ubyte";
  const std::pair<const char*, const char*> pairs[] = {
      {"x.npy", "y.npy"}, {"x_train.npy", "y_train.npy"}, {"X.npy", "y.npy"}};
  for (const auto& [x, y] : pairs) {
    if (has(names, x) && !has(names, y)) return fmt::format("holds {}, but no {}", x, y);
    if (has(names, y) && !has(names, x)) return fmt::format("holds {}, but no {}", y, x);
  }
  return "";
}

std::string packed_words(const Strings& names) {
  if (const auto tar = name_ending_in(names, {".tar.gz", ".tgz", ".tar"})) {
    return fmt::format("{} is an archive: unpack it, tar -xf {}, and name the folder", *tar, *tar);
  }
  if (const auto zip = name_ending_in(names, {".zip"})) {
    return fmt::format("{} is an archive: unpack it, unzip {}, and name the folder", *zip, *zip);
  }
  if (const auto gz = name_ending_in(names, {".csv.gz", ".tsv.gz", ".npy.gz"})) {
    return fmt::format("{} is packed: gunzip {}", *gz, *gz);
  }
  return "";
}

std::string other_words(const Strings& names) {
  if (const auto picture = name_ending_in(names, {".png", ".jpg", ".jpeg", ".JPEG"})) {
    return fmt::format("holds pictures such as {}: docs/data.md shows how to make an .npz of them",
                       *picture);
  }
  if (const auto file =
          name_ending_in(names, {".mat", ".pkl", ".pt", ".parquet", ".xlsx", ".h5"})) {
    return fmt::format(
        "{} is not read: save it as .csv, or as an .npz in Python, np.savez(\"data.npz\", x=x, "
        "y=y)",
        *file);
  }
  return "";
}

}  // namespace

std::vector<std::string> names_in(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code unreadable;  // then nothing is recognised in it
  Strings names;
  for (fs::directory_iterator entry(folder, unreadable), end; !unreadable && entry != end;
       entry.increment(unreadable)) {
    names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string path_in(const std::string& folder, const std::string& name) {
  return (std::filesystem::path(folder) / name).string();
}

std::string unreadable_words(const std::vector<std::string>& names) {
  for (const auto& words_of :
       {cifar10_words, cifar100_words, half_words, packed_words, other_words}) {
    std::string words = words_of(names);
    if (!words.empty()) return words;
  }
  return "";
}

}  // namespace thinnet::examples
