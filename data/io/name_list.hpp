// Names that are there, for the message that another one is not.
#pragma once

#include <string>
#include <vector>

namespace thinnet {

/// "a, b, c and 5 more": the first eight names, each cut where it is longer than 60 bytes.
inline std::string name_list(const std::vector<std::string>& names) {
  constexpr std::size_t most = 8, longest = 60;
  std::string list;
  for (std::size_t i = 0; i < names.size() && i < most; ++i) {
    if (i > 0) list += ", ";
    list += names[i].size() > longest ? names[i].substr(0, longest) + "…" : names[i];
  }
  if (names.size() > most) list += " and " + std::to_string(names.size() - most) + " more";
  return list;
}

}  // namespace thinnet
