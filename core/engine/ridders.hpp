// Ridders' method: a derivative from differences over ever shorter steps.
#pragma once

#include <functional>

#include "core/matrix.hpp"

namespace thinnet {

/// The limit of difference(h) for h -> 0, for each of its entries: Ridders, "Accurate computation
/// of F'(x) and F'(x) F''(x)" (1982). difference(h) is a central difference over the step h, off by
/// c₂h² + c₄h⁴ + …. Ten steps, each half the one before, are combined so that the even powers of h
/// cancel one after the other. Of all estimates the one of least error is returned, the error being
/// how far it is from the two that it was made of, plus rounding / h. So a kink does not matter
/// that the two shortest steps do not reach. `rounding` has the shape of a difference: the rounding
/// error of 2h · difference(h).
Matrix<double> extrapolate(const std::function<Matrix<double>(double h)>& difference,
                           double longest_step, const Matrix<double>& rounding);

}  // namespace thinnet
