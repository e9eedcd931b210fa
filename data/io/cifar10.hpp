// CIFAR-10 in its binary layout.
#pragma once

#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace thinnet {

/// Krizhevsky, "Learning multiple layers of features from tiny images" (2009). A file is 10,000
/// records of 1 label byte and 3,072 pixel bytes (1,024 red, 1,024 green, 1,024 blue, row-major);
/// x is (N×3072) bytes in this order, pictures of 32×32 in
/// 3 planes.
struct Cifar10 {
  static constexpr std::size_t width = 3072, classes = 10, records_per_file = 10000;

  /// data_batch_1.bin to data_batch_5.bin of the folder, in this order: 50,000 images.
  /// Throws std::runtime_error, naming the file, when one is missing, not of exactly 30,730,000
  /// bytes, or has a label byte above 9.
  static Dataset read_training(const std::string& folder);
  /// test_batch.bin of the folder: 10,000 images. Throws likewise.
  static Dataset read_test(const std::string& folder);
  /// Any files of this layout, in this order, each of exactly so many records. Throws likewise.
  static Dataset read_files(const std::vector<std::string>& paths, std::size_t records);
  /// Airplane to truck.
  static const std::vector<std::string>& class_names();
};

}  // namespace thinnet
