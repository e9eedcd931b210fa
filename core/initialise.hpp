// How weights start.
#pragma once

#include <functional>

#include "core/parameter.hpp"

namespace thinnet {

/// The standard deviation of the entries of a weight matrix (D×H).
using Initialiser = std::function<double(std::size_t D, std::size_t H)>;

/// √(2/D), for layers before a ReLU. He et al., "Delving deep into rectifiers" (2015).
double he(std::size_t D, std::size_t H);
/// √(2/(D+H)). Glorot, Bengio, "Understanding the difficulty of training deep feedforward
/// neural networks" (2010); they draw uniformly, here it is a normal of the same variance.
double xavier(std::size_t D, std::size_t H);
/// The same standard deviation for every weight matrix. Throws std::invalid_argument unless it is
/// finite and >= 0.
Initialiser normal_scale(double scale);

/// Draws every weight matrix w (D×H) from N(0, initialiser(D, H)²), and sets biases to 0 and scales
/// to 1. The k-th weight matrix, from 0 and nothing else counted, reads stream k of the seed: nets
/// that differ only in dropout start the same, and float and double nets start alike.
template <typename T>
void initialise(const std::vector<Parameter<T>*>& parameters, const Initialiser& initialiser,
                std::uint64_t seed);

/// Throws std::logic_error when two weight matrices or more are all zeros, as they are before
/// initialise(): with zero biases no weight then gets a gradient. A single one may be zero: a last
/// layer is sometimes started so, and a net of one layer learns from there.
template <typename T>
void require_initialised(const std::vector<Parameter<T>*>& parameters);

}  // namespace thinnet
