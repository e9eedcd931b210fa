#include "examples/support/images.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <utility>

#include "data/io/arrays.hpp"
#include "data/io/cifar10.hpp"
#include "data/io/file.hpp"
#include "data/io/idx.hpp"
#include "data/io/names.hpp"
#include "data/io/npz.hpp"
#include "data/io/table.hpp"
#include "examples/support/idx_files.hpp"
#include "examples/support/unreadable.hpp"

namespace thinnet::examples {
namespace {

namespace fs = std::filesystem;

using Names = std::vector<std::string>;

constexpr const char* fashion_folder = "/usr/share/datasets/fashion-mnist";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string folder_of(const std::string& file) {
  const std::string folder = fs::path(file).parent_path().string();
  return folder.empty() ? "." : folder;
}

std::string file_name(const std::string& path) {
  return fs::path(path).filename().string();
}

std::string ending(const std::string& path) {
  return fs::path(path).extension().string();
}

bool is_table(const std::string& path) {
  return ending(path) == ".csv" || ending(path) == ".tsv";
}

Names numbers(std::size_t count) {
  Names names;
  names.reserve(count);
  for (std::size_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

/// Names the classes by their numbers; what else there is to say is up to the caller.
Images make_images(Dataset training, std::string name, std::string folder, Names files) {
  Images images{std::move(training), std::move(name), std::move(folder), std::move(files), {}};
  images.classes = numbers(images.training.classes());
  return images;
}

// CIFAR-10

std::optional<Images> read_cifar10(const std::string& folder) {
  if (!fs::exists(path_in(folder, "data_batch_1.bin"))) return std::nullopt;
  Names files;
  for (const char* number : {"1", "2", "3", "4", "5"}) {
    files.push_back(path_in(folder, fmt::format("data_batch_{}.bin", number)));
  }
  Images images = make_images(Cifar10::read_training(folder), "CIFAR-10", folder, files);
  images.classes = Cifar10::class_names();
  images.published_order = true;
  if (fs::exists(path_in(folder, "test_batch.bin")))
    images.read_test = [folder] { return Cifar10::read_test(folder); };
  return images;
}

// IDX

/// MNIST and Fashion-MNIST are known by their size and first labels.
bool begins_with(const Dataset& data, const std::array<std::int32_t, 20>& labels) {
  if (data.size() != 60000 || data.width() != 784) return false;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (data.label(i) != labels[i]) return false;
  }
  return true;
}

void name_what_it_is(Images& images) {
  constexpr std::array<std::int32_t, 20> mnist{5, 0, 4, 1, 9, 2, 1, 3, 1, 4,
                                               3, 5, 3, 6, 1, 7, 2, 8, 6, 9};
  constexpr std::array<std::int32_t, 20> fashion{9, 0, 0, 3, 0, 2, 7, 2, 5, 5,
                                                 0, 9, 5, 5, 7, 9, 1, 0, 6, 4};
  if (begins_with(images.training, mnist)) images.name = "MNIST";
  if (!begins_with(images.training, fashion)) return;
  images.name = "Fashion-MNIST";
  // As Xiao, Rasul, Vollgraf, "Fashion-MNIST" (2017) call them.
  images.classes = {"T-shirt/top", "trouser", "pullover", "dress", "coat",
                    "sandal",      "shirt",   "sneaker",  "bag",   "ankle boot"};
}

Images read_idx_files(const std::string& folder, const IdxFiles& files) {
  Images images = make_images(read_idx(files.training_images, files.training_labels), "IDX images",
                              folder, {files.training_images, files.training_labels});
  name_what_it_is(images);
  images.published_order = true;
  if (!files.test_images.empty() && !files.test_labels.empty()) {
    images.read_test = [files, classes = images.training.classes()] {
      return read_idx(files.test_images, files.test_labels, classes);
    };
  }
  return images;
}

bool is_whole(const IdxFiles& files) {
  return !files.training_images.empty() && !files.training_labels.empty();
}

std::optional<Images> read_idx_folder(const std::string& folder) {
  std::vector<IdxFiles> whole;
  for (const auto& [prefix, files] : find_idx_files(folder)) {
    if (is_whole(files)) whole.push_back(files);
  }
  if (whole.empty()) return std::nullopt;
  if (whole.size() == 1) return read_idx_files(folder, whole.front());
  Names choices;
  for (const IdxFiles& files : whole) choices.push_back(file_name(files.training_images));
  fail(folder, fmt::format("holds {} data sets: name the training images of one, as in --data {}; "
                           "there are {}",
                           whole.size(), whole.front().training_images, name_list(choices)));
}

/// `path` is the file of training images of one set.
std::optional<Images> read_idx_file(const std::string& path) {
  for (const auto& [prefix, files] : find_idx_files(folder_of(path))) {
    const bool named = file_name(files.training_images) == file_name(path);
    if (named && is_whole(files)) return read_idx_files(folder_of(path), files);
  }
  return std::nullopt;
}

// A user's own arrays

Names stems_of_npy(const std::string& folder) {
  Names stems;
  for (const std::string& name : names_in(folder)) {
    if (ending(name) == ".npy") stems.push_back(fs::path(name).stem().string());
  }
  return stems;
}

std::optional<Images> read_npy_folder(const std::string& folder) {
  const Names stems = stems_of_npy(folder);
  const auto names = training_arrays(stems);
  if (!names) return std::nullopt;
  const std::string x = path_in(folder, names->x + ".npy");
  const std::string labels = path_in(folder, names->labels + ".npy");
  Images images =
      make_images(read_npy(x, labels), fmt::format("{}.npy and {}.npy", names->x, names->labels),
                  folder, {x, labels});
  if (const auto test = test_arrays(stems)) {
    images.read_test = [x_test = path_in(folder, test->x + ".npy"),
                        y_test = path_in(folder, test->labels + ".npy")] {
      return read_npy(x_test, y_test);
    };
  }
  return images;
}

Images read_npz_file(const std::string& path) {
  const Names present = npz_names(path);
  const auto names = training_arrays(present);
  if (!names) {
    fail(path, fmt::format("holds neither x and y nor x_train and y_train; there {}",
                           present.empty() ? "is nothing in it" : "are " + name_list(present)));
  }
  Images images =
      make_images(read_npz_arrays(path, *names),
                  fmt::format("{} and {} of {}", names->x, names->labels, file_name(path)),
                  folder_of(path), {path});
  if (const auto test = test_arrays(present))
    images.read_test = [path, test = *test] { return read_npz_arrays(path, test); };
  return images;
}

std::optional<Images> read_npz_folder(const std::string& folder) {
  Names archives;
  for (const std::string& name : names_in(folder)) {
    if (ending(name) == ".npz") archives.push_back(name);
  }
  if (archives.empty()) return std::nullopt;
  if (archives.size() == 1) return read_npz_file(path_in(folder, archives.front()));
  fail(folder, fmt::format("holds several .npz files, name one: {}", name_list(archives)));
}

// A user's own table

Images read_table_file(const std::string& path, const std::string& label) {
  Table table = read_table(path, label);
  Images images =
      make_images(table.data, fmt::format("{}, labels in {}", file_name(path), table.label),
                  folder_of(path), {path});
  images.classes = table.classes;
  const std::string test = path_in(folder_of(path), "test" + ending(path));
  if (file_name(path) == "train" + ending(path) && fs::exists(test))
    images.read_test = [test, table = std::move(table)] { return read_table_like(test, table); };
  return images;
}

std::optional<Images> read_train_table(const std::string& folder, const std::string& label) {
  for (const char* name : {"train.csv", "train.tsv"}) {
    const std::string path = path_in(folder, name);
    if (fs::exists(path)) return read_table_file(path, label);
  }
  return std::nullopt;
}

std::optional<Images> read_only_table(const std::string& folder, const std::string& label) {
  Names tables;
  for (const std::string& name : names_in(folder)) {
    if (is_table(name)) tables.push_back(name);
  }
  if (tables.empty()) return std::nullopt;
  if (tables.size() == 1) return read_table_file(path_in(folder, tables.front()), label);
  fail(folder,
       fmt::format("holds several tables and no train.csv, name one: {}", name_list(tables)));
}

// Folders and files

/// What has a published form, which a folder's neighbours may be told by.
std::optional<Images> read_published(const std::string& folder) {
  if (auto images = read_cifar10(folder)) return images;
  return read_idx_folder(folder);
}

/// What has files of fixed names.
std::optional<Images> read_named(const std::string& folder, const std::string& label) {
  if (auto images = read_published(folder)) return images;
  if (auto images = read_npy_folder(folder)) return images;
  return read_train_table(folder, label);
}

std::optional<Images> read_folder(const std::string& folder, const std::string& label) {
  if (auto images = read_named(folder, label)) return images;
  if (auto images = read_npz_folder(folder)) return images;
  return read_only_table(folder, label);
}

Names folders_in(const std::string& folder) {
  Names folders;
  for (const std::string& name : names_in(folder)) {
    if (fs::is_directory(path_in(folder, name))) folders.push_back(path_in(folder, name));
  }
  return folders;
}

/// As an archive may have left them, in a folder of its own.
std::optional<Images> read_folder_below(const std::string& folder, const std::string& label) {
  std::optional<Images> found;
  for (const std::string& below : folders_in(folder)) {
    auto images = read_named(below, label);
    if (found && images) {
      fail(folder,
           fmt::format("data is in {} and in {}: name one of them", found->folder, images->folder));
    }
    if (images) found = std::move(images);
  }
  return found;
}

std::string unreadable_words_around(const std::string& folder) {
  std::string words = unreadable_words(names_in(folder));
  for (const std::string& below : folders_in(folder)) {
    if (words.empty()) words = unreadable_words(names_in(below));
  }
  return words;
}

[[noreturn]] void fail_with_nothing_known(const std::string& folder) {
  const Names present = names_in(folder);
  fail(folder,
       fmt::format("holds neither data_batch_1.bin to _5.bin (CIFAR-10), nor "
                   "train-images-idx3-ubyte and train-labels-idx1-ubyte (IDX), nor x.npy and "
                   "y.npy, nor an .npz, nor train.csv; {}",
                   present.empty() ? "it is empty" : "there are " + name_list(present)));
}

Images read_in_or_near(const std::string& folder, const std::string& label) {
  if (auto images = read_folder(folder, label)) return std::move(*images);
  if (auto images = read_folder_below(folder, label)) return std::move(*images);
  const std::string words = unreadable_words_around(folder);
  if (!words.empty()) fail(folder, words);
  if (auto images = read_published((fs::path(folder) / "..").lexically_normal().string()))
    return std::move(*images);
  fail_with_nothing_known(folder);
}

Images read_file_of_data(const std::string& path, const std::string& label) {
  if (is_table(path)) return read_table_file(path, label);
  if (ending(path) == ".npz") return read_npz_file(path);
  if (auto images = read_idx_file(path)) return std::move(*images);
  const std::string words = unreadable_words({file_name(path)});
  const bool of_several = ending(path) == ".npy" || ending(path) == ".bin";
  if (!words.empty() && !of_several) fail(path, words);
  fail(path, fmt::format("is a file, and none of .npz, .csv and .tsv: name the folder that holds "
                         "the data, {}",
                         folder_of(path)));
}

fs::path cache_folder() {
  std::string cache = environment("XDG_CACHE_HOME");
  if (cache.empty()) cache = environment("HOME") + "/.cache";
  return fs::path(cache) / "thinnet" / "cifar-10-batches-bin";
}

}  // namespace

Images read_images(const std::string& path, const std::string& label) {
  if (!fs::exists(path)) fail(path, "no such folder or file");
  Images images =
      fs::is_directory(path) ? read_in_or_near(path, label) : read_file_of_data(path, label);
  if (!label.empty() && !is_table(images.files.front())) {
    fail(path, fmt::format("is no table: --label {} names a column of a .csv or .tsv", label));
  }
  return images;
}

Dataset read_test_images(const Images& images) {
  if (images.read_test) return images.read_test();
  fail(images.folder,
       "holds no test images: neither test_batch.bin, nor t10k-images-idx3-ubyte and "
       "t10k-labels-idx1-ubyte, nor arrays x_test and y_test, nor test.csv beside train.csv");
}

Images find_images(const std::string& option, const std::string& label) {
  if (!option.empty()) return read_images(option, label);
  const std::string variable = environment("THINNET_DATA");
  if (!variable.empty()) return read_images(variable, label);
  for (const fs::path& folder : {fs::path("../shared/data/cifar-10-batches-bin"), cache_folder()}) {
    if (fs::is_directory(folder)) return read_images(folder.string(), label);
  }
  if (fs::is_directory(fashion_folder)) {
    fmt::print("CIFAR-10 was not found: using Fashion-MNIST from {} instead.\n", fashion_folder);
    return read_images(fashion_folder, label);
  }
  throw std::runtime_error(
      "no data found: run scripts/get-cifar10.sh, or name a folder with --data or THINNET_DATA");
}

}  // namespace thinnet::examples
