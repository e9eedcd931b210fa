#include "data/io/cifar10.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "data/io/file.hpp"

namespace thinnet {
namespace {

std::vector<std::string> paths_in(const std::string& folder, std::vector<std::string> names) {
  if (!std::filesystem::is_directory(folder)) {
    throw std::runtime_error(fmt::format("{}: no such folder", folder));
  }
  for (auto& name : names) name = (std::filesystem::path(folder) / name).string();
  return names;
}

/// Throws std::runtime_error unless a file of `bytes` has the size of its records.
void require_size(const std::string& path, std::uintmax_t bytes, const char* or_more,
                  std::size_t records) {
  constexpr std::size_t record = 1 + Cifar10::width;
  if (bytes != records * record) {
    throw std::runtime_error(fmt::format("{}: {} bytes{}, expected {} ({} records of {})", path,
                                         bytes, or_more, records * record, records, record));
  }
}

}  // namespace

Dataset Cifar10::read_files(const std::vector<std::string>& paths, std::size_t records) {
  for (const auto& path : paths) {  // before memory is taken
    std::error_code unknown;        // reading says why, and a pipe has no size
    const std::uintmax_t bytes = std::filesystem::file_size(path, unknown);
    if (!unknown) require_size(path, bytes, "", records);
  }
  constexpr std::size_t record = 1 + width;
  constexpr std::size_t piece = 100;  // records: they stay in the CPU's cache until copied
  Matrix<std::uint8_t> x({paths.size() * records, width});
  Labels labels;
  for (const auto& path : paths) {
    const std::size_t begin = labels.size();
    std::size_t bytes = 0;
    read_pieces(path, piece * record, [&](std::string_view part) {
      bytes += part.size();
      if (bytes > records * record) require_size(path, bytes, " or more", records);
      for (; part.size() >= record; part.remove_prefix(record)) {
        std::copy_n(part.data() + 1, width, &x(labels.size(), 0));
        labels.push_back(static_cast<std::uint8_t>(part[0]));
      }
    });
    require_size(path, bytes, "", records);
    for (std::size_t i = 0; i < records; ++i) {
      if (labels[begin + i] >= static_cast<std::int32_t>(classes)) {
        throw std::runtime_error(
            fmt::format("{}: record {} has label {}, expected 0 to 9", path, i, labels[begin + i]));
      }
    }
  }
  const Picture picture{32, 32, 3, Picture::Order::planes};
  return {std::move(x), std::move(labels), classes, picture};
}

Dataset Cifar10::read_training(const std::string& folder) {
  return read_files(paths_in(folder, {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                      "data_batch_4.bin", "data_batch_5.bin"}),
                    records_per_file);
}

Dataset Cifar10::read_test(const std::string& folder) {
  return read_files(paths_in(folder, {"test_batch.bin"}), records_per_file);
}

const std::vector<std::string>& Cifar10::class_names() {
  static const std::vector<std::string> names{"airplane", "automobile", "bird",  "cat",  "deer",
                                              "dog",      "frog",       "horse", "ship", "truck"};
  return names;
}

}  // namespace thinnet
