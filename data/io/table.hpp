// Data sets in tables: a CSV or TSV file with a header and a column of labels.
#pragma once

#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace thinnet {

/// What a table holds. Every column but that of the labels is a feature, in the file's order.
struct Table {
  Dataset data;
  std::vector<std::string> classes;   ///< the name of each class, as the labels have it
  std::vector<std::string> features;  ///< the name of each column of x
  std::string label;                  ///< the name of the column of labels
};

/// Format: see CsvReader. Its separator is the tab if the header has one, else a semicolon if the
/// header has no comma, else the comma.
///
/// The first record is the header. A first column without a name, or named "Unnamed: 0", is passed
/// over: it is pandas's index. The labels are in the column named `label`; when that is empty, in
/// the one named label, class, target or y, in large or small letters; when there is none, in the
/// last one, if its first value is no number. They may be text or whole numbers; the classes are
/// the values that occur, in order of the alphabet or of size. Features are numbers, or True and
/// False.
///
/// Throws std::runtime_error, naming the file, with line and column: a header that is missing or
/// has a name twice, no column of labels, a value that is no finite number, records of different
/// lengths, labels that are missing, fractional, or more than half as many as the rows.
Table read_table(const std::string& path, const std::string& label = "");

/// Test examples for a table: its columns are found by their names, its labels are those classes.
/// Throws likewise, also for a column that is missing and a label that is none of the classes.
Dataset read_table_like(const std::string& path, const Table& training);

}  // namespace thinnet
