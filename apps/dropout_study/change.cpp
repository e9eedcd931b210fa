#include "apps/dropout_study/change.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace thinnet::examples {
namespace {

std::string signed_decimal(double value, int digits) {
  return (value < 0 ? "−" : "+") + decimal(value, digits);
}

/// Three decimals, and more where half an interval is so short that it would show as .000.
int digits_for(double half) {
  constexpr int usual = 3, most = 8;
  if (half <= rounding_noise) return usual;
  return std::clamp(static_cast<int>(std::ceil(-std::log10(half))) + 1, usual, most);
}

}  // namespace

std::size_t Change::seeds_below() const {
  return static_cast<std::size_t>(
      std::count_if(by_seed.begin(), by_seed.end(), [](double d) { return d < -rounding_noise; }));
}

std::size_t Change::seeds_above() const {
  return static_cast<std::size_t>(
      std::count_if(by_seed.begin(), by_seed.end(), [](double d) { return d > rounding_noise; }));
}

void hold_together(const std::vector<Change*>& changes) {
  const double confidence = 1 - 0.05 / static_cast<double>(changes.size());
  for (Change* change : changes) change->interval = interval_of(change->by_seed, confidence);
}

std::string decimal(double value, int digits) {
  std::string text = fmt::format("{:.{}f}", std::abs(value), digits);
  return text[0] == '0' ? text.substr(1) : text;
}

std::string change_words(const Change& change, const Subject& subject) {
  const Interval& d = change.interval;
  const std::size_t seeds = change.by_seed.size();
  const bool falls = d.mean < 0;
  const char* than = falls ? subject.lower : subject.higher;
  if (!d.half) {
    if (std::abs(d.mean) <= rounding_noise)
      return fmt::format("{} is the same with this seed; one seed shows nothing", subject.name);
    return fmt::format("{} is {} {} with this seed, but one seed shows nothing", subject.name,
                       decimal(d.mean), than);
  }
  if (*d.half <= rounding_noise) {
    if (std::abs(d.mean) <= rounding_noise)
      return fmt::format("no effect on {} could be shown (the same in all {} seeds)", subject.name,
                         seeds);
    return fmt::format(
        "no effect on {} could be shown ({} {} in each of {} seeds: without scatter there is no "
        "interval)",
        subject.name, decimal(d.mean), than, seeds);
  }
  const int digits = digits_for(*d.half);
  if (!d.excludes_zero()) {
    return fmt::format("no effect on {} could be shown ({} ± {})", subject.name,
                       signed_decimal(d.mean, digits), decimal(*d.half, digits));
  }
  return fmt::format("{} {} by {} ± {} (in {} of {} seeds)", subject.name,
                     falls ? subject.falls : subject.rises, decimal(d.mean, digits),
                     decimal(*d.half, digits), falls ? change.seeds_below() : change.seeds_above(),
                     seeds);
}

}  // namespace thinnet::examples
