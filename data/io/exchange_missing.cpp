// Takes the place of exchange.cpp where there is no renameat2, which is Linux's.
#include "data/io/exchange.hpp"

namespace thinnet {

std::error_code exchange_names(const std::string& /*one*/, const std::string& /*other*/) {
  return make_error_code(std::errc::function_not_supported);
}

}  // namespace thinnet
