#include "core/engine/mask.hpp"

#include <Random123/philox.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "core/engine/low.hpp"
#include "core/engine/parallel.hpp"

namespace thinnet {
namespace {

constexpr std::size_t units_a_call = 4;  // Philox draws four numbers of 32 bits a call
constexpr std::size_t calls_at_once = 64;

/// So many calls of Philox side by side: the compiler gives each a lane of a vector register.
template <typename T>
class Calls {
 public:
  Calls(double keep_prob, const MaskPlace& place)
      : last_(low(static_cast<std::uint64_t>(std::max(1.0, keep_prob * 0x1p32)) - 1)),
        step_(low(place.pass.step)),
        layer_(low(place.layer)),
        key_{{low(place.seed), low(place.seed >> 32)}} {}

  /// Adds the calls for blocks begin to end - 1 of an example's units.
  void add(std::uint32_t example, std::size_t begin, std::size_t end) {
    const std::size_t more = end - begin;
    std::iota(&block_[count_], &block_[count_] + more, low(begin));
    std::fill_n(&example_[count_], more, example);
    count_ += more;
  }

  /// Makes all calls, room for more of them included: a fixed number is what vectorises.
  void draw() {
    for (std::size_t j = 0; j < calls_at_once; ++j) {
      const auto draws = r123::Philox4x32{}({block_[j], example_[j], step_, layer_}, key_);
      for (std::size_t i = 0; i < units_a_call; ++i)
        stays_[units_a_call * j + i] = draws[i] <= last_ ? T(1) : T(0);
    }
  }

  /// Copies what was drawn for rows of H units to `out`, returns the end, and starts anew.
  T* move_to(T* out, std::size_t H) {
    if (H % units_a_call == 0) {
      out = std::copy_n(stays_.data(), units_a_call * count_, out);
    } else {
      for (std::size_t j = 0; j < count_; ++j) {  // a row's last block is short
        const std::size_t units = std::min(units_a_call, H - units_a_call * block_[j]);
        out = std::copy_n(&stays_[units_a_call * j], units, out);
      }
    }
    count_ = 0;
    return out;
  }

  std::size_t room() const { return calls_at_once - count_; }

 private:
  std::uint32_t last_;  // a unit stays when its draw is at most this
  std::uint32_t step_, layer_;
  r123::Philox4x32::key_type key_;
  std::array<std::uint32_t, calls_at_once> block_{}, example_{};
  std::array<T, units_a_call * calls_at_once> stays_{};
  std::size_t count_ = 0;
};

}  // namespace

template <typename T>
void draw_mask(Matrix<T>& mask, Shape shape, double keep_prob, const MaskPlace& place) {
  resize(mask, shape);
  const std::size_t H = shape.columns;
  const std::size_t blocks = (H + units_a_call - 1) / units_a_call;  // of a row
  const Examples* examples = place.pass.examples;
  in_parts(shape.rows, H, [&](std::size_t begin, std::size_t end) {
    Calls<T> calls(keep_prob, place);
    T* out = mask.data() + begin * H;
    for (std::size_t n = begin; n < end; ++n) {
      const std::uint32_t example = examples == nullptr ? low(n) : (*examples)[n];
      for (std::size_t b = 0; b < blocks;) {
        const std::size_t next = std::min(blocks, b + calls.room());
        calls.add(example, b, next);
        b = next;
        if (calls.room() > 0) continue;
        calls.draw();
        out = calls.move_to(out, H);
      }
    }
    if (calls.room() == calls_at_once) return;  // the last round was a full one
    calls.draw();
    calls.move_to(out, H);
  });
}

template void draw_mask(Matrix<float>&, Shape, double, const MaskPlace&);
template void draw_mask(Matrix<double>&, Shape, double, const MaskPlace&);

}  // namespace thinnet
