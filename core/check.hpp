// Errors at the boundary: one clear sentence with the offending values in it.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace thinnet {

/// Throws std::invalid_argument with the formatted text unless `ok`. A condition that NaN makes
/// false is a condition that refuses NaN.
template <typename... Args>
void require(bool ok, fmt::format_string<Args...> text, Args&&... args) {
  if (!ok) throw std::invalid_argument(fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace thinnet
