// Data small enough to train on in milliseconds.
#pragma once

#include <algorithm>
#include <string>

#include "data/io/file.hpp"
#include "data/io/npy.hpp"
#include "tests/support.hpp"
#include "tests/unit/data/temporary_folder.hpp"

namespace thinnet::testing {

/// Writes x.npy and y.npy of a user's own.
template <typename T>
void write_own(const TemporaryFolder& folder, const Matrix<T>& x, const Labels& labels) {
  write_file(folder / "x.npy", encode_npy(x));
  Matrix<double> y({labels.size(), std::size_t{1}});
  std::copy(labels.begin(), labels.end(), y.begin());
  write_file(folder / "y.npy", encode_npy(y));
}

/// 300 examples of 12 features in 3 classes of 100, sorted by class, far apart and easy to learn.
class SortedData : public TemporaryFolder {
 public:
  SortedData() {
    Matrix<float> x = normals<float>(300, 12, 1);
    Labels labels(300);
    for (std::size_t n = 0; n < 300; ++n) {
      labels[n] = static_cast<std::int32_t>(n / 100);
      x(n, n / 100) += 6;
    }
    write_own(*this, x, labels);
  }
};

/// A folder with x.npy and y.npy: 60 examples of 12 features (or so many) in 3 classes.
class TinyData : public TemporaryFolder {
 public:
  explicit TinyData(std::size_t D = 12) {
    write_file(*this / "x.npy", encode_npy(normals<float>(60, D, 1)));
    Matrix<double> y({60, 1});
    for (std::size_t n = 0; n < 60; ++n) y(n, 0) = static_cast<double>(n % 3);
    write_file(*this / "y.npy", encode_npy(y));
  }
};

}  // namespace thinnet::testing
