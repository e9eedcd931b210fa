// The net that the larger examples train: affine, ReLU and dropout, over and over.
#pragma once

#include <vector>

#include "core/initialise.hpp"
#include "core/sequential.hpp"

namespace thinnet::examples {

struct ClassifierOptions {
  std::vector<std::size_t> hidden;
  double keep_prob = 1;        ///< of every hidden layer; a layer of dropout even at 1
  double input_keep_prob = 1;  ///< of the input; below 1 a layer of dropout stands before the rest
  Initialiser initialiser = he;
  std::uint64_t seed = 0;  ///< of the weights and the masks
};

/// D-hidden-classes with ReLU and dropout after every hidden layer, its weights drawn. Nets that
/// differ in keep_prob alone start alike. Throws std::invalid_argument for a keep_prob outside
/// (0, 1] or a width of 0.
Sequential<float> make_classifier(std::size_t D, std::size_t classes,
                                  const ClassifierOptions& options);

}  // namespace thinnet::examples
