// The files of MNIST's family, as its downloads name them.
#pragma once

#include <map>
#include <string>

namespace thinnet::examples {

/// Paths; empty for a file that is not there.
struct IdxFiles {
  std::string training_images, training_labels, test_images, test_labels;
};

/// The data sets of a folder, by what stands before the known part of their names: "" for MNIST,
/// "emnist-letters-" for a split of EMNIST. Known are
///   train-images-idx3-ubyte, train-labels-idx1-ubyte
///   t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte    or test-… in the place of t10k-…
/// also as train-images.idx3-ubyte, and each with .gz; the file without .gz is taken first.
std::map<std::string, IdxFiles> find_idx_files(const std::string& folder);

}  // namespace thinnet::examples
