// A network as a table, and its weights as one number.
#pragma once

#include <string>

#include "core/sequential.hpp"

namespace thinnet {

/// One line a layer: its name, its output's shape, its parameter count and their shapes.
template <typename T>
std::string summary(const Sequential<T>& net);

/// ½·λ·Σ w² over the weights, not the biases: what L2 weight decay λ adds to the loss.
template <typename T>
double l2_penalty(const std::vector<Parameter<T>*>& parameters, double weight_decay);

}  // namespace thinnet
