#include "examples/support/images.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "data/io/cifar10.hpp"
#include "data/io/idx.hpp"
#include "data/io/npy.hpp"

namespace thinnet::examples {
namespace {

namespace fs = std::filesystem;

constexpr const char* fashion_folder = "/usr/share/datasets/fashion-mnist";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The file itself or its gzipped form, whichever there is; empty when there is none.
std::string plain_or_gzipped(const fs::path& path) {
  for (const char* ending : {"", ".gz"}) {
    fs::path candidate = path;
    candidate += ending;
    if (fs::exists(candidate)) return candidate.string();
  }
  return "";
}

/// Rows of s × s features that nobody says more about are taken for grey pictures from 8 × 8 on.
Dataset as_pictures_if_square(const Dataset& data) {
  if (data.picture()) return data;
  std::size_t s = 8;
  while (s * s < data.width()) ++s;
  return s * s == data.width() ? data.with_picture({s, s}) : data;
}

std::vector<std::string> numbers(std::size_t count) {
  std::vector<std::string> names;
  names.reserve(count);
  for (std::size_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

Images read_cifar10(const fs::path& in) {
  Images images{Cifar10::read_training(in.string()),
                "CIFAR-10",
                in.string(),
                {},
                Cifar10::class_names(),
                /*published_order=*/true};
  for (const char* number : {"1", "2", "3", "4", "5"}) {
    images.files.push_back((in / fmt::format("data_batch_{}.bin", number)).string());
  }
  return images;
}

Images read_idx_pair(const fs::path& in, const std::string& x, const std::string& labels) {
  constexpr std::size_t classes = 10;
  // The class names of Xiao, Rasul, Vollgraf, "Fashion-MNIST" (2017).
  static const std::vector<std::string> fashion_names{
      "T-shirt/top", "trouser", "pullover", "dress", "coat",
      "sandal",      "shirt",   "sneaker",  "bag",   "ankle boot"};
  const bool fashion = in.lexically_normal().string().find("fashion") != std::string::npos;
  return {read_idx(x, labels, classes),
          fashion ? "Fashion-MNIST" : "IDX images",
          in.string(),
          {x, labels},
          fashion ? fashion_names : numbers(classes),
          /*published_order=*/true};
}

Images read_own(const fs::path& in) {
  const std::string x = (in / "x.npy").string();
  const std::string labels = (in / "y.npy").string();
  const Dataset training = as_pictures_if_square(read_npy(x, labels));
  return {training,
          "x.npy and y.npy",
          in.string(),
          {x, labels},
          numbers(training.classes()),
          /*published_order=*/false};
}

fs::path cache_folder() {
  std::string cache = environment("XDG_CACHE_HOME");
  if (cache.empty()) cache = environment("HOME") + "/.cache";
  return fs::path(cache) / "thinnet" / "cifar-10-batches-bin";
}

}  // namespace

Images read_images(const std::string& folder) {
  if (!fs::is_directory(folder))
    throw std::runtime_error(fmt::format("{}: no such folder", folder));
  const fs::path in(folder);
  if (fs::exists(in / "data_batch_1.bin")) return read_cifar10(in);
  const std::string images = plain_or_gzipped(in / "train-images-idx3-ubyte");
  const std::string labels = plain_or_gzipped(in / "train-labels-idx1-ubyte");
  if (!images.empty() && !labels.empty()) return read_idx_pair(in, images, labels);
  if (fs::exists(in / "x.npy") && fs::exists(in / "y.npy")) return read_own(in);
  throw std::runtime_error(
      fmt::format("{}: holds neither data_batch_1.bin to _5.bin (CIFAR-10), nor "
                  "train-images-idx3-ubyte and train-labels-idx1-ubyte (IDX), nor x.npy and y.npy",
                  folder));
}

Dataset read_test_images(const std::string& folder) {
  const fs::path in(folder);
  if (fs::exists(in / "test_batch.bin")) return Cifar10::read_test(folder);
  const std::string images = plain_or_gzipped(in / "t10k-images-idx3-ubyte");
  const std::string labels = plain_or_gzipped(in / "t10k-labels-idx1-ubyte");
  constexpr std::size_t classes = 10;
  if (!images.empty() && !labels.empty()) return read_idx(images, labels, classes);
  if (fs::exists(in / "x_test.npy") && fs::exists(in / "y_test.npy"))
    return read_npy((in / "x_test.npy").string(), (in / "y_test.npy").string());
  throw std::runtime_error(fmt::format(
      "{}: holds no test images: neither test_batch.bin, nor t10k-images-idx3-ubyte and "
      "t10k-labels-idx1-ubyte, nor x_test.npy and y_test.npy",
      folder));
}

Images find_images(const std::string& option) {
  if (!option.empty()) return read_images(option);
  const std::string variable = environment("THINNET_DATA");
  if (!variable.empty()) return read_images(variable);
  for (const fs::path& folder : {fs::path("../shared/data/cifar-10-batches-bin"), cache_folder()}) {
    if (fs::is_directory(folder)) return read_images(folder.string());
  }
  if (fs::is_directory(fashion_folder)) {
    fmt::print("CIFAR-10 was not found: using Fashion-MNIST from {} instead.\n", fashion_folder);
    return read_images(fashion_folder);
  }
  throw std::runtime_error(
      "no data found: run scripts/get-cifar10.sh, or name a folder with --data or THINNET_DATA");
}

}  // namespace thinnet::examples
