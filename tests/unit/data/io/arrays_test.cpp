#include "data/io/arrays.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "data/io/file.hpp"
#include "data/io/npy.hpp"
#include "data/io/npz.hpp"
#include "tests/support.hpp"
#include "tests/unit/data/io/npy_files.hpp"
#include "tests/unit/data/temporary_folder.hpp"

namespace thinnet {
namespace {

using testing::bytes_of;
using testing::message_of;
using testing::npy;
using testing::npy_of;
using testing::TemporaryFolder;

std::vector<double> row_of(const Dataset& data, std::size_t i) {
  std::vector<double> row(data.width());
  data.copy_row(i, row.data());
  return row;
}

std::vector<std::int32_t> labels_of(const Dataset& data) {
  std::vector<std::int32_t> labels;
  for (std::size_t i = 0; i < data.size(); ++i) labels.push_back(data.label(i));
  return labels;
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
  Dataset with_labels(const std::string& bytes) const {
    write_file(labels, bytes);
    return read_npy(x, labels);
  }
  std::string error_with_labels(const std::string& bytes) const {
    write_file(labels, bytes);
    return error();
  }

  const TemporaryFolder folder;
  const std::string x = folder / "x.npy", labels = folder / "y.npy";
};

TEST_F(NpyPair, BecomesADataSet) {
  const Dataset data = read_npy(x, labels);
  ASSERT_EQ(data.size(), 3U);
  EXPECT_EQ(data.classes(), 3U);
  EXPECT_EQ(labels_of(data), (Labels{0, 2, 1}));
  EXPECT_EQ(row_of(data, 2), (std::vector<double>{252, 253, 254, 255}));
}

TEST_F(NpyPair, KeepsDoublesAndReadsFloatLabels) {
  write_file(x, npy("<f8", "(2, 1)", bytes_of<double>({.1, -1. / 3})));
  const Dataset data = with_labels(npy("<f4", "(2,)", bytes_of<float>({4, 0})));
  EXPECT_EQ(data.classes(), 5U);
  EXPECT_EQ(labels_of(data), (Labels{4, 0}));
  EXPECT_EQ(row_of(data, 1), std::vector<double>{-1. / 3});
}

TEST_F(NpyPair, KeepsTheShapeOfPictures) {
  ASSERT_TRUE(read_npy(x, labels).picture());
  EXPECT_EQ(read_npy(x, labels).picture()->height, 2U);
  write_file(x, npy("|u1", "(3, 2, 5, 3)", std::string(90, '\1')));
  const auto colours = read_npy(x, labels).picture();
  ASSERT_TRUE(colours);
  EXPECT_EQ(colours->height, 2U);
  EXPECT_EQ(colours->width, 5U);
  EXPECT_EQ(colours->channels, 3U);
  EXPECT_EQ(colours->order, Picture::Order::interleaved);
  write_file(x, npy("|u1", "(3, 12)", std::string(36, '\1')));
  EXPECT_FALSE(read_npy(x, labels).picture());
}

TEST_F(NpyPair, KeepsThePlaceOfEveryPixelInFortranOrder) {
  // The same three pictures; the first axis runs fastest.
  const std::string values =
      bytes_of<std::uint8_t>({0, 50, 252, 2, 52, 254, 1, 51, 253, 3, 53, 255});
  write_file(x, npy_of("{'descr': '|u1', 'fortran_order': True, 'shape': (3, 2, 2)}", values));
  const Dataset data = read_npy(x, labels);
  EXPECT_EQ(row_of(data, 1), (std::vector<double>{50, 51, 52, 53}));
  ASSERT_TRUE(data.picture());
  EXPECT_EQ(data.picture()->width, 2U);
}

TEST_F(NpyPair, ReadsLabelsInAColumnAndOfEveryNumber) {
  const std::string numbers = bytes_of<std::uint8_t>({0, 2, 1});
  EXPECT_EQ(labels_of(with_labels(npy("|u1", "(3, 1)", numbers))), (Labels{0, 2, 1}));
  EXPECT_EQ(labels_of(with_labels(npy("|b1", "(3,)", bytes_of<std::uint8_t>({1, 0, 1})))),
            (Labels{1, 0, 1}));
  EXPECT_EQ(labels_of(with_labels(npy(">i2", "(3,)", std::string("\0\0\0\2\0\1", 6)))),
            (Labels{0, 2, 1}));
}

TEST_F(NpyPair, ReadsOneHotLabelsByTheirOne) {
  const std::string rows = bytes_of<float>({0, 0, 1, 0, /**/ 1, 0, 0, 0, /**/ 0, 1, 0, 0});
  const Dataset data = with_labels(npy("<f4", "(3, 4)", rows));
  EXPECT_EQ(labels_of(data), (Labels{2, 0, 1}));
  EXPECT_EQ(data.classes(), 4U);  // the last one does not come up
  const std::string columns = bytes_of<std::uint8_t>({0, 1, 0, 0, 0, 1, 1, 0, 0});
  const std::string fortran =
      npy_of("{'descr': '|b1', 'fortran_order': True, 'shape': (3, 3)}", columns);
  EXPECT_EQ(labels_of(with_labels(fortran)), (Labels{2, 0, 1}));
}

TEST_F(NpyPair, RefusesRowsThatAreNotOneHot) {
  const auto expect_refused = [&](std::initializer_list<float> row) {
    const std::string rows = bytes_of<float>({0, 1, 0, 0, 0, 1}) + bytes_of<float>(row);
    EXPECT_EQ(error_with_labels(npy("<f4", "(3, 3)", rows)),
              labels +
                  ": labels are 3×3, one class number for each example was expected, or one-hot "
                  "rows, but row 2 has no single 1: np.save(\"y.npy\", y.argmax(axis=1))");
  };
  expect_refused({0, 0, 0});
  expect_refused({1, 1, 0});
  expect_refused({.5, .5, 0});
  expect_refused({1, .5, 0});
  expect_refused({0, 0, 2});
  expect_refused({1, 0, std::numeric_limits<float>::quiet_NaN()});
  EXPECT_EQ(error_with_labels(npy("|u1", "(1, 3)", bytes_of<std::uint8_t>({0, 2, 1}))),
            labels +
                ": labels are 1×3, one class number for each example was expected, or one-hot "
                "rows, but row 0 has no single 1: np.save(\"y.npy\", y.ravel())");
}

TEST_F(NpyPair, RefusesLabelsThatAreNoClassNumbers) {
  const auto error_with = [&](double label) {
    return error_with_labels(npy("<f8", "(3,)", bytes_of<double>({0, label, 1})));
  };
  const std::string begin = labels + ": label ", end = " of example 1 is not a class number";
  EXPECT_EQ(error_with(1.5),
            begin + "1.5" + end + ", 0, 1, 2, …: numbers to be predicted are no classes");
  const std::string count = "np.save(\"y.npy\", np.unique(y, return_inverse=True)[1])";
  EXPECT_EQ(error_with(-1), begin + "-1" + end + ", 0, 1, 2, …: " + count);
  EXPECT_EQ(error_with(1e300), begin + "1e+300" + end + ", 0, 1, 2, …: " + count);
  EXPECT_EQ(error_with(1e6), begin + "1000000" + end + ", 0, 1, 2, …: " + count);
  EXPECT_EQ(error_with(std::numeric_limits<double>::quiet_NaN()),
            begin + "nan" + end + ": drop the rows without a label");
  EXPECT_EQ(error_with_labels(npy("|u1", "(0,)", "")), labels + ": no labels");
}

TEST_F(NpyPair, TellsThePythonLineForOtherTypes) {
  EXPECT_EQ(error_with_labels(npy("<U6", "(3,)", std::string(72, 'a'))),
            labels +
                ": holds text (U6), no class numbers: "
                "np.save(\"y.npy\", np.unique(y, return_inverse=True)[1])");
  write_file(x, npy("|O", "(3, 2)", "pickled"));
  EXPECT_EQ(error(), x + ": holds Python objects (O), no numbers: "
                         "np.save(\"x.npy\", x.astype(\"float32\"))");
}

TEST_F(NpyPair, RefusesAnotherNumberOfLabels) {
  EXPECT_EQ(error_with_labels(npy("|u1", "(2,)", bytes_of<std::uint8_t>({0, 2}))),
            x + ": data set: x is 3×4, labels are 2");
}

TEST_F(NpyPair, RefusesFeaturesThatAreNotFinite) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), infinity, -infinity}) {
    write_file(x, npy("<f4", "(3,)", bytes_of<float>({0, bad, 1})));
    EXPECT_EQ(error().find(x + ": data set: "), 0U) << error();
  }
}

