#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "apps/dropout_study/options.hpp"
#include "data/io/file.hpp"

namespace thinnet::examples {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_bytes = std::size_t{1} << 24;  // more is no grid that somebody wrote

std::string scalar_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return fmt::format("{}", value.get<double>());
  if (value.is_number()) return value.dump();
  throw std::invalid_argument("a number, a text or a list of them was expected");
}

/// The entries' texts with a separator between them; a value that is no list is its own only entry.
template <typename Text>
std::string joined(const Json& value, char separator, const Text& text_of) {
  if (!value.is_array()) return text_of(value);
  std::string text;
  for (const Json& entry : value) {
    if (!text.empty()) text += separator;
    text += text_of(entry);
  }
  return text;
}

bool is_flag(const std::string& name) {
  const auto& known = study_options();
  return std::any_of(known.begin(), known.end(), [&](const StudyOption& option) {
    return option.name == name && std::string(option.type).empty();
  });
}

/// What would stand on the command line for it; a list in a list is a net of several layers.
std::string text_for(const std::string& name, const Json& value) {
  if (value.is_boolean() && is_flag(name)) return value.get<bool>() ? "true" : "false";
  try {
    return joined(value, ',', [](const Json& entry) { return joined(entry, '-', scalar_text); });
  } catch (const std::invalid_argument& e) {
    throw std::invalid_argument(name + ": " + e.what());
  }
}

}  // namespace

void read_grid_file(const std::string& path, StudyOptions& options) {
  const std::string bytes = read_file(path, most_bytes);
  Json json;
  try {
    json = Json::parse(bytes);
  } catch (const Json::parse_error& e) {
    const auto end = bytes.begin() + static_cast<std::ptrdiff_t>(std::min(e.byte, bytes.size()));
    throw std::runtime_error(
        fmt::format("{}: not JSON, see line {}", path, 1 + std::count(bytes.begin(), end, '\n')));
  } catch (const Json::out_of_range&) {
    throw std::runtime_error(path + ": a number in it is too large");
  }
  if (!json.is_object()) throw std::runtime_error(path + ": a JSON object was expected");
  for (const auto& [name, value] : json.items()) {
    try {
      set_option(options, name, text_for(name, value));
    } catch (const std::invalid_argument& e) {
      throw std::runtime_error(path + ": " + e.what());
    }
  }
}

}  // namespace thinnet::examples
