#include "data/io/exchange.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>

namespace thinnet {

std::error_code exchange_names(const std::string& one, const std::string& other) {
  if (renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0) return {};
  return {errno, std::generic_category()};
}

}  // namespace thinnet
