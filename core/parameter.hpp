// A trainable matrix and its gradient.
#pragma once

#include <algorithm>

#include "core/matrix.hpp"

namespace thinnet {

/// What a parameter is. initialise() draws weights at random and sets biases to 0 and scales to 1;
/// weight decay acts on weights only. A buffer, such as a running mean, is saved with the others
/// but not trained: it has no gradient, and only its layer changes it.
enum class Role { weight, bias, scale, buffer };

/// A trainable matrix and its gradient ∂loss/∂value. backward overwrites grad; PyTorch adds to it,
/// and needs zero_grad().
template <typename T>
struct Parameter {
  std::string name;  ///< "w"; inside a Sequential "affine1.w"
  Matrix<T> value;   ///< w (D×H) or b (1×H)
  Matrix<T> grad;    ///< dw (D×H) or db (1×H), zero before the first backward
  Role role = Role::weight;
};

/// All but the buffers.
template <typename T>
std::vector<Parameter<T>*> trained(std::vector<Parameter<T>*> parameters) {
  const auto is_buffer = [](const Parameter<T>* p) { return p->role == Role::buffer; };
  parameters.erase(std::remove_if(parameters.begin(), parameters.end(), is_buffer),
                   parameters.end());
  return parameters;
}

}  // namespace thinnet
