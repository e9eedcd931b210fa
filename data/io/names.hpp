// Names of arrays, columns and files.
#pragma once

#include <cctype>
#include <string>
#include <vector>

namespace thinnet {

/// The letters A to Z as a to z.
inline std::string lower_case(std::string name) {
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

/// "a, b, c and 5 more": the first eight names, each cut where it is longer than 60 bytes. For the
/// message that another one is not there.
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
