#include "data/io/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace thinnet {

CsvReader::CsvReader(std::string_view text, char separator, std::string where)
    : text_(text), separator_(separator), where_(std::move(where)) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text_.substr(0, byte_order_mark.size()) == byte_order_mark)
    text_.remove_prefix(byte_order_mark.size());
}

bool CsvReader::next(std::vector<std::string>& fields) {
  while (!text_.empty() && at_end_of_record()) take_end_of_line();  // empty lines
  fields.clear();
  if (text_.empty()) return false;
  line_ = next_line_;
  fields.push_back(take_field());
  while (!at_end_of_record()) {
    text_.remove_prefix(1);  // the separator
    fields.push_back(take_field());
  }
  take_end_of_line();
  return true;
}

bool CsvReader::at_end_of_record() const {
  return text_.empty() || text_.front() == '\n' || text_.front() == '\r';
}

void CsvReader::take_end_of_line() {
  if (text_.empty()) return;
  const bool two_bytes = text_.substr(0, 2) == "\r\n";
  text_.remove_prefix(two_bytes ? 2 : 1);
  ++next_line_;
}

std::string CsvReader::take_field() {
  if (!text_.empty() && text_.front() == '"') return take_quoted_field();
  const char ends[] = {separator_, '\n', '\r'};
  const std::size_t size =
      std::min(text_.find_first_of(std::string_view(ends, sizeof ends)), text_.size());
  std::string field(text_.substr(0, size));
  text_.remove_prefix(size);
  return field;
}

std::string CsvReader::take_quoted_field() {
  std::string field;
  bool goes_on = false;  // a quote right behind a quoted part stands for a quote in it
  while (!text_.empty() && text_.front() == '"') {
    const std::size_t end = text_.find('"', 1);
    if (end == std::string_view::npos) fail("a quote is not closed");
    if (goes_on) field += '"';
    field += text_.substr(1, end - 1);
    text_.remove_prefix(end + 1);
    goes_on = true;
  }
  if (!at_end_of_record() && text_.front() != separator_) fail("a quoted field has text behind it");
  next_line_ += static_cast<std::size_t>(std::count(field.begin(), field.end(), '\n'));
  return field;
}

void CsvReader::fail(const std::string& reason) const {
  throw std::runtime_error(fmt::format("{}: line {}: {}", where_, line_, reason));
}

}  // namespace thinnet
