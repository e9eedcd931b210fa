// Numbers in text, whatever the language of the machine.
#pragma once

#include <optional>
#include <string_view>

namespace thinnet {

/// The number that the whole text is, as std::from_chars reads it: with a decimal point, no plus
/// and no spaces; "inf" and "nan" are numbers, too. Nothing when it is none, or too large for a
/// double.
std::optional<double> decimal_of(std::string_view text);

}  // namespace thinnet
