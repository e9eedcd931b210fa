// Finds and reads the images that the larger examples train on.
#pragma once

#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace thinnet::examples {

struct Images {
  Dataset training;
  std::string name;                  ///< "CIFAR-10"
  std::string folder;                ///< where they were found
  std::vector<std::string> files;    ///< their paths: all that the images were read from
  std::vector<std::string> classes;  ///< a name for each class; its number where none is known
  /// The order of the rows is part of the data set, as CIFAR-10's is; a user's own may be sorted.
  bool published_order = false;
};

/// Reads what a folder holds: CIFAR-10's binary batches, IDX files of MNIST's family
/// (train-images-idx3-ubyte, train-labels-idx1-ubyte, each with or without .gz), or a user's own
/// x.npy and y.npy. Throws std::runtime_error, naming the folder or file.
Images read_images(const std::string& folder);

/// The test images that belong to read_images of the same folder: CIFAR-10's test_batch.bin, IDX
/// files t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, or x_test.npy and y_test.npy. Throws
/// std::runtime_error likewise.
Dataset read_test_images(const std::string& folder);

/// What find_images does with an empty option, as the programs' --help tells it.
inline constexpr const char* without_data_option =
    "without it THINNET_DATA, ../shared/data/cifar-10-batches-bin, the download cache, and at last "
    "Debian's Fashion-MNIST";

/// CIFAR-10 from `option` if it is not empty, else from the environment variable THINNET_DATA if it
/// is set, else from ../shared/data/cifar-10-batches-bin or the cache that scripts/get-cifar10.sh
/// fills. When none exists, says so in one line on stdout and reads Debian's Fashion-MNIST.
/// Throws std::runtime_error, when there is no data at all or what was named cannot be read.
Images find_images(const std::string& option);

}  // namespace thinnet::examples
