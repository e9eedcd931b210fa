// The same numbers with every standard library: not all have a std::from_chars of double.
#include "data/io/decimal.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace thinnet {
namespace {

TEST(Decimal, IsTheNumberThatTheWholeTextIs) {
  EXPECT_EQ(decimal_of("0"), 0.0);
  EXPECT_EQ(decimal_of("-12.5"), -12.5);
  EXPECT_EQ(decimal_of(".5"), 0.5);
  EXPECT_EQ(decimal_of("5."), 5.0);
  EXPECT_EQ(decimal_of("1e3"), 1000.0);
  EXPECT_EQ(decimal_of("2.5E-1"), 0.25);
  EXPECT_EQ(decimal_of("0.1"), 0.1);  // the nearest double
  EXPECT_EQ(decimal_of("1.7976931348623157e308"), 1.7976931348623157e308);
}

TEST(Decimal, IsNothingWhenTheTextIsNoneOrTooLarge) {
  for (const char* text : {"", " ", "-", ".", "e5", "+5", " 5", "5 ", "5,5", "0x10", "1e", "1.2.3",
                           "five", "1_000", "1e999", "-1e999"}) {
    EXPECT_FALSE(decimal_of(text).has_value()) << '"' << text << '"';
  }
}

TEST(Decimal, MayBeInfiniteOrNaN) {
  EXPECT_EQ(decimal_of("inf"), HUGE_VAL);
  EXPECT_EQ(decimal_of("-inf"), -HUGE_VAL);
  EXPECT_TRUE(std::isnan(decimal_of("nan").value_or(0)));
}

}  // namespace
}  // namespace thinnet
