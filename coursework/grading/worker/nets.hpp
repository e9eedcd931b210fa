// Two-layer nets as requests describe them.
#pragma once

#include "exercises/two_layer_net.hpp"
#include "grading/worker/protocol.hpp"

namespace coursework {

using Net = thinnet::TwoLayerNet<double>;

/// {"w1": M, "b1": M, "w2": M, "b2": M, "keep_prob": p, "weight_penalty": λ, "seed": s}.
Net net_of(const Json& json);
/// Puts each parameter's value or gradient into `result` as w1, b1, w2, b2.
enum class Shown { value, gradient };
void show_parameters(Net& net, Shown shown, Json& result);

}  // namespace coursework
