// Data small enough to train on in milliseconds.
#pragma once

#include <string>

#include "data/io/file.hpp"
#include "data/io/npy.hpp"
#include "tests/support.hpp"
#include "tests/unit/data/temporary_folder.hpp"

namespace thinnet::testing {

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
