// Data sets that NumPy, PyTorch or pandas saved as arrays: x and labels, as .npy files or in one
// .npz.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace thinnet {

/// Which of the arrays of an .npz, or of the .npy files of a folder, are a data set.
struct ArrayNames {
  std::string x, labels;
};

/// x_train and y_train, else x and y, large or small letters; nothing when a name is missing.
std::optional<ArrayNames> training_arrays(const std::vector<std::string>& names);

/// x_test and y_test, likewise.
std::optional<ArrayNames> test_arrays(const std::vector<std::string>& names);

/// x: (N, D) or more axes, of any numbers; bytes stay bytes. Rows are pictures where
/// picture_of_shape says so. Labels, of any numbers:
///   (N) or (N, 1)   class numbers from 0; the classes are 0 to the largest
///   (N, C)          one-hot: a single 1 in each row, else 0; then there are C classes
/// Throws std::runtime_error, naming the file; types that are no numbers, and labels that are no
/// classes, with the Python line that makes them right.
Dataset read_npy(const std::string& x_path, const std::string& labels_path);

/// The same from two arrays of an .npz, which may be compressed; unpacked it may take 16 GiB.
/// Throws likewise, also when there is no such array.
Dataset read_npz_arrays(const std::string& path, const ArrayNames& names);

}  // namespace thinnet
