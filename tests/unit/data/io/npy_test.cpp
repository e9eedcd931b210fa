#include "data/io/npy.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <initializer_list>
#include <limits>

#include "data/io/file.hpp"
#include "tests/support.hpp"
#include "tests/unit/data/temporary_folder.hpp"

namespace thinnet {
namespace {

using testing::message_of;
using testing::TemporaryFolder;

template <typename Stored>
std::string bytes_of(std::initializer_list<Stored> values) {
  return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(Stored)};
}

/// A .npy file as NumPy lays it out, with any text as its header.
std::string npy_of(std::string header, const std::string& values, char version = 1) {
  header += '\n';
  std::string bytes = "\x93NUMPY";
  bytes += {version, '\0'};
  for (int i = 0; i < 2 * version; ++i) bytes += static_cast<char>(header.size() >> 8 * i & 0xFF);
  return bytes + header + values;
}

std::string npy(const std::string& type, const std::string& shape, const std::string& values,
                char version = 1) {
  return npy_of("{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }",
                values, version);
}

template <typename T>
void expect_matrix(const std::string& bytes, const Matrix<T>& expected) {
  const Matrix<T> m = decode_npy<T>(bytes, "here");
  ASSERT_EQ(shape_text(m), shape_text(expected));
  EXPECT_TRUE(std::equal(m.begin(), m.end(), expected.begin())) << bytes;
}

std::string error_of(const std::string& bytes) {
  return message_of<std::runtime_error>([&] { decode_npy<double>(bytes, "here"); });
}

TEST(Npy, WritesTheHeaderThatNumpyAsksFor) {
  const std::string text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  const std::string bytes = encode_npy(Matrix<float>{{1, 2, 3}, {4, 5, 6}});
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  EXPECT_EQ(bytes.substr(10, 118), text + std::string(117 - text.size(), ' ') + "\n");
  EXPECT_EQ(bytes.substr(128), bytes_of<float>({1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(encode_npy(Matrix<double>{{-0.5}}).substr(10, 59),
            "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1), }");
}

TEST(Npy, AlignsTheValuesOfEveryShape) {
  for (const std::size_t columns : {1U, 10U, 100U, 1000U, 10000U, 100000U}) {
    const Matrix<float> m({std::size_t{1}, columns}, 0.F);
    const std::string bytes = encode_npy(m);
    const std::size_t values = bytes.size() - columns * sizeof(float);
    EXPECT_EQ(values, 128U) << columns;
    EXPECT_EQ(bytes[values - 1], '\n') << columns;
    EXPECT_EQ(static_cast<unsigned char>(bytes[8]), values - 10) << columns;
  }
}

template <typename T>
void expect_round_trip() {
  using Limits = std::numeric_limits<T>;
  const Matrix<T> m{{T(1) / 3, T(-0.0), Limits::denorm_min()},
                    {Limits::max(), Limits::quiet_NaN(), -Limits::infinity()}};
  const std::string bytes = encode_npy(m);
  const Matrix<T> back = decode_npy<T>(bytes, "here");
  EXPECT_EQ(shape_text(back), "2×3");
  EXPECT_EQ(std::memcmp(back.data(), m.data(), m.size() * sizeof(T)), 0);
  EXPECT_EQ(encode_npy(back), bytes);
}

TEST(Npy, KeepsEveryBitOfARoundTrip) {
  expect_round_trip<float>();
  expect_round_trip<double>();
}

TEST(Npy, ConvertsEveryType) {
  expect_matrix<float>(npy("|u1", "(1, 3)", bytes_of<std::uint8_t>({0, 127, 255})),
                       {{0, 127, 255}});
  expect_matrix<double>(npy("<i4", "(1, 2)", bytes_of<std::int32_t>({-2147483647, 7})),
                        {{-2147483647, 7}});
  expect_matrix<double>(npy("<i8", "(1, 2)", bytes_of<std::int64_t>({-5, 1LL << 53})),
                        {{-5, 9007199254740992}});
  expect_matrix<double>(npy("<f4", "(1, 2)", bytes_of<float>({.1F, -3})), {{.1F, -3}});
  expect_matrix<float>(npy("<f8", "(1, 2)", bytes_of<double>({.1, -3})), {{.1F, -3}});
}

TEST(Npy, MakesBytesOfBytesOnly) {
  for (const auto& [type, value] : {std::pair<std::string, std::string>{"<f8", bytes_of({1e300})},
                                    {"<f4", bytes_of({-1.F})},
                                    {"<i4", bytes_of({256})}}) {
    EXPECT_EQ(message_of<std::runtime_error>([&, t = type, v = value] {
                decode_npy<std::uint8_t>(npy(t, "(1,)", v), "here");
              }),
              "here: not of type u1");
  }
}

TEST(Npy, ReadsOneAxisAsAColumnAndFlattensMoreThanTwo) {
  const std::string six = bytes_of<std::uint8_t>({1, 2, 3, 4, 5, 6});
  expect_matrix<float>(npy("|u1", "(6,)", six), {{1}, {2}, {3}, {4}, {5}, {6}});
  expect_matrix<float>(npy("|u1", "(2, 3)", six), {{1, 2, 3}, {4, 5, 6}});
  expect_matrix<float>(npy("|u1", "(2, 3, 1)", six), {{1, 2, 3}, {4, 5, 6}});
  expect_matrix<float>(npy("|u1", "(1, 1, 2, 3)", six), {{1, 2, 3, 4, 5, 6}});
  expect_matrix<float>(npy("|u1", "(3,2,)", six), {{1, 2}, {3, 4}, {5, 6}});
  EXPECT_EQ(shape_text(decode_npy<float>(npy("<f4", "(0, 5)", ""), "here")), "0×5");
}

TEST(Npy, ReadsVersionTwo) {
  expect_matrix<float>(npy("<f4", "(1, 2)", bytes_of<float>({8, 9}), 2), {{8, 9}});
}

TEST(Npy, RefusesWhatItCannotRead) {
  const std::string four = bytes_of<float>({1, 2, 3, 4});
  const auto with_shape = [&](const std::string& shape) { return npy("<f4", shape, four); };
  const std::pair<std::string, std::string> refused[] = {
      {"", "not a .npy file"},
      {std::string(500, 'x'), "not a .npy file"},
      {npy("<f4", "(2, 2)", four, 3), "not of .npy version 1 or 2"},
      {npy(">f4", "(2, 2)", four), "not of type u1, i4, i8, f4 or f8"},
      {npy("|O", "(2, 2)", four), "not of type u1, i4, i8, f4 or f8"},
      {npy_of("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", four),
       "not in C order"},
      {npy_of("{'descr': '<f4', 'fortran_order': False, }", four), "no shape of at least one axis"},
      {with_shape("()"), "no shape of at least one axis"},
      {with_shape("(-2, -2)"), "no shape of at least one axis"},
      {with_shape("(2, 1 2)"), "no shape of at least one axis"},
      {with_shape("(2, 3)"), "the header says 2×3 values, the file has 4"},
      {with_shape("(2, 1)"), "bytes are left over"},
      {with_shape("(0, 2)"), "bytes are left over"},
      {npy("<f4", "(2, 2)", four + "x"), "bytes are left over"},
      {npy("<f4", "(2, 2)", four.substr(1)), "the header says 2×2 values, the file has 3"},
      {with_shape("(4294967296, 4294967296)"), "an axis of 4294967296 does not fit the file"},
      {with_shape("(8589934592, 8589934592)"), "an axis of 8589934592 does not fit the file"},
      {with_shape("(4, 4611686018427387905)"),
       "an axis of 4611686018427387905 does not fit the file"},
      {with_shape("(4, 18446744073709551616)"),
       "an axis of 18446744073709551616 does not fit the file"},
      {with_shape("(64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64)"),
       "the shape does not fit the file"},
      {npy_of(std::string(5000, ' '), four), "not of type u1, i4, i8, f4 or f8"},
      {with_shape("(, 2)"), "no shape of at least one axis"},
      {with_shape("(2, , 2)"), "no shape of at least one axis"},
      {with_shape("(2, 2"), "no shape of at least one axis"},
      {with_shape("7"), "no shape of at least one axis"},
  };
  for (const auto& [bytes, reason] : refused) {
    EXPECT_EQ(error_of(bytes), "here: " + reason) << bytes;
  }
}

TEST(Npy, RefusesEveryTruncation) {
  for (const char version : {'\1', '\2'}) {
    const std::string whole = npy("<f8", "(2,)", bytes_of<double>({1, 2}), version);
    expect_matrix<double>(whole, {{1}, {2}});
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_EQ(error_of(whole.substr(0, size)).find("here: "), 0U) << size << " bytes";
    }
  }
}

TEST(Npy, AnswersAnyDamagedHeaderWithAMatrixOrAnError) {
  const std::string whole = encode_npy(Matrix<double>{{1, 2, 3}});
  for (std::size_t i = 0; i < 1024; ++i) {  // the bits of the 128 bytes before the values
    std::string damaged = whole;
    damaged[i / 8] = static_cast<char>(damaged[i / 8] ^ 1 << i % 8);
    try {
      decode_npy<double>(damaged, "here");
    } catch (const std::runtime_error& e) {
      EXPECT_EQ(std::string(e.what()).find("here: "), 0U) << e.what();
    }
  }
}

TEST(Npy, ReadsLongHeadersInNoTime) {
  const std::string spaces(3900, ' '), digits(3900, '1');
  expect_matrix<float>(npy("|u1", "(1," + spaces + "2)", "\1\2"), {{1, 2}});
  // A pattern that backtracks would try every way of cutting the digits in pieces.
  EXPECT_EQ(error_of(npy("|u1", "(1, " + digits + "x", "\1\2")),
            "here: no shape of at least one axis");
  EXPECT_EQ(error_of(npy("|u1", "(1," + spaces + "x", "\1\2")),
            "here: no shape of at least one axis");
}

/// Three examples of 2 × 2 bytes with the labels 0, 2, 1.
class NpyPair : public ::testing::Test {
 protected:
  NpyPair() {
    write_file(x, npy("|u1", "(3, 2, 2)",
                      bytes_of<std::uint8_t>({0, 1, 2, 3, 50, 51, 52, 53, 252, 253, 254, 255})));
    write_file(labels, npy("<i8", "(3,)", bytes_of<std::int64_t>({0, 2, 1})));
  }
  std::string error() const {
    return message_of<std::runtime_error>([&] { read_npy(x, labels); });
  }

  const TemporaryFolder folder;
  const std::string x = folder / "x.npy", labels = folder / "y.npy";
};

TEST_F(NpyPair, BecomesADataSet) {
  const Dataset data = read_npy(x, labels);
  ASSERT_EQ(data.size(), 3U);
  ASSERT_EQ(data.width(), 4U);
  EXPECT_EQ(data.classes(), 3U);
  EXPECT_EQ(data.label(1), 2);
  EXPECT_EQ(data.label(2), 1);
  std::vector<float> row(4);
  data.copy_row(2, row.data());
  EXPECT_EQ(row, (std::vector<float>{252, 253, 254, 255}));
}

TEST_F(NpyPair, KeepsDoublesAndReadsFloatLabels) {
  write_file(x, npy("<f8", "(2, 1)", bytes_of<double>({.1, -1. / 3})));
  write_file(labels, npy("<f4", "(2,)", bytes_of<float>({4, 0})));
  const Dataset data = read_npy(x, labels);
  EXPECT_EQ(data.classes(), 5U);
  EXPECT_EQ(data.label(0), 4);
  double value = 0;
  data.copy_row(1, &value);
  EXPECT_EQ(value, -1. / 3);
}

TEST_F(NpyPair, RefusesLabelsThatAreNoClassNumbers) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const std::pair<double, std::string> refused[] = {
      {1.5, "1.5"}, {-1, "-1"}, {nan, "nan"}, {1e300, "1e+300"}};
  for (const auto& [label, text] : refused) {
    write_file(labels, npy("<f8", "(3,)", bytes_of<double>({0, label, 1})));
    EXPECT_EQ(error(), labels + ": label " + text + " of example 1 is not a class number");
  }
  write_file(labels, npy("|u1", "(1, 3)", bytes_of<std::uint8_t>({0, 2, 1})));
  EXPECT_EQ(error(), labels + ": labels must have one axis");
  write_file(labels, npy("|u1", "(0,)", ""));
  EXPECT_EQ(error(), labels + ": no labels");
}

TEST_F(NpyPair, RefusesAnotherNumberOfLabels) {
  write_file(labels, npy("|u1", "(2,)", bytes_of<std::uint8_t>({0, 2})));
  EXPECT_EQ(error(), x + ": data set: x is 3×4, labels are 2");
}

TEST_F(NpyPair, RefusesFeaturesThatAreNotFinite) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), infinity, -infinity}) {
    write_file(x, npy("<f4", "(3,)", bytes_of<float>({0, bad, 1})));
    EXPECT_EQ(error().rfind(x + ": data set: row 1, column 0 of x", 0), 0U) << error();
  }
}

TEST_F(NpyPair, NamesTheFileThatIsMissingOrDamaged) {
  write_file(x, "garbage");
  EXPECT_EQ(error(), x + ": not a .npy file");
  std::filesystem::remove(x);
  EXPECT_EQ(error(), x + ": cannot open: No such file or directory");
}

}  // namespace
}  // namespace thinnet
