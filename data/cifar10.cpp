#include "data/cifar10.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "data/file.hpp"

namespace thinnet {
namespace {

Dataset read_files(const std::string& folder, const std::vector<std::string>& names) {
  if (!std::filesystem::is_directory(folder)) {
    throw std::runtime_error(fmt::format("{}: no such folder", folder));
  }
  constexpr std::size_t record = 1 + Cifar10::width, records = Cifar10::records_per_file;
  Matrix<std::uint8_t> x({names.size() * records, Cifar10::width});
  Labels labels;
  for (const auto& name : names) {
    const std::string path = (std::filesystem::path(folder) / name).string();
    const std::string bytes = read_file(path);
    if (bytes.size() != records * record) {
      throw std::runtime_error(fmt::format("{}: {} bytes, expected {} ({} records of {})", path,
                                           bytes.size(), records * record, records, record));
    }
    for (std::size_t i = 0; i < records; ++i) {
      const char* from = bytes.data() + i * record;
      const auto label = static_cast<std::uint8_t>(*from);
      if (label >= Cifar10::classes) {
        throw std::runtime_error(
            fmt::format("{}: record {} has label {}, expected 0 to 9", path, i, label));
      }
      std::copy_n(from + 1, Cifar10::width, &x(labels.size(), 0));
      labels.push_back(label);
    }
  }
  return {std::move(x), std::move(labels), Cifar10::classes};
}

}  // namespace

Dataset Cifar10::read_training(const std::string& folder) {
  return read_files(folder, {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                             "data_batch_4.bin", "data_batch_5.bin"});
}

Dataset Cifar10::read_test(const std::string& folder) {
  return read_files(folder, {"test_batch.bin"});
}

const std::vector<std::string>& Cifar10::class_names() {
  static const std::vector<std::string> names{"airplane", "automobile", "bird",  "cat",  "deer",
                                              "dog",      "frog",       "horse", "ship", "truck"};
  return names;
}

}  // namespace thinnet
