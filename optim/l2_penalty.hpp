// The L2 penalty, whose gradient is the weight decay of the optimizers.
#pragma once

#include <vector>

#include "core/parameter.hpp"

namespace thinnet {

/// Formula: Goodfellow, Bengio, Courville, "Deep Learning" (2016), section 7.1.1.
///   penalty = ½·λ·Σ w²     over the entries of all weights; of no bias or scale
///   dpenalty/dw = λ·w      what Sgd and Adam add to dw when their weight_decay is λ
template <typename T>
double l2_penalty(const std::vector<Parameter<T>*>& parameters, double weight_decay);

}  // namespace thinnet