TEST_F(NpyPair, NamesTheFileThatIsMissingOrDamaged) {
  write_file(x, "garbage");
  EXPECT_EQ(error(), x + ": not a .npy file");
  std::filesystem::remove(x);
  EXPECT_EQ(error(), x + ": cannot open: No such file or directory");
}

TEST(ArrayNames, AreFoundInAnyLetters) {
  const auto training = [](const std::vector<std::string>& names) {
    const auto found = training_arrays(names);
    return found ? found->x + "," + found->labels : "";
  };
  EXPECT_EQ(training({"x", "y"}), "x,y");
  EXPECT_EQ(training({"X", "y"}), "X,y");
  EXPECT_EQ(training({"X", "Y", "x"}), "x,Y");
  EXPECT_EQ(training({"X_train", "y_train", "x", "y"}), "X_train,y_train");
  EXPECT_EQ(training({"x_train", "y"}), "");
  EXPECT_EQ(training({"x_test", "y_test"}), "");
  EXPECT_EQ(training({}), "");
  EXPECT_EQ(test_arrays({"X_test", "x", "y", "y_test"})->x, "X_test");
  EXPECT_FALSE(test_arrays({"x", "y"}));
}

TEST(NpzArrays, BecomeADataSet) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.npz";
  write_npz(path, {{"X", npy("|u1", "(2, 2, 2)", "abcdefgh")},
                   {"y", npy("|u1", "(2,)", std::string("\1\0", 2))},
                   {"damaged", "not asked for"}});
  EXPECT_EQ(npz_names(path), (std::vector<std::string>{"X", "damaged", "y"}));
  EXPECT_EQ(read_npz(path, {"y", "z"}, 0).size(), 1U);
  const Dataset data = read_npz_arrays(path, {"X", "y"});
  EXPECT_EQ(row_of(data, 0), (std::vector<double>{'a', 'b', 'c', 'd'}));
  EXPECT_EQ(labels_of(data), (Labels{1, 0}));
  EXPECT_TRUE(data.picture());
  const auto error = [&](const ArrayNames& names) {
    return message_of<std::runtime_error>([&] { read_npz_arrays(path, names); });
  };
  EXPECT_EQ(error({"x", "y"}), path + ": no array x, there are X, damaged, y");
  EXPECT_EQ(error({"damaged", "y"}), path + ": damaged: not a .npy file");
  write_npz(path, {{"x", npy("<U1", "(1, 1)", "abcd")}, {"y", ""}});
  EXPECT_EQ(error({"x", "y"}),
            path + ": x: holds text (U1), no numbers: x = x.astype(\"float32\")");
}

