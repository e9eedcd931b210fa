// A layer that computes dx for a while.
#pragma once

#include "core/layer.hpp"

namespace thinnet {

/// Has a layer compute dx for as long as this lives.
class WantDx {
 public:
  explicit WantDx(Layer<double>& layer) : layer_(layer), before_(layer.needs_dx()) {
    layer_.set_needs_dx(true);
  }
  ~WantDx() { layer_.set_needs_dx(before_); }
  WantDx(const WantDx&) = delete;
  WantDx& operator=(const WantDx&) = delete;

 private:
  Layer<double>& layer_;
  bool before_;
};

}  // namespace thinnet
