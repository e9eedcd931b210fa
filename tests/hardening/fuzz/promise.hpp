// What every parser promises about every input.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace thinnet::fuzz {

/// Ends the program, which the fuzzer reports together with the input, unless `kept`.
inline void promise(bool kept, const char* what, const std::string& about = "") {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %s%s\n", what, about.c_str());
  std::abort();
}

/// Calls parse() and returns whether it took the input. It may refuse with a std::runtime_error
/// that begins with one of the files' names and has a reason behind it; anything else that it
/// throws ends the program.
template <typename Parse>
bool takes(const Parse& parse, const std::string& name, const std::string& other_name = "\n") {
  try {
    parse();
    return true;
  } catch (const std::runtime_error& e) {
    const std::string message = e.what();
    const bool named = message.rfind(name, 0) == 0 || message.rfind(other_name, 0) == 0;
    promise(named && message.size() > name.size() + 2, "the reason names the file: ", message);
    return false;
  }
}

}  // namespace thinnet::fuzz
