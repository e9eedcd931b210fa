#include "core/random.hpp"

#include <Random123/philox.h>
#include <Random123/boxmuller.hpp>
#include <Random123/uniform.hpp>

#include <cmath>
#include <numeric>
#include <utility>

#include "core/check.hpp"

namespace thinnet {
namespace {

// The last word of a counter: a layer's position for masks, this for all other draws.
constexpr std::uint32_t not_a_layer = 0xFFFFFFFF;

std::uint32_t low(std::uint64_t n) {
  return static_cast<std::uint32_t>(n);
}

/// 128 random bits at a counter.
r123::Philox4x32::ctr_type philox(std::uint64_t seed, const r123::Philox4x32::ctr_type& counter) {
  return r123::Philox4x32{}(counter, {{low(seed), low(seed >> 32)}});
}

}  // namespace

std::uint64_t Random::bits() {
  has_second_ = !has_second_;
  if (!has_second_) return second_;
  const auto draw = philox(seed_, {{low(block_), low(block_ >> 32), stream_, not_a_layer}});
  ++block_;
  second_ = draw[2] | std::uint64_t{draw[3]} << 32;
  return draw[0] | std::uint64_t{draw[1]} << 32;
}

double Random::uniform() {
  return r123::u01<double>(bits());
}

double Random::normal() {
  const std::uint64_t angle = bits(), radius = bits();
  return r123::boxmuller(angle, radius).x;
}

std::uint32_t Random::below(std::uint32_t limit) {
  require(limit > 0, "Random::below: the limit is 0");
  const std::uint64_t unbiased = (std::uint64_t{1} << 32) / limit * limit;
  std::uint64_t draw = 0;
  do {
    draw = bits() >> 32;
  } while (draw >= unbiased);
  return static_cast<std::uint32_t>(draw % limit);
}

std::vector<std::uint32_t> Random::permutation(std::uint32_t count) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  for (std::uint32_t i = count; i > 1; --i) std::swap(order[i - 1], order[below(i)]);
  return order;
}

template <typename T>
void draw_mask(Matrix<T>& mask, double keep_prob, std::uint64_t seed, const MaskPlace& place) {
  const std::size_t N = mask.shape(0), H = mask.shape(1);
  const auto kept = static_cast<std::uint64_t>(keep_prob * 4294967296.0);  // draws are below 2^32
  for (std::size_t n = 0; n < N; ++n) {
    const std::uint32_t example = place.examples.empty() ? low(n) : place.examples[n];
    T* row = mask.data() + n * H;
    for (std::size_t h = 0; h < H; h += 4) {  // one call draws for 4 units
      const auto draw = philox(seed, {{low(h / 4), example, low(place.step), low(place.layer)}});
      for (std::size_t i = 0; i < 4 && h + i < H; ++i) row[h + i] = draw[i] < kept ? T(1) : T(0);
    }
  }
}

double he(std::size_t D, std::size_t /*H*/) {
  return std::sqrt(2.0 / static_cast<double>(D));
}

double xavier(std::size_t D, std::size_t H) {
  return std::sqrt(2.0 / static_cast<double>(D + H));
}

Initialiser normal_scale(double scale) {
  require(scale >= 0 && std::isfinite(scale), "weight scale is {}, expected a finite number >= 0",
          scale);
  return [scale](std::size_t, std::size_t) { return scale; };
}

template <typename T>
void initialise(const std::vector<Parameter<T>*>& parameters, const Initialiser& initialiser,
                std::uint64_t seed) {
  std::uint32_t stream = 0;
  for (auto* p : parameters) {
    if (p->role == Role::bias) {
      p->value.fill(T(0));
      continue;
    }
    const double scale = initialiser(p->value.shape(0), p->value.shape(1));
    Random random(seed, stream++);
    for (T& w : p->value) w = static_cast<T>(scale * random.normal());
  }
}

template void draw_mask(Matrix<float>&, double, std::uint64_t, const MaskPlace&);
template void draw_mask(Matrix<double>&, double, std::uint64_t, const MaskPlace&);
template void initialise(const std::vector<Parameter<float>*>&, const Initialiser&, std::uint64_t);
template void initialise(const std::vector<Parameter<double>*>&, const Initialiser&, std::uint64_t);

}  // namespace thinnet
