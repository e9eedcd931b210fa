#include "core/random.hpp"

#include <Random123/philox.h>
#include <Random123/boxmuller.hpp>
#include <Random123/uniform.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/check.hpp"
#include "core/parallel.hpp"

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

void Random::shuffle(std::vector<std::uint32_t>& items) {
  for (auto i = low(items.size()); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
}

std::vector<std::uint32_t> Random::permutation(std::uint32_t count) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  shuffle(order);
  return order;
}

template <typename T>
void draw_mask(Matrix<T>& mask, double keep_prob, std::uint64_t seed, const MaskPlace& place) {
  const std::size_t N = mask.shape(0), H = mask.shape(1);
  const std::size_t blocks = (H + 3) / 4;  // of a row: one call of Philox draws for 4 units
  // A unit stays when its draw, of 32 bits, is at most `last`: with a probability of 2^-32 at
  // least.
  const std::uint32_t last = low(static_cast<std::uint64_t>(std::max(1.0, keep_prob * 0x1p32)) - 1);
  const std::uint32_t step = low(place.step), layer = low(place.layer);
  const r123::Philox4x32::key_type key{{low(seed), low(seed >> 32)}};
  const std::uint32_t* examples = place.examples.empty() ? nullptr : place.examples.data();
  in_parts(N, H, [=, first = mask.data()](std::size_t begin, std::size_t end) {
    constexpr std::size_t chunk = 64;  // calls side by side in vector registers
    std::array<std::uint32_t, chunk> block{}, example{};
    std::array<T, 4 * chunk> stays{};
    T* out = first + begin * H;
    for (std::size_t n = begin, b = 0; n < end;) {
      std::size_t calls = 0;
      while (calls < chunk && n < end) {
        const std::size_t run = std::min(chunk - calls, blocks - b);
        for (std::size_t r = 0; r < run; ++r) {
          block[calls + r] = low(b + r);
          example[calls + r] = examples == nullptr ? low(n) : examples[n];
        }
        calls += run;
        b = (b + run) % blocks;
        n += b == 0 ? 1 : 0;
      }
      for (std::size_t j = 0; j < chunk; ++j) {
        const auto draws = r123::Philox4x32{}({{block[j], example[j], step, layer}}, key);
        for (std::size_t i = 0; i < 4; ++i) stays[4 * j + i] = draws[i] <= last ? T(1) : T(0);
      }
      if (H % 4 == 0) {
        out = std::copy_n(stays.data(), 4 * calls, out);
        continue;
      }
      for (std::size_t j = 0; j < calls; ++j) {  // a row's last block is short
        const std::size_t units = std::min<std::size_t>(4, H - std::size_t{4} * block[j]);
        out = std::copy_n(&stays[4 * j], units, out);
      }
    }
  });
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
