#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "data/file.hpp"
#include "examples/dropout_study/options.hpp"

namespace thinnet::examples {
namespace {

using Json = nlohmann::ordered_json;

/// Throws std::invalid_argument unless it is a number, a text, or a list of such or of such lists.
void require_option_value(const std::string& name, const Json& value) {
  if (value.is_array()) {
    for (const Json& entry : value) require_option_value(name, entry);
  } else if (!value.is_number() && !value.is_string()) {
    throw std::invalid_argument(name + ": a number, a text or a list of them was expected");
  }
}

/// What would stand on the command line for it; a list in a list is a net of several layers.
std::string option_text(const Json& value, const std::string& separator = ",") {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return fmt::format("{}", value.get<double>());
  if (value.is_number()) return value.dump();
  std::string text;
  for (const Json& entry : value) {
    text += (text.empty() ? "" : separator) + option_text(entry, "-");
  }
  return text;
}

}  // namespace

void read_grid_file(const std::string& path, StudyOptions& options) {
  const std::string bytes = read_file(path);
  Json json;
  try {
    json = Json::parse(bytes);
  } catch (const Json::parse_error& e) {
    const auto end = bytes.begin() + static_cast<std::ptrdiff_t>(std::min(e.byte, bytes.size()));
    throw std::runtime_error(
        fmt::format("{}: not JSON, see line {}", path, 1 + std::count(bytes.begin(), end, '\n')));
  }
  if (!json.is_object()) throw std::runtime_error(path + ": a JSON object was expected");
  for (const auto& [name, value] : json.items()) {
    try {
      require_option_value(name, value);
      set_option(options, name, option_text(value));
    } catch (const std::invalid_argument& e) {
      throw std::runtime_error(path + ": " + e.what());
    }
  }
}

}  // namespace thinnet::examples
