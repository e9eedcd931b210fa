// IDX files, the format of MNIST and its family.
#pragma once

#include <optional>
#include <string>

#include "data/dataset.hpp"

namespace thinnet {

/// Format: LeCun, Cortes, Burges, "The MNIST database", section "File formats": two zero bytes, a
/// type (8 for bytes, the only one read here), the number of dimensions, each size as 4 big-endian
/// bytes, then the values. Either file may be gzipped.
/// Images of any number of dimensions become rows of x (N×D) bytes, and are pictures where
/// picture_of_shape says so. Labels must be below `classes`; without it there are as many classes
/// as the largest label plus one. Throws std::runtime_error, naming the file, when it is missing,
/// not IDX, shorter or longer than its header says, or the two do not have equally many examples.
Dataset read_idx(const std::string& images_path, const std::string& labels_path,
                 std::optional<std::size_t> classes = {});

}  // namespace thinnet
