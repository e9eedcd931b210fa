#include "data/io/decimal.hpp"

#include <charconv>
#include <limits>
#include <locale>
#include <sstream>
#include <string>
#include <system_error>

namespace thinnet {

#ifdef __cpp_lib_to_chars

std::optional<double> decimal_of(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

#else  // a standard library whose from_chars has no double yet, such as LLVM's

std::optional<double> decimal_of(std::string_view text) {
  // A stream takes more than from_chars does.
  if (text.empty() || text.front() == '+') return std::nullopt;
  if (text.find_first_of("xX") != std::string_view::npos) return std::nullopt;
  // And these it may not take.
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  std::istringstream in{std::string(text)};
  in.imbue(std::locale::classic());
  double value = 0;
  if (!(in >> std::noskipws >> value) || in.peek() != std::istringstream::traits_type::eof())
    return std::nullopt;
  return value;
}

#endif

}  // namespace thinnet
