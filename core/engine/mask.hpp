// Dropout's masks, drawn in vector registers.
#pragma once

#include "core/pass.hpp"

namespace thinnet {

/// What a mask depends on: the dropout's seed, its layer's position in the net, and the pass with
/// its step and example numbers. All numbers but the seed are taken modulo 2^32.
struct MaskPlace {
  std::uint64_t seed;
  std::size_t layer;
  const Pass& pass;
};

/// mask[n,h] = 1 with probability keep_prob, else 0; the mask (N×H) is resized to `shape`. An entry
/// is drawn by Philox (core/random.hpp) at the seed and (h/4, example, step, layer), so that it
/// depends on nothing else: no batch, no thread, no process. The probability is a multiple of
/// 2^-32, and at least that. The pass names as many examples as there are rows, or none.
template <typename T>
void draw_mask(Matrix<T>& mask, Shape shape, double keep_prob, const MaskPlace& place);

}  // namespace thinnet
