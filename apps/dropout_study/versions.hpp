// What computed the numbers.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace thinnet::examples {

/// Name and version of all that can change the last bits of a result: thinnet, the compiler, the
/// matrix library, the BLAS and its kernel for this CPU.
std::vector<std::pair<std::string, std::string>> versions();

}  // namespace thinnet::examples
