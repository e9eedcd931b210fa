#include "data/io/csv.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support.hpp"

namespace thinnet {
namespace {

using Records = std::vector<std::vector<std::string>>;

Records records_of(const std::string& text, char separator = ',') {
  CsvReader csv(text, separator, "here");
  Records records;
  std::vector<std::string> fields;
  while (csv.next(fields)) records.push_back(fields);
  return records;
}

std::string error_of(const std::string& text) {
  return testing::message_of<std::runtime_error>([&] { records_of(text); });
}

TEST(Csv, ReadsFieldsOfEveryLineEnd) {
  const Records expected = {{"a", "b"}, {"1", ""}, {"", "2"}};
  EXPECT_EQ(records_of("a,b\n1,\n,2"), expected);
  EXPECT_EQ(records_of("a,b\n1,\n,2\n"), expected);
  EXPECT_EQ(records_of("a,b\r\n1,\r\n,2\r\n"), expected);
  EXPECT_EQ(records_of("a,b\r1,\r,2\r"), expected);
  EXPECT_EQ(records_of("\xEF\xBB\xBF"
                       "a,b\n1,\n\n\n,2\n\n"),
            expected);
  EXPECT_EQ(records_of("a\tb\n1\t\n\t2\n", '\t'), expected);
  EXPECT_EQ(records_of(""), Records{});
  EXPECT_EQ(records_of("\n\n"), Records{});
}

TEST(Csv, ReadsQuotedFields) {
  EXPECT_EQ(records_of("\"a,b\",\"c\"\"d\"\n\"e\nf\",\"\"\n"),
            (Records{{"a,b", "c\"d"}, {"e\nf", ""}}));
  EXPECT_EQ(records_of("\"\"\"\",\"\"\"a\"\"\""), (Records{{"\"", "\"a\""}}));
  EXPECT_EQ(records_of("a\"b,c"), (Records{{"a\"b", "c"}}));  // as pandas reads it
  EXPECT_EQ(records_of("\"a\r\nb\"\r\nc"), (Records{{"a\r\nb"}, {"c"}}));
}

TEST(Csv, KnowsTheLinesOfRecords) {
  const std::string text = "a\n\n\"b\nc\nd\"\r\ne\n";
  CsvReader csv(text, ',', "here");
  std::vector<std::string> fields;
  std::vector<std::size_t> lines;
  while (csv.next(fields)) lines.push_back(csv.line());
  EXPECT_EQ(lines, (std::vector<std::size_t>{1, 3, 6}));
}

TEST(Csv, RefusesQuotesThatDoNotPairUp) {
  EXPECT_EQ(error_of("a,b\n1,\"2\n3,4\n"), "here: line 2: a quote is not closed");
  EXPECT_EQ(error_of("\""), "here: line 1: a quote is not closed");
  EXPECT_EQ(error_of("a\n\"b\"c\n"), "here: line 2: a quoted field has text behind it");
}

}  // namespace
}  // namespace thinnet
