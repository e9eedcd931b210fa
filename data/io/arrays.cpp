#include "data/io/arrays.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "data/io/file.hpp"
#include "data/io/names.hpp"
#include "data/io/npy.hpp"
#include "data/io/npz.hpp"

namespace thinnet {
namespace {

/// The bytes of one array, and how messages call it.
struct ArrayFile {
  std::string bytes;
  std::string where;     ///< "mine/x.npy"
  std::string variable;  ///< what it is called in Python: "x"
  std::string save;      ///< the Python line that saves a variable there; {} is its place
};

std::string python_line(const ArrayFile& file, const std::string& expression) {
  std::string line = file.save;
  return line.replace(line.find("{}"), 2, expression);
}

/// The Python line for labels of any kind.
std::string number_the_classes(const ArrayFile& file) {
  return python_line(file, fmt::format("np.unique({}, return_inverse=True)[1]", file.variable));
}

ArrayFile open_npy(const std::string& path, const std::string& variable) {
  const std::string name = std::filesystem::path(path).filename().string();
  return {read_file(path), path, variable, fmt::format(R"(np.save("{}", {{}}))", name)};
}

// x

struct Rows {
  Dataset::Features x;
  std::optional<Picture> picture;
};

Rows read_rows(const ArrayFile& file) {
  const NpyHeader header = read_npy_header(file.bytes, file.where);
  if (!header.holds_numbers()) {
    fail(file.where, fmt::format("holds {}, no numbers: {}", type_words(header),
                                 python_line(file, as_floats(header, file.variable))));
  }
  return {decode_npy_as_stored(file.bytes, file.where), picture_of_shape(header.shape)};
}

// Labels

struct Classes {
  Labels labels;
  std::size_t count = 0;
};

void require_class_number(double label, std::size_t row, const ArrayFile& file) {
  constexpr double limit = 1e6;
  const bool whole = label == std::floor(label);
  if (label >= 0 && label < limit && whole) return;
  const std::string what = fmt::format("label {} of example {} is not a class number", label, row);
  if (std::isnan(label)) fail(file.where, what + ": drop the rows without a label");
  if (!whole) fail(file.where, what + ", 0, 1, 2, …: numbers to be predicted are no classes");
  fail(file.where, fmt::format("{}, 0, 1, 2, …: {}", what, number_the_classes(file)));
}

Classes numbered(const Matrix<double>& y, const ArrayFile& file) {
  Classes classes;
  for (const double label : y) {
    require_class_number(label, classes.labels.size(), file);
    classes.labels.push_back(static_cast<std::int32_t>(label));
  }
  const auto largest = std::max_element(classes.labels.begin(), classes.labels.end());
  classes.count = 1 + static_cast<std::size_t>(*largest);
  return classes;
}

/// The only 1 of a row that is 0 elsewhere; nothing in any other row.
std::optional<std::size_t> place_of_one(const double* row, std::size_t C) {
  const double* one = std::find(row, row + C, 1.0);
  const bool others_are_0 = std::count(row, row + C, 0.0) == static_cast<std::ptrdiff_t>(C - 1);
  if (one == row + C || !others_are_0) return std::nullopt;
  return one - row;
}

Classes one_hot(const Matrix<double>& y, const ArrayFile& file) {
  Classes classes{{}, y.shape(1)};
  for (std::size_t n = 0; n < y.shape(0); ++n) {
    const auto place = place_of_one(&y(n, 0), y.shape(1));
    if (!place) {
      const bool lies_down = y.shape(0) == 1;
      const std::string as_axis =
          lies_down ? file.variable + ".ravel()" : file.variable + ".argmax(axis=1)";
      fail(file.where,
           fmt::format("labels are {}, one class number for each example was expected, or "
                       "one-hot rows, but row {} has no single 1: {}",
                       shape_text(y), n, python_line(file, as_axis)));
    }
    classes.labels.push_back(static_cast<std::int32_t>(*place));
  }
  return classes;
}

Classes read_labels(const ArrayFile& file) {
  const NpyHeader header = read_npy_header(file.bytes, file.where);
  if (!header.holds_numbers()) {
    fail(file.where, fmt::format("holds {}, no class numbers: {}", type_words(header),
                                 number_the_classes(file)));
  }
  const auto y = decode_npy<double>(file.bytes, file.where);
  if (y.size() == 0) fail(file.where, "no labels");
  return y.shape(1) == 1 ? numbered(y, file) : one_hot(y, file);
}

/// `x` is taken, so that its bytes are freed before the labels are read.
template <typename Open>
Dataset dataset_of(ArrayFile x, const Open& open_labels) {
  Rows rows = read_rows(x);
  x.bytes = {};
  Classes classes = read_labels(open_labels());
  try {
    return {std::move(rows.x), std::move(classes.labels), classes.count, rows.picture};
  } catch (const std::invalid_argument& e) {
    fail(x.where, e.what());
  }
}

// Names

/// The name as it is written there: just so, or else in other letters.
std::optional<std::string> find_name(const std::vector<std::string>& names,
                                     const std::string& wanted) {
  if (std::find(names.begin(), names.end(), wanted) != names.end()) return wanted;
  const auto found = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
    return lower_case(name) == wanted;
  });
  if (found == names.end()) return std::nullopt;
  return *found;
}

std::optional<ArrayNames> find_pair(const std::vector<std::string>& names, const std::string& x,
                                    const std::string& labels) {
  const auto found_x = find_name(names, x), found_labels = find_name(names, labels);
  if (!found_x || !found_labels) return std::nullopt;
  return ArrayNames{*found_x, *found_labels};
}

}  // namespace

std::optional<ArrayNames> training_arrays(const std::vector<std::string>& names) {
  const auto pair = find_pair(names, "x_train", "y_train");
  return pair ? pair : find_pair(names, "x", "y");
}

std::optional<ArrayNames> test_arrays(const std::vector<std::string>& names) {
  return find_pair(names, "x_test", "y_test");
}

Dataset read_npy(const std::string& x_path, const std::string& labels_path) {
  return dataset_of(open_npy(x_path, "x"), [&] { return open_npy(labels_path, "y"); });
}

Dataset read_npz_arrays(const std::string& path, const ArrayNames& names) {
  constexpr std::uint64_t most_unpacked = std::uint64_t{16} << 30;
  Arrays arrays = read_npz(path, {names.x, names.labels}, most_unpacked);
  const auto open = [&](const std::string& name) -> ArrayFile {
    const auto array = arrays.find(name);
    if (array == arrays.end()) {
      throw std::runtime_error(
          fmt::format("{}: no array {}, there are {}", path, name, name_list(npz_names(path))));
    }
    const std::string bytes = std::move(array->second);
    arrays.erase(array);
    return {bytes, path + ": " + name, name, fmt::format("{} = {{}}", name)};
  };
  return dataset_of(open(names.x), [&] { return open(names.labels); });
}

}  // namespace thinnet
