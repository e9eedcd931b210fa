#include "data/io/npy.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <initializer_list>
#include <limits>

#include "tests/support.hpp"
#include "tests/unit/data/io/npy_files.hpp"

namespace thinnet {
namespace {

using testing::bytes_of;
using testing::message_of;
using testing::npy;
using testing::npy_of;

template <typename T>
void expect_matrix(const std::string& bytes, const Matrix<T>& expected) {
  const Matrix<T> m = decode_npy<T>(bytes, "here");
  ASSERT_EQ(shape_text(m), shape_text(expected));
  EXPECT_TRUE(std::equal(m.begin(), m.end(), expected.begin())) << bytes;
}

std::string npy_error(const std::string& bytes) {
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
  expect_matrix<double>(npy("|b1", "(1, 2)", bytes_of<std::uint8_t>({0, 1})), {{0, 1}});
  expect_matrix<double>(npy("|i1", "(1, 2)", bytes_of<std::int8_t>({-128, 7})), {{-128, 7}});
  expect_matrix<double>(npy("<i2", "(1, 2)", bytes_of<std::int16_t>({-32768, 7})), {{-32768, 7}});
  expect_matrix<double>(npy("<u2", "(1, 2)", bytes_of<std::uint16_t>({65535, 7})), {{65535, 7}});
  expect_matrix<double>(npy("<u4", "(1, 2)", bytes_of<std::uint32_t>({4294967295U, 7})),
                        {{4294967295, 7}});
  expect_matrix<double>(npy("<u8", "(1, 2)", bytes_of<std::uint64_t>({1ULL << 63, 7})),
                        {{9223372036854775808., 7}});
  expect_matrix<float>(npy("|u1", "(1, 3)", bytes_of<std::uint8_t>({0, 127, 255})),
                       {{0, 127, 255}});
  expect_matrix<double>(npy("<i4", "(1, 2)", bytes_of<std::int32_t>({-2147483647, 7})),
                        {{-2147483647, 7}});
  expect_matrix<double>(npy("<i8", "(1, 2)", bytes_of<std::int64_t>({-5, 1LL << 53})),
                        {{-5, 9007199254740992}});
  expect_matrix<double>(npy("<f4", "(1, 2)", bytes_of<float>({.1F, -3})), {{.1F, -3}});
  expect_matrix<float>(npy("<f8", "(1, 2)", bytes_of<double>({.1, -3})), {{.1F, -3}});
}

TEST(Npy, ReadsHalfPrecision) {
  // 1, -2, the largest, the smallest normal one, the largest and the smallest below it, -0.
  const std::string halves =
      bytes_of<std::uint16_t>({0x3C00, 0xC000, 0x7BFF, 0x0400, 0x03FF, 0x0001, 0x8000});
  const double tiny = std::pow(2, -24);
  expect_matrix<double>(npy("<f2", "(1, 7)", halves),
                        {{1, -2, 65504, 1024 * tiny, 1023 * tiny, tiny, 0}});
  const auto special = decode_npy<double>(
      npy("<f2", "(4,)", bytes_of<std::uint16_t>({0x7C00, 0xFC00, 0x7E00, 0x8000})), "here");
  constexpr double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(special(0, 0), infinity);
  EXPECT_EQ(special(1, 0), -infinity);
  EXPECT_TRUE(std::isnan(special(2, 0)));
  EXPECT_TRUE(std::signbit(special(3, 0)));
}

TEST(Npy, ReadsBigEndian) {
  expect_matrix<double>(npy(">i8", "(2,)",
                            std::string("\0\0\0\0\0\0\1\2"
                                        "\377\377\377\377\377\377\377\376",
                                        16)),
                        {{258}, {-2}});
  expect_matrix<float>(npy(">f4", "(1,)", std::string("\x3F\xC0\0\0", 4)), {{1.5}});
  expect_matrix<float>(npy(">f2", "(1,)", std::string("\x3C\0", 2)), {{1}});
  expect_matrix<float>(npy("=u2", "(1,)", std::string("\1\0", 2)), {{1}});  // this machine's
  expect_matrix<float>(npy("u2", "(1,)", std::string("\1\0", 2)), {{1}});
}

std::string fortran(const std::string& shape, const std::string& values) {
  return npy_of("{'descr': '|u1', 'fortran_order': True, 'shape': " + shape + "}", values);
}

TEST(Npy, ReadsFortranOrder) {
  expect_matrix<float>(fortran("(2, 3)", "\1\4\2\5\3\6"), {{1, 2, 3}, {4, 5, 6}});
  expect_matrix<float>(fortran("(3,)", "\1\2\3"), {{1}, {2}, {3}});
  // Of (2, 2, 3) the values 1 to 12 in C order; in a file of this order the first axis is fastest.
  expect_matrix<float>(fortran("(2, 2, 3)", "\1\7\4\12\2\10\5\13\3\11\6\14"),
                       {{1, 2, 3, 4, 5, 6}, {7, 8, 9, 10, 11, 12}});
  EXPECT_EQ(shape_text(decode_npy<float>(fortran("(0, 5)", ""), "here")), "0×5");
  EXPECT_EQ(shape_text(decode_npy<float>(fortran("(5, 0, 2)", ""), "here")), "5×0");
}

TEST(Npy, ReadsAnyPythonThatMeansTheHeader) {
  for (const std::string header : {
           R"({"descr": "|u1", "fortran_order": False, "shape": (1, 2)})",
           "{'shape':(1,2,),'fortran_order':False,'descr':'|u1'}",
           "{ 'shape' : ( 1 , 2 ) ,\n 'descr' : '|u1' ,\t'fortran_order' : False , }   ",
           "{'descr': '|u1', 'fortran_order': False, 'shape': (1L, 2L), }",  // Python 2
           R"({'descr': "|u1", 'fortran_order': False, 'shape': (1, 2), })",
       }) {
    expect_matrix<float>(npy_of(header, "\1\2"), {{1, 2}});
  }
}

TEST(Npy, SaysWhichTypeIsNoNumberAndWhatToSave) {
  const std::pair<std::string, std::string> refused[] = {
      {"'<U5'", R"(text (U5), no numbers: save a.astype("float32") instead)"},
      {"'|S3'", R"(text (S3), no numbers: save a.astype("float32") instead)"},
      {"'|O'", R"(Python objects (O), no numbers: save a.astype("float32") instead)"},
      {"'<M8[D]'",
       R"(dates (M8[D]), no numbers: save a.astype("datetime64[s]").astype("float64") instead)"},
      {"'<m8[D]'", R"(durations (m8[D]), no numbers: save a / np.timedelta64(1, "s") instead)"},
      {"'<c16'", "complex numbers (c16), no numbers: save np.hstack([a.real, a.imag]) instead"},
      {"'<f16'", R"(long doubles (f16), no numbers: save a.astype("float32") instead)"},
      {"[('a', '<i4'), ('b', '<f4')]",
       R"(records, no numbers: save np.array(a.tolist(), "float32") instead)"},
      {"''", R"(values of an unknown type (), no numbers: save a.astype("float32") instead)"},
  };
  for (const auto& [descr, words] : refused) {
    const std::string bytes =
        npy_of("{'descr': " + descr + ", 'fortran_order': False, 'shape': (3,)}", "whatever");
    EXPECT_EQ(npy_error(bytes), "here: holds " + words);
  }
}

TEST(Npy, KeepsTheSmallestTypeThatHoldsEveryValue) {
  const auto type_of = [](const std::string& type, const std::string& value) {
    return decode_npy_as_stored(npy(type, "(1,)", value), "here").index();
  };
  EXPECT_EQ(type_of("|u1", "1"), 0U);
  EXPECT_EQ(type_of("|b1", "\1"), 0U);
  for (const char* type : {"|i1", "<i2", "<u2", "<f2", "<f4"}) {
    const auto bytes = static_cast<std::size_t>(type[2] - '0');
    EXPECT_EQ(type_of(type, std::string(bytes, '\0')), 1U) << type;
  }
  for (const char* type : {"<i4", "<u4", "<i8", "<u8", "<f8"}) {
    const auto bytes = static_cast<std::size_t>(type[2] - '0');
    EXPECT_EQ(type_of(type, std::string(bytes, '\0')), 2U) << type;
  }
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

TEST(Npy, ReadsVersionsTwoAndThree) {
  expect_matrix<float>(npy("<f4", "(1, 2)", bytes_of<float>({8, 9}), 2), {{8, 9}});
  expect_matrix<float>(npy("<f4", "(1, 2)", bytes_of<float>({8, 9}), 3), {{8, 9}});
}

TEST(Npy, RefusesWhatItCannotRead) {
  const std::string four = bytes_of<float>({1, 2, 3, 4});
  const auto with_shape = [&](const std::string& shape) { return npy("<f4", shape, four); };
  const std::string no_dict = "the header is no Python dict";
  const std::string no_tuple = "the header's shape is no tuple of whole numbers";
  const std::pair<std::string, std::string> refused[] = {
      {"", "not a .npy file"},
      {std::string(500, 'x'), "not a .npy file"},
      {npy("<f4", "(2, 2)", four, 4), "not of .npy version 1, 2 or 3"},
      {npy_of("{'descr': '<f4', 'fortran_order': False, }", four), "the header has no 'shape'"},
      {npy_of("{'descr': '<f4', 'shape': (2, 2)}", four), "the header has no 'fortran_order'"},
      {npy_of("{'fortran_order': False, 'shape': (2, 2)}", four), "the header has no 'descr'"},
      {npy_of("{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 2)}", four),
       "the header's 'fortran_order' is neither True nor False"},
      {with_shape("()"), "holds a single value, and no rows"},
      {with_shape("(-2, -2)"), no_tuple},
      {with_shape("(2, 1 2)"), no_tuple},
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
      {npy_of(std::string(5000, ' '), four), no_dict},
      {npy_of("{'descr': '<f4'", four), no_dict},
      {npy_of("{'descr' '<f4'}", four), no_dict},
      {npy_of("{'descr: '<f4'}", four), no_dict},
      {npy_of("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)} + 1", four), no_dict},
      {npy_of("('descr', '<f4')", four), no_dict},
      {with_shape("(, 2)"), no_tuple},
      {with_shape("(2, , 2)"), no_tuple},
      {with_shape("(2, 2"), no_dict},
      {with_shape("7"), no_tuple},
  };
  for (const auto& [bytes, reason] : refused) {
    EXPECT_EQ(npy_error(bytes), "here: " + reason) << bytes;
  }
}

TEST(Npy, RefusesEveryTruncation) {
  for (const char version : {'\1', '\2'}) {
    const std::string whole = npy("<f8", "(2,)", bytes_of<double>({1, 2}), version);
    expect_matrix<double>(whole, {{1}, {2}});
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_EQ(npy_error(whole.substr(0, size)).find("here: "), 0U) << size << " bytes";
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
  EXPECT_EQ(npy_error(npy("|u1", "(1, " + digits + "x)", "\1\2")),
            "here: the header's shape is no tuple of whole numbers");
  EXPECT_EQ(npy_error(npy("|u1", "(1," + spaces + "x)", "\1\2")),
            "here: the header's shape is no tuple of whole numbers");
}

}  // namespace
}  // namespace thinnet
