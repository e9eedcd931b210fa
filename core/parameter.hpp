// A trainable matrix and its gradient.
#pragma once

#include "core/matrix.hpp"

namespace thinnet {

/// What a parameter is: initialise() draws weights at random and sets biases to 0, and weight decay
/// acts on weights only.
enum class Role { weight, bias };

/// A trainable matrix and its gradient ∂loss/∂value. backward overwrites grad; PyTorch adds to it,
/// and needs zero_grad().
template <typename T>
struct Parameter {
  std::string name;  ///< "w"; inside a Sequential "affine1.w"
  Matrix<T> value;   ///< w (D×H) or b (1×H)
  Matrix<T> grad;    ///< dw (D×H) or db (1×H), zero before the first backward
  Role role = Role::weight;
};

}  // namespace thinnet
