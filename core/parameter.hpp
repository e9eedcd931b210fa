// A trainable matrix and its gradient.
#pragma once

#include "core/matrix.hpp"

namespace thinnet {

/// Biases start at 0, and weight decay leaves them alone.
enum class Role { weight, bias };

/// `backward` overwrites grad, it never adds to it: there is no zero_grad to forget.
template <typename T>
struct Parameter {
  std::string name;  ///< "w"; inside a Sequential "affine1.w"
  Matrix<T> value;   ///< w (D×H) or b (1×H)
  Matrix<T> grad;    ///< dw (D×H) or db (1×H), zero before the first backward
  Role role = Role::weight;
};

}  // namespace thinnet
