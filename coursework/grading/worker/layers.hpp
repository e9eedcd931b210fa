// Layers under test: forward and backward as a request asks.
#pragma once

#include <memory>

#include "core/layer.hpp"
#include "grading/worker/protocol.hpp"

namespace coursework {

/// A layer, the batch that its caller reuses, and what a result shows of it besides out and dx.
struct TestedLayer {
  std::unique_ptr<thinnet::Layer<double>> layer;
  std::function<void(Json& result)> show_cache = [](Json&) {};
  Matrix batch = {};
};

/// {"layers": [...], "calls": [{"layer": 0, "do": "forward", "x": …, "mode": "train"}, …]}.
Json run_layers(const Json& request, const std::function<TestedLayer(const Json& layer)>& make);

}  // namespace coursework
