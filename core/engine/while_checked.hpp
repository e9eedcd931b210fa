// What the gradient check changes of a layer for a while.
#pragma once

#include <utility>
#include <vector>

#include "core/layer.hpp"

namespace thinnet {

/// Has a layer compute dx for as long as this lives. Puts back then whether it did before, and its
/// buffers: every forward of a training pass may change those.
class WhileChecked {
 public:
  explicit WhileChecked(Layer<double>& layer) : layer_(layer), needs_dx_(layer.needs_dx()) {
    layer_.set_needs_dx(true);
    for (auto* p : layer_.parameters())
      if (p->role == Role::buffer) buffers_.emplace_back(p, p->value);
  }
  ~WhileChecked() {
    layer_.set_needs_dx(needs_dx_);
    for (auto& [parameter, value] : buffers_) parameter->value = value;
  }
  WhileChecked(const WhileChecked&) = delete;
  WhileChecked& operator=(const WhileChecked&) = delete;

 private:
  Layer<double>& layer_;
  bool needs_dx_;
  std::vector<std::pair<Parameter<double>*, Matrix<double>>> buffers_;
};

}  // namespace thinnet
