// How weights start.
#pragma once

#include <functional>

#include "core/parameter.hpp"

namespace thinnet {

/// The standard deviation of a weight with D inputs and H outputs.
using Initialiser = std::function<double(std::size_t D, std::size_t H)>;

/// √(2/D), for layers before a ReLU. He et al., "Delving deep into rectifiers" (2015).
double he(std::size_t D, std::size_t H);
/// √(2/(D+H)). Glorot, Bengio, "Understanding the difficulty of training deep nets" (2010).
double xavier(std::size_t D, std::size_t H);
/// The same scale for every weight. Throws std::invalid_argument unless it is finite and >= 0.
Initialiser normal_scale(double scale);

/// Draws every weight w (D×H) from N(0, initialiser(D, H)²) and sets biases to 0. The k-th weight
/// of the list reads stream k of the seed: nets that differ only in dropout start the same, and
/// float and double nets start alike.
template <typename T>
void initialise(const std::vector<Parameter<T>*>& parameters, const Initialiser& initialiser,
                std::uint64_t seed);

/// Throws std::logic_error when two weights or more are all zeros: layers start so, and a net that
/// nobody initialised cannot learn, for no gradient passes through them. A single one may be zero:
/// a last layer is sometimes started so, and a net of one layer learns from there.
template <typename T>
void require_initialised(const std::vector<Parameter<T>*>& parameters);

}  // namespace thinnet
