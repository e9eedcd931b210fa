// Numbers as users write them.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <system_error>
#include <type_traits>

#include "data/io/decimal.hpp"

namespace thinnet::examples {

/// The number that the whole text is; nothing when it is none, or none that a T can hold.
template <typename T>
std::optional<T> number_of(const std::string& text) {
  if constexpr (std::is_same_v<T, double>) {
    return decimal_of(text);
  } else {
    T value{};
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return value;
  }
}

}  // namespace thinnet::examples
