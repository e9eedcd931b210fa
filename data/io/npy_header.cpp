#include "data/io/npy_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "data/io/file.hpp"

namespace thinnet {
namespace {

constexpr const char* digits = "0123456789";

void skip_spaces(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n\f"), text.size()));
}

/// Takes the character, with the spaces before it, if it comes next.
bool take(std::string_view& text, char expected) {
  skip_spaces(text);
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

/// Takes a text in single or double quotes.
std::optional<std::string> take_text(std::string_view& text) {
  skip_spaces(text);
  if (text.empty() || (text.front() != '\'' && text.front() != '"')) return std::nullopt;
  const std::size_t end = text.find(text.front(), 1);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string inside(text.substr(1, end - 1));
  text.remove_prefix(end + 1);
  return inside;
}

/// Takes any value, up to the comma or bracket behind it.
std::string_view take_value(std::string_view& text) {
  skip_spaces(text);
  std::size_t end = 0, open = 0;
  for (; end < text.size(); ++end) {
    const char c = text[end];
    if (c == '\'' || c == '"') {
      end = std::min(text.find(c, end + 1), text.size() - 1);
    } else if (c == '(' || c == '[' || c == '{') {
      ++open;
    } else if (c == ')' || c == ']' || c == '}') {
      if (open == 0) break;
      --open;
    } else if (c == ',' && open == 0) {
      break;
    }
  }
  std::string_view value = text.substr(0, end);
  text.remove_prefix(end);
  value.remove_suffix(value.size() - (value.find_last_not_of(" \t\r\n\f") + 1));
  return value;
}

using Fields = std::map<std::string, std::string_view>;

/// The keys and values of a Python dict; nothing when the text is none.
std::optional<Fields> fields_of(std::string_view text) {
  Fields fields;
  if (!take(text, '{')) return std::nullopt;
  while (!take(text, '}')) {
    const auto key = take_text(text);
    if (!key || !take(text, ':')) return std::nullopt;
    fields[*key] = take_value(text);
    if (take(text, ',')) continue;
    if (!take(text, '}')) return std::nullopt;
    break;
  }
  skip_spaces(text);
  if (!text.empty()) return std::nullopt;
  return fields;
}

/// The axes of "(2, 3)", "(2,)" or "()", still as digits; Python 2 wrote "(2L, 3L)".
std::optional<std::vector<std::string_view>> axes_of(std::string_view tuple) {
  std::vector<std::string_view> axes;
  if (!take(tuple, '(')) return std::nullopt;
  while (!take(tuple, ')')) {
    skip_spaces(tuple);
    const std::size_t end = std::min(tuple.find_first_not_of(digits), tuple.size());
    if (end == 0) return std::nullopt;
    axes.push_back(tuple.substr(0, end));
    tuple.remove_prefix(end);
    if (!tuple.empty() && tuple.front() == 'L') tuple.remove_prefix(1);
    if (take(tuple, ',')) continue;
    if (!take(tuple, ')')) return std::nullopt;
    break;
  }
  if (!tuple.empty()) return std::nullopt;
  return axes;
}

/// The header's text; header.data is where it ends.
std::string_view text_of(const std::string& bytes, const std::string& where, NpyHeader& header) {
  const auto byte = [&](std::size_t i) { return std::size_t{static_cast<std::uint8_t>(bytes[i])}; };
  if (bytes.size() < 12 || bytes.compare(0, 6, "\x93NUMPY") != 0) fail(where, "not a .npy file");
  const std::size_t version = byte(6);
  if (version < 1 || version > 3) fail(where, "not of .npy version 1, 2 or 3");
  const std::size_t begin = version == 1 ? 10 : 12;
  std::size_t length = byte(8) | byte(9) << 8;
  if (version > 1) length |= byte(10) << 16 | byte(11) << 24;
  if (length > bytes.size() - begin) fail(where, "the header is cut off");
  header.data = begin + length;
  return std::string_view(bytes).substr(begin, length);
}

void read_type(std::string_view descr, NpyHeader& header) {
  const auto text = take_text(descr);
  if (!text) {
    header.type = "records";  // a list of fields, each with a name and a type
    return;
  }
  const bool has_order = text->find_first_of("<>|=") == 0;
  header.big_endian = has_order && text->front() == '>';
  header.type = has_order ? text->substr(1) : *text;
}

/// No axis and no product of axes can exceed the number of bytes of the file.
void read_shape(std::string_view tuple, const std::string& bytes, const std::string& where,
                NpyHeader& header) {
  const auto axes = axes_of(tuple);
  if (!axes) fail(where, "the header's shape is no tuple of whole numbers");
  if (axes->empty()) fail(where, "holds a single value, and no rows");
  for (const std::string_view axis : *axes) {
    constexpr std::size_t most_digits = 12;
    const std::uint64_t size =
        axis.size() > most_digits ? bytes.size() + 1 : std::stoull(std::string(axis));
    if (size > bytes.size()) fail(where, fmt::format("an axis of {} does not fit the file", axis));
    header.shape.push_back(static_cast<std::size_t>(size));
  }
  header.rows = header.shape[0];
  header.columns = 1;
  for (auto size = header.shape.begin() + 1; size != header.shape.end(); ++size) {
    if (*size > 0 && header.columns > bytes.size() / *size)
      fail(where, "the shape does not fit the file");
    header.columns *= *size;
  }
}

void require_size(const NpyHeader& header, const std::string& bytes, const std::string& where) {
  const std::size_t width = header.bytes_of_a_value();
  const std::size_t present = bytes.size() - header.data;
  if (header.columns > 0 && header.rows > present / width / header.columns) {
    fail(where, fmt::format("the header says {}×{} values, the file has {}", header.rows,
                            header.columns, present / width));
  }
  if (header.rows * header.columns * width != present) fail(where, "bytes are left over");
}

}  // namespace

bool NpyHeader::holds_numbers() const {
  constexpr std::string_view known[] = {"b1", "i1", "i2", "i4", "i8", "u1",
                                        "u2", "u4", "u8", "f2", "f4", "f8"};
  return std::find(std::begin(known), std::end(known), type) != std::end(known);
}

std::size_t NpyHeader::bytes_of_a_value() const {
  return static_cast<std::size_t>(type.at(1) - '0');
}

NpyHeader read_npy_header(const std::string& bytes, const std::string& where) {
  NpyHeader header;
  const auto fields = fields_of(text_of(bytes, where, header));
  if (!fields) fail(where, "the header is no Python dict");
  for (const char* key : {"descr", "fortran_order", "shape"}) {
    if (fields->count(key) == 0) fail(where, fmt::format("the header has no '{}'", key));
  }
  const std::string_view order = fields->at("fortran_order");
  if (order != "True" && order != "False") {
    fail(where, "the header's 'fortran_order' is neither True nor False");
  }
  header.fortran_order = order == "True";
  read_type(fields->at("descr"), header);
  read_shape(fields->at("shape"), bytes, where, header);
  if (header.holds_numbers()) require_size(header, bytes, where);
  return header;
}

std::string type_words(const NpyHeader& header) {
  const std::string words = [&] {
    switch (header.type.empty() ? '?' : header.type[0]) {
      case 'U':
      case 'S':
        return "text";
      case 'O':
        return "Python objects";
      case 'M':
        return "dates";
      case 'm':
        return "durations";
      case 'c':
        return "complex numbers";
      case 'r':
      case 'V':
        return "records";
      case 'f':
        return "long doubles";
      default:
        return "values of an unknown type";
    }
  }();
  constexpr std::size_t longest = 20;  // the type is the text of a file from anywhere
  return header.type == words ? words
                              : fmt::format("{} ({})", words, header.type.substr(0, longest));
}

std::string as_floats(const NpyHeader& header, const std::string& variable) {
  const char kind = header.type.empty() ? '?' : header.type[0];
  if (kind == 'c') return fmt::format("np.hstack([{0}.real, {0}.imag])", variable);
  if (kind == 'M') return fmt::format(R"({}.astype("datetime64[s]").astype("float64"))", variable);
  if (kind == 'm') return fmt::format(R"({} / np.timedelta64(1, "s"))", variable);
  if (kind == 'r') return fmt::format(R"(np.array({}.tolist(), "float32"))", variable);
  return fmt::format(R"({}.astype("float32"))", variable);
}

}  // namespace thinnet
