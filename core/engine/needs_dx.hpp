// A layer that computes dx for a while.
#pragma once

#include "core/layer.hpp"

namespace thinnet {

/// Has a layer compute dx for as long as this lives.
class NeedsDx {
 public:
  explicit NeedsDx(Layer<double>& layer) : layer_(layer), before_(layer.needs_dx()) {
    layer_.set_needs_dx(true);
  }
  ~NeedsDx() { layer_.set_needs_dx(before_); }
  NeedsDx(const NeedsDx&) = delete;
  NeedsDx& operator=(const NeedsDx&) = delete;

 private:
  Layer<double>& layer_;
  bool before_;
};

}  // namespace thinnet
