// The lab's data: points in the plane with a class each, made up or the user's own.
#pragma once

#include "core/matrix.hpp"

namespace thinnet::lab {

struct Points {
  Matrix<double> x;  ///< (N×2), made-up points within about [-1, 1]²
  Labels labels;     ///< (N) in [0, classes)
  std::size_t classes = 0;
};

enum class DataKind { moons, circles, exclusive_or, spiral, blobs, own };

struct DataConfig {
  DataKind kind = DataKind::moons;
  std::size_t count = 200;  ///< points, the validation's among them; not read for own points
  double noise = 0.1;       ///< standard deviation: of both coordinates; for spirals of the angle
  std::size_t classes = 2;  ///< of blobs and own points; the others have as many as they have
  double validation_share = 0.5;  ///< in (0, 1)
  Points own;                     ///< used as they are: scale them to about [-1, 1] before
};

/// All points, the classes taking turns: a function of the config and the seed. Throws
/// std::invalid_argument, with a sentence for the user, when a number is out of its range.
Points make_points(const DataConfig& config, std::uint64_t seed);

struct Split {
  Points training, validation;
};

/// Deals the points out at random, class by class: of its points the validation gets `share`, to
/// the nearest whole number, but never the last one. Validation gets one point at least. Throws
/// std::invalid_argument when there are fewer than 2 points or share is outside (0, 1).
Split split(const Points& points, double validation_share, std::uint64_t seed);

}  // namespace thinnet::lab
