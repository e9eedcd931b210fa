// Two folders that take each other's name.
#pragma once

#include <string>
#include <system_error>

namespace thinnet {

/// Exchanges the names of two folders at once, so that there is no moment without either. The error
/// is std::errc::function_not_supported or invalid_argument where the system, or the file system,
/// cannot do that.
std::error_code exchange_names(const std::string& one, const std::string& other);

}  // namespace thinnet
