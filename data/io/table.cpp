#include "data/io/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "data/io/csv.hpp"
#include "data/io/decimal.hpp"
#include "data/io/file.hpp"
#include "data/io/names.hpp"

namespace thinnet {
namespace {

using Names = std::vector<std::string>;

// Values

std::string_view without_spaces(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// A finite number; nothing when the text is none.
std::optional<double> number_of(std::string_view text) {
  text = without_spaces(text);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  const std::optional<double> value = decimal_of(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

/// A number, or the 1 and 0 of True and False.
std::optional<double> feature_of(std::string_view text) {
  const std::string_view word = without_spaces(text);
  if (word == "True" || word == "true" || word == "TRUE") return 1;
  if (word == "False" || word == "false" || word == "FALSE") return 0;
  return number_of(word);
}

/// The name of a class: pandas writes 3.0 where a column once missed a value, and means 3.
std::string class_name(std::string_view text) {
  std::string_view name = without_spaces(text);
  const bool ends_so = name.size() > 2 && name.substr(name.size() - 2) == ".0";
  if (ends_so && number_of(name)) name.remove_suffix(2);
  return std::string(name);
}

// Columns

struct Columns {
  Names names;                        // of all columns
  std::size_t label = 0;              // its number
  std::vector<std::size_t> features;  // likewise
};

std::optional<std::size_t> find(const Names& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return found - names.begin();
}

Names without_spaces(Names names) {
  for (std::string& name : names) name = std::string(without_spaces(std::string_view(name)));
  return names;
}

void require_header(const std::string& path, const Names& names) {
  const auto is_number = [](const std::string& name) { return number_of(name).has_value(); };
  if (std::all_of(names.begin(), names.end(), is_number)) {
    fail(path, "the first line holds numbers alone: a header with the columns' names is needed");
  }
  Names sorted = names;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) fail(path, fmt::format("two columns have the name '{}'", *twice));
}

/// The column of the labels where nobody names it.
std::size_t default_label(const std::string& path, const Names& names, const Names& first_row) {
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string name = lower_case(names[i]);
    if (name == "label" || name == "class" || name == "target" || name == "y")
      candidates.push_back(i);
  }
  if (candidates.size() == 1) return candidates.front();
  const std::size_t last = names.size() - 1;
  const bool last_is_text = first_row.size() == names.size() && !feature_of(first_row[last]);
  if (candidates.empty() && last_is_text) return last;
  fail(path, fmt::format("which column holds the labels? Name it with --label; there are {}",
                         name_list(names)));
}

Columns columns_of(const std::string& path, Names names, const Names& first_row,
                   const std::string& label) {
  Columns columns;
  columns.names = std::move(names);
  if (label.empty()) {
    columns.label = default_label(path, columns.names, first_row);
  } else {
    const auto found = find(columns.names, label);
    if (!found) {
      fail(path, fmt::format("no column '{}', there are {}", label, name_list(columns.names)));
    }
    columns.label = *found;
  }
  for (std::size_t i = 0; i < columns.names.size(); ++i) {
    const bool is_index = i == 0 && (columns.names[i].empty() || columns.names[i] == "Unnamed: 0");
    if (i != columns.label && !is_index) columns.features.push_back(i);
  }
  if (columns.features.empty()) fail(path, "no column besides that of the labels");
  return columns;
}

Columns columns_like(const std::string& path, Names names, const Table& training) {
  const auto place_of = [&](const std::string& name) {
    const auto found = find(names, name);
    if (!found) {
      fail(path,
           fmt::format("no column '{}' as in training, there are {}", name, name_list(names)));
    }
    return *found;
  };
  Columns columns;
  columns.label = place_of(training.label);
  for (const std::string& name : training.features) columns.features.push_back(place_of(name));
  columns.names = std::move(names);
  return columns;
}

// Rows

struct Rows {
  std::vector<double> values;      // row-major
  Names labels;                    // of each row
  std::vector<std::size_t> lines;  // likewise
};

char separator_of(std::string_view text) {
  const std::string_view header = text.substr(0, text.find_first_of("\r\n"));
  if (header.find('\t') != std::string_view::npos) return '\t';
  const bool has_comma = header.find(',') != std::string_view::npos;
  return !has_comma && header.find(';') != std::string_view::npos ? ';' : ',';
}

[[noreturn]] void fail_at(const std::string& path, std::size_t line, const std::string& column,
                          const std::string& reason) {
  fail(path, fmt::format("line {}, column '{}': {}", line, column, reason));
}

/// For a message.
std::string shortened(const std::string& text) {
  constexpr std::size_t longest = 40;
  return text.size() > longest ? text.substr(0, longest) + "…" : text;
}

void add_row(const std::string& path, const Columns& columns, const Names& row, std::size_t line,
             Rows& rows) {
  if (row.size() != columns.names.size()) {
    fail(path, fmt::format("line {} has {} fields, the header {}", line, row.size(),
                           columns.names.size()));
  }
  for (const std::size_t i : columns.features) {
    const auto value = feature_of(row[i]);
    if (!value) {
      fail_at(path, line, columns.names[i],
              fmt::format("'{}' is no finite number", shortened(row[i])));
    }
    rows.values.push_back(*value);
  }
  rows.labels.push_back(class_name(row[columns.label]));
  rows.lines.push_back(line);
  if (rows.labels.back().empty()) fail_at(path, line, columns.names[columns.label], "no label");
}

/// The records of a file; `choose` makes its columns of the header and the first row.
template <typename Choose>
std::pair<Columns, Rows> read_rows(const std::string& path, const Choose& choose) {
  const std::string text = read_file(path);
  if (text.compare(0, 2, "\xFF\xFE") == 0 || text.compare(0, 2, "\xFE\xFF") == 0)
    fail(path, "is in UTF-16: save it as UTF-8");
  CsvReader csv(text, separator_of(text), path);
  Names names, row;
  if (!csv.next(names)) fail(path, "is empty");
  names = without_spaces(std::move(names));
  require_header(path, names);
  if (!csv.next(row)) fail(path, "has a header and no rows");
  std::pair<Columns, Rows> table{choose(names, row), {}};
  do {
    add_row(path, table.first, row, csv.line(), table.second);
  } while (csv.next(row));
  return table;
}

/// Whole numbers from 0 to 255 stay bytes.
Dataset::Features features_of(const Rows& rows, std::size_t D) {
  const auto& values = rows.values;
  const bool are_bytes = std::all_of(values.begin(), values.end(), [](double value) {
    return value >= 0 && value <= 255 && value == std::floor(value);
  });
  const std::array<std::size_t, 2> shape{values.size() / D, D};
  if (!are_bytes) {
    Matrix<double> x(shape);
    std::copy(values.begin(), values.end(), x.begin());
    return x;
  }
  Matrix<std::uint8_t> x(shape);
  std::transform(values.begin(), values.end(), x.begin(),
                 [](double value) { return static_cast<std::uint8_t>(value); });
  return x;
}

// Classes

/// In order of size if all are numbers, else in that of the alphabet.
Names classes_of(const std::string& path, const Columns& columns, const Rows& rows) {
  const std::string& column = columns.names[columns.label];
  Names classes = rows.labels;
  std::sort(classes.begin(), classes.end());
  classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
  const auto is_number = [](const std::string& name) { return number_of(name).has_value(); };
  if (std::all_of(classes.begin(), classes.end(), is_number)) {
    for (std::size_t n = 0; n < rows.labels.size(); ++n) {
      const double value = *number_of(rows.labels[n]);
      if (value == std::floor(value)) continue;
      fail_at(path, rows.lines[n], column,
              rows.labels[n] + " is no class: numbers to be predicted are no classes");
    }
    std::stable_sort(
        classes.begin(), classes.end(),
        [](const std::string& a, const std::string& b) { return *number_of(a) < *number_of(b); });
  }
  if (2 * classes.size() > rows.labels.size()) {
    fail(path, fmt::format("column '{}' has {} values in {} rows, too many to be classes: name "
                           "another one with --label",
                           column, classes.size(), rows.labels.size()));
  }
  return classes;
}

Labels numbered(const std::string& path, const Columns& columns, const Rows& rows,
                const Names& classes) {
  std::map<std::string_view, std::int32_t> numbers;
  for (const std::string& name : classes)
    numbers.emplace(name, static_cast<std::int32_t>(numbers.size()));
  Labels labels;
  for (std::size_t n = 0; n < rows.labels.size(); ++n) {
    const auto found = numbers.find(rows.labels[n]);
    if (found == numbers.end()) {
      fail_at(path, rows.lines[n], columns.names[columns.label],
              fmt::format("'{}' is none of the training classes {}", shortened(rows.labels[n]),
                          name_list(classes)));
    }
    labels.push_back(found->second);
  }
  return labels;
}

Dataset dataset_of(const std::string& path, const Columns& columns, const Rows& rows,
                   const Names& classes) {
  const std::size_t D = columns.features.size();
  return {features_of(rows, D), numbered(path, columns, rows, classes), classes.size(),
          picture_of_shape({rows.labels.size(), D})};
}

}  // namespace

Table read_table(const std::string& path, const std::string& label) {
  const auto [columns, rows] = read_rows(path, [&](const Names& names, const Names& first_row) {
    return columns_of(path, names, first_row, label);
  });
  Names classes = classes_of(path, columns, rows);
  Names features;
  for (const std::size_t i : columns.features) features.push_back(columns.names[i]);
  return {dataset_of(path, columns, rows, classes), std::move(classes), std::move(features),
          columns.names[columns.label]};
}

Dataset read_table_like(const std::string& path, const Table& training) {
  const auto [columns, rows] = read_rows(
      path, [&](const Names& names, const Names&) { return columns_like(path, names, training); });
  return dataset_of(path, columns, rows, training.classes);
}

}  // namespace thinnet
