// Counter-based random numbers and the initialisers that use them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/parameter.hpp"

namespace thinnet {

/// Philox4x32-10 (Salmon et al., 2011; Random123) read in order: draw i of (seed, stream) is a
/// pure function of the three. Different streams of one seed are independent.
/// draw_mask reads the same generator at other counters: it never repeats these draws.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint32_t stream = 0) : seed_(seed), stream_(stream) {}

  std::uint64_t bits();                      ///< 64 random bits
  double uniform();                          ///< in (0, 1]
  double normal();                           ///< mean 0, standard deviation 1 (Box-Muller)
  std::uint32_t below(std::uint32_t limit);  ///< in [0, limit), unbiased; limit above 0
  /// Puts the items in random order (Fisher-Yates).
  void shuffle(std::vector<std::uint32_t>& items);
  /// The numbers 0 to count - 1 in random order.
  std::vector<std::uint32_t> permutation(std::uint32_t count);

 private:
  std::uint64_t seed_;
  std::uint32_t stream_;
  std::uint64_t block_ = 0;   // Philox calls made
  std::uint64_t second_ = 0;  // the second half of the latest call
  bool has_second_ = false;
};

/// Where a mask is drawn: the layer's position in its net, the training step, and the data set's
/// index of each row; without examples row n is example n. All are taken modulo 2^32.
struct MaskPlace {
  std::size_t layer;
  std::uint64_t step;
  const std::vector<std::uint32_t>& examples;
};

/// mask[n,h] = 1 with probability keep_prob, else 0, for a mask (N×H) of the wanted shape: Philox
/// at the seed and (h/4, example, step, layer), so that an entry depends on nothing but these.
template <typename T>
void draw_mask(Matrix<T>& mask, double keep_prob, std::uint64_t seed, const MaskPlace& place);

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

}  // namespace thinnet
