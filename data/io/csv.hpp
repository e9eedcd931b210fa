// Comma-separated values: text in, fields out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace thinnet {

/// Format: RFC 4180. Records end with a line, \n, \r\n or \r; a field may stand in double quotes,
/// and may then hold separators, ends of lines, and quotes, each written twice. Beyond the RFC: a
/// byte order mark of UTF-8 and empty lines are passed over, the separator may be another one, and
/// records may have different numbers of fields.
class CsvReader {
 public:
  /// `text` must outlive the reader; `where` begins its messages.
  CsvReader(std::string_view text, char separator, std::string where);

  /// Replaces `fields` by those of the next record; false behind the last one. Throws
  /// std::runtime_error "where: line 3: reason" when quotes do not pair up.
  bool next(std::vector<std::string>& fields);

  /// The line in which the record that next() gave begins, from 1.
  std::size_t line() const { return line_; }

 private:
  bool at_end_of_record() const;
  void take_end_of_line();
  std::string take_field();
  std::string take_quoted_field();
  [[noreturn]] void fail(const std::string& reason) const;

  std::string_view text_;  // what is left
  char separator_;
  std::string where_;
  std::size_t line_ = 0, next_line_ = 1;
};

}  // namespace thinnet
