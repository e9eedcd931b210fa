// Layers under test: forward and backward as a request asks.
#pragma once

#include <memory>

#include "core/layer.hpp"
#include "grading/worker/protocol.hpp"

namespace coursework {

/// A matrix that a layer has lent its caller, and what was in it.
struct Lent {
  const Matrix* matrix = nullptr;
  Json copy = {};
};

/// A layer, what a result shows of it besides out and dx, what its caller owns and reuses (the
/// batch, its gradient, and the numbers of its examples), and the latest out and dx.
struct TestedLayer {
  std::unique_ptr<thinnet::Layer<double>> layer;
  std::function<void(Json& result)> show_cache = [](Json&) {};
  Matrix batch = {}, dout = {};
  thinnet::Examples examples = {};
  Lent out = {}, dx = {};
};

/// {"layers": [...], "calls": [{"layer": 0, "do": "forward", "x": M, "pass": P}, …]}. A call must
/// not change what is not its layer's: its x or dout, or what another layer has lent.
Json run_layers(const Json& request, const std::function<TestedLayer(const Json& layer)>& make);

}  // namespace coursework
