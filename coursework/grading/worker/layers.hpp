// Layers under test: forward and backward as a request asks.
#pragma once

#include <memory>

#include "core/layer.hpp"
#include "grading/worker/protocol.hpp"

namespace coursework {

/// A layer, what a result shows of it besides out and dx, and what its caller owns and reuses: the
/// batch, and the numbers of its examples.
struct TestedLayer {
  std::unique_ptr<thinnet::Layer<double>> layer;
  std::function<void(Json& result)> show_cache = [](Json&) {};
  Matrix batch = {};
  thinnet::Examples examples = {};
};

/// {"layers": [...], "calls": [{"layer": 0, "do": "forward", "x": M, "pass": P}, …]}.
Json run_layers(const Json& request, const std::function<TestedLayer(const Json& layer)>& make);

}  // namespace coursework
