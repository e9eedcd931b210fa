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
  constexpr std::size_t piece = 100;  // records: they stay in the CPU's cache until copied
  Matrix<std::uint8_t> x({names.size() * records, Cifar10::width});
  Labels labels;
  for (const auto& name : names) {
    const std::string path = (std::filesystem::path(folder) / name).string();
    const std::size_t begin = labels.size();
    std::size_t bytes = 0;
    read_pieces(path, piece * record, [&](std::string_view part) {
      bytes += part.size();
      for (; part.size() >= record && labels.size() < begin + records; part.remove_prefix(record)) {
        std::copy_n(part.data() + 1, Cifar10::width, &x(labels.size(), 0));
        labels.push_back(static_cast<std::uint8_t>(part[0]));
      }
    });
    if (bytes != records * record) {
      throw std::runtime_error(fmt::format("{}: {} bytes, expected {} ({} records of {})", path,
                                           bytes, records * record, records, record));
    }
    for (std::size_t i = 0; i < records; ++i) {
      if (labels[begin + i] >= static_cast<std::int32_t>(Cifar10::classes)) {
        throw std::runtime_error(
            fmt::format("{}: record {} has label {}, expected 0 to 9", path, i, labels[begin + i]));
      }
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
