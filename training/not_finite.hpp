// Where NaN or infinity came from: asked once training has failed, so that training pays nothing.
#pragma once

#include <string>
#include <vector>

#include "core/sequential.hpp"
#include "data/batches.hpp"

namespace thinnet {

/// "nan", "inf" or the number: the sign of NaN says nothing.
std::string number_text(double value);

/// "affine1.w[0,3] is nan" of the first entry of the parameters that is not finite; empty when all
/// are.
template <typename T>
std::string first_not_finite(const std::vector<Parameter<T>*>& parameters);

/// What to try when numbers grow without bounds. learning_rate is the optimizer's own.
std::string advice_to_shrink(double learning_rate);

/// Which number of a forward pass was the first that is not finite, and what to try: of the batch,
/// the parameters, a layer's output, or the loss. Runs the net again; in train mode it must stand
/// after begin_step for this batch.
template <typename T>
std::string explain_not_finite(Sequential<T>& net, const Batch<T>& batch, Mode mode,
                               double learning_rate);

/// The same for the first batch of an epoch whose loss is not finite.
template <typename T>
std::string explain_not_finite(Sequential<T>& net, Batches<T>& batches, Mode mode,
                               double learning_rate);

}  // namespace thinnet
