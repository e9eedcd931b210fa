// What options take that CLI11 would misread, or refuse with a sentence nobody can read.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "examples/support/names.hpp"
#include "examples/support/parse_number.hpp"

namespace thinnet::examples {

/// Refuses all but whole numbers in [least, most] with "'-3' is not a whole number of at least 1":
/// without it CLI11 makes 2^64 - 3 of that, and the largest number of one that is larger still.
inline CLI::Validator whole_number(std::uint64_t least,
                                   std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
  const bool bounded = most < std::numeric_limits<std::uint64_t>::max();
  std::string range;
  if (bounded) {
    range = fmt::format(" in [{}, {}]", least, most);
  } else if (least > 0) {
    range = fmt::format(" of at least {}", least);
  }
  return {[=](std::string& text) -> std::string {
            const auto value = number_of<std::uint64_t>(text);
            const bool fits = value && *value >= least && *value <= most;
            return fits ? "" : fmt::format("'{}' is not a whole number{}", text, range);
          },
          ""};
}

/// Puts the number of a named value in the place of its name, in which capitals do not matter.
/// Refuses other names with "'adamw' is none of adam, sgd".
template <typename Value>
CLI::Validator choice(const Names<Value>& names) {
  return {[names](std::string& text) -> std::string {
            if (const auto value = value_named(text, names)) {
              text = std::to_string(static_cast<int>(*value));
              return "";
            }
            std::string list;
            for (const auto& [name, value] : names) list += (list.empty() ? "" : ", ") + name;
            return fmt::format("'{}' is none of {}", text, list);
          },
          ""};
}

/// Refuses all but finite numbers from 0 on.
inline CLI::Validator not_negative() {
  return {[](std::string& text) -> std::string {
            const auto value = number_of<double>(text);
            const bool fits = value && *value >= 0 && std::isfinite(*value);
            return fits ? "" : fmt::format("'{}' is not a number of at least 0", text);
          },
          ""};
}

}  // namespace thinnet::examples