/// Every way in which NumPy itself writes the same data.
TEST(Arrays, AreReadAsNumpyWritesThem) {
  const TemporaryFolder folder;
  write_file(folder / "program.py", R"(
import numpy as np
x = np.arange(24).reshape(4, 2, 3)
y = np.array([2, 0, 1, 2])
def save(name, x, y):
    np.save(name + "_x.npy", x)
    np.save(name + "_y.npy", y)
for t in "? u1 u2 u4 u8 i1 i2 i4 i8 f2 f4 f8 >i4 >f8 >u2 >f2".split():
    save("type" + t.replace(">", "big_").replace("?", "bool"), x.astype(t), y)
    save("labels" + t.replace(">", "big_").replace("?", "bool"), x, y.astype(t))
save("fortran", np.asfortranarray(x), np.asfortranarray(np.eye(3)[y]))
save("column", x, y.reshape(4, 1))
save("one_hot", x, np.eye(3, dtype=bool)[y])
save("slice", np.concatenate([x, x])[:4][::1], np.repeat(y, 2)[::2])
np.savez_compressed("a.npz", X_train=x, y_train=np.eye(3)[y], X_test=x[:2], y_test=y[:2])
)");
  ASSERT_EQ(std::system(("cd '" + folder.path() + "' && /usr/bin/python3 -B program.py").c_str()),
            0);
  const auto expect_the_data = [](const Dataset& data, const std::string& name) {
    const bool truths = name == "typebool", truth_labels = name == "labelsbool";
    for (std::size_t n = 0; n < 4; ++n) {
      for (std::size_t d = 0; d < 6; ++d) {
        const auto value = static_cast<double>(6 * n + d);
        EXPECT_EQ(row_of(data, n)[d], truths ? (value > 0 ? 1 : 0) : value) << name;
      }
    }
    EXPECT_EQ(labels_of(data), truth_labels ? (Labels{1, 0, 1, 1}) : (Labels{2, 0, 1, 2})) << name;
    ASSERT_TRUE(data.picture()) << name;
    EXPECT_EQ(data.picture()->height, 2U) << name;
    EXPECT_EQ(data.picture()->width, 3U) << name;
  };
  std::size_t pairs = 0;
  for (const std::string& file : folder.names()) {
    const std::size_t end = file.find("_x.npy");
    if (end == std::string::npos) continue;
    const std::string name = file.substr(0, end);
    expect_the_data(read_npy(folder / file, folder / (name + "_y.npy")), name);
    ++pairs;
  }
  EXPECT_EQ(pairs, 36U);
  const auto names = training_arrays(npz_names(folder / "a.npz"));
  ASSERT_TRUE(names);
  expect_the_data(read_npz_arrays(folder / "a.npz", *names), "a.npz");
  EXPECT_EQ(read_npz_arrays(folder / "a.npz", *test_arrays(npz_names(folder / "a.npz"))).size(),
            2U);
}

}  // namespace
}  // namespace thinnet
