#include "core/random.hpp"

#include <Random123/philox.h>
#include <Random123/boxmuller.hpp>
#include <Random123/uniform.hpp>

#include <numeric>
#include <utility>

#include "core/check.hpp"
#include "core/engine/low.hpp"

namespace thinnet {
namespace {

// The last word of a counter: a layer's position for masks, this for all other draws.
constexpr std::uint32_t not_a_layer = 0xFFFFFFFF;

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

}  // namespace thinnet
