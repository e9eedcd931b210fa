#include "data/io/cifar10.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

#include "tests/support.hpp"
#include "tests/unit/data/temporary_folder.hpp"

namespace thinnet {
namespace {

using testing::message_of;
using testing::overwrite;
using testing::TemporaryFolder;

namespace fs = std::filesystem;

constexpr std::size_t width = 3072, record = 1 + width, records_per_file = 10000;
constexpr std::size_t file_bytes = 30730000;

/// Pixel d of an image: another in every image of these tests, in every row and in every channel.
int pixel(std::size_t image, std::size_t d) {
  return static_cast<int>((d + d / 256 + 11 * image) % 256);
}

/// A file of 10,000 black images of class 0; it takes no room on the disk.
void make_file(const std::string& path) {
  std::ofstream(path).flush();
  fs::resize_file(path, file_bytes);
}

void put_record(const std::string& path, std::size_t i, int label, std::size_t image) {
  std::string bytes(1, static_cast<char>(label));
  for (std::size_t d = 0; d < width; ++d) bytes += static_cast<char>(pixel(image, d));
  overwrite(path, i * record, bytes);
}

void expect_record(const Dataset& data, std::size_t i, int label, std::size_t image) {
  std::vector<float> x(width);
  data.copy_row(i, x.data());
  EXPECT_EQ(data.label(i), label) << "row " << i;
  for (std::size_t d = 0; d < width; ++d) {
    ASSERT_EQ(x[d], static_cast<float>(pixel(image, d))) << "row " << i << " pixel " << d;
  }
}

void expect_black(const Dataset& data, std::size_t i) {
  std::vector<float> x(width, 1);
  data.copy_row(i, x.data());
  EXPECT_EQ(data.label(i), 0) << "row " << i;
  EXPECT_EQ(x, std::vector<float>(width)) << "row " << i;
}

std::string training_file(const TemporaryFolder& folder, std::size_t number) {
  return folder / ("data_batch_" + std::to_string(number) + ".bin");
}

std::string test_error(const TemporaryFolder& folder) {
  return message_of<std::runtime_error>([&] { Cifar10::read_test(folder.path()); });
}

std::string training_error(const std::string& folder) {
  return message_of<std::runtime_error>([&] { Cifar10::read_training(folder); });
}

TEST(Cifar10, ReadsFiveFilesInOrder) {
  const TemporaryFolder folder;
  for (std::size_t file = 1; file <= 5; ++file) {
    make_file(training_file(folder, file));
    put_record(training_file(folder, file), 0, static_cast<int>(file), file);
    put_record(training_file(folder, file), records_per_file - 1, static_cast<int>(file) + 4,
               10 * file);
  }
  const Dataset data = Cifar10::read_training(folder.path());
  EXPECT_EQ(data.size(), 50000U);
  EXPECT_EQ(data.width(), width);
  EXPECT_EQ(data.classes(), 10U);
  for (std::size_t file = 1; file <= 5; ++file) {
    expect_record(data, (file - 1) * records_per_file, static_cast<int>(file), file);
    expect_black(data, (file - 1) * records_per_file + 1);
    expect_record(data, file * records_per_file - 1, static_cast<int>(file) + 4, 10 * file);
  }
}

TEST(Cifar10, ReadsTheTestFile) {
  const TemporaryFolder folder;
  make_file(folder / "test_batch.bin");
  put_record(folder / "test_batch.bin", 1234, 9, 7);
  const Dataset data = Cifar10::read_test(folder.path());
  EXPECT_EQ(data.size(), 10000U);
  EXPECT_EQ(data.width(), width);
  EXPECT_EQ(data.classes(), 10U);
  expect_black(data, 1233);
  expect_record(data, 1234, 9, 7);
  expect_black(data, 1235);
}

TEST(Cifar10, RefusesAFileOfAnotherSize) {
  const TemporaryFolder folder;
  const std::string path = folder / "test_batch.bin";
  make_file(path);
  overwrite(path, 0, "<html>");  // a page saved in its place: its size says more than a "label"
  for (const std::size_t size :
       {file_bytes - 1, file_bytes + 1, file_bytes + record, record - 1, std::size_t{0}}) {
    fs::resize_file(path, size);
    EXPECT_EQ(test_error(folder), path + ": " + std::to_string(size) +
                                      " bytes, expected 30730000 (10000 records of 3073)");
  }
}

TEST(Cifar10, LooksAtEverySizeBeforeItReadsAnyFile) {
  const TemporaryFolder folder;
  for (std::size_t file = 1; file <= 5; ++file) make_file(training_file(folder, file));
  overwrite(training_file(folder, 1), 0, "\x0A");  // would be refused if it were read
  fs::resize_file(training_file(folder, 5), 7);
  EXPECT_EQ(training_error(folder.path()),
            training_file(folder, 5) + ": 7 bytes, expected 30730000 (10000 records of 3073)");
}

TEST(Cifar10, StopsReadingWhatHasNoEnd) {
  const TemporaryFolder folder;
  const std::string path = folder / "test_batch.bin";
  fs::create_symlink("/dev/zero", path);
  EXPECT_EQ(test_error(folder),
            path + ": 31037300 bytes or more, expected 30730000 (10000 records of 3073)");
}

TEST(Cifar10, ReadsFilesOfAnyNumberOfRecords) {
  const TemporaryFolder folder;
  const std::string path = folder / "two.bin";
  std::ofstream(path).flush();
  fs::resize_file(path, 2 * record);
  put_record(path, 1, 3, 7);
  const Dataset data = Cifar10::read_files({path, path}, 2);
  ASSERT_EQ(data.size(), 4U);
  expect_black(data, 2);
  expect_record(data, 1, 3, 7);
  expect_record(data, 3, 3, 7);
  EXPECT_EQ(message_of<std::runtime_error>([&] { Cifar10::read_files({path}, 3); }),
            path + ": 6146 bytes, expected 9219 (3 records of 3073)");
}

TEST(Cifar10, RefusesALabelAboveNine) {
  const TemporaryFolder folder;
  const std::string path = folder / "test_batch.bin";
  make_file(path);
  overwrite(path, (records_per_file - 1) * record, "\x0A");
  EXPECT_EQ(test_error(folder), path + ": record 9999 has label 10, expected 0 to 9");
  overwrite(path, 42 * record, "\xC8");
  EXPECT_EQ(test_error(folder), path + ": record 42 has label 200, expected 0 to 9");
}

TEST(Cifar10, NamesWhatIsMissingOrDamagedAmongFiveFiles) {
  const TemporaryFolder folder;
  make_file(training_file(folder, 1));
  for (std::size_t file = 2; file <= 5; ++file) {
    if (file != 4) fs::create_hard_link(training_file(folder, 1), training_file(folder, file));
  }
  EXPECT_EQ(training_error(folder.path()),
            training_file(folder, 4) + ": cannot open: No such file or directory");
  make_file(training_file(folder, 4));
  fs::resize_file(training_file(folder, 4), file_bytes - 1);
  EXPECT_EQ(
      training_error(folder.path()),
      training_file(folder, 4) + ": 30729999 bytes, expected 30730000 (10000 records of 3073)");
  EXPECT_EQ(training_error(folder / "none"), (folder / "none") + ": no such folder");
  EXPECT_EQ(training_error(training_file(folder, 1)),
            training_file(folder, 1) + ": no such folder");
}

TEST(Cifar10, NamesTheClasses) {
  ASSERT_EQ(Cifar10::class_names().size(), 10U);
  EXPECT_EQ(Cifar10::class_names().front(), "airplane");
  EXPECT_EQ(Cifar10::class_names()[3], "cat");
  EXPECT_EQ(Cifar10::class_names().back(), "truck");
}

std::string real_folder() {
  const char* given = std::getenv("THINNET_DATA");
  if (given != nullptr && *given != '\0') return given;
  return THINNET_SOURCE_DIR "/../shared/data/cifar-10-batches-bin";
}

std::vector<int> images_of_each_class(const Dataset& data) {
  std::vector<int> count(data.classes());
  for (std::size_t i = 0; i < data.size(); ++i) ++count[static_cast<std::size_t>(data.label(i))];
  return count;
}

TEST(Cifar10, ReadsTheRealImages) {
  const std::string folder = real_folder();
  if (!fs::exists(folder + "/data_batch_1.bin")) {
    GTEST_SKIP() << "CIFAR-10 is not in " << folder << "; THINNET_DATA names another folder";
  }
  const Dataset training = Cifar10::read_training(folder), test = Cifar10::read_test(folder);
  EXPECT_EQ(images_of_each_class(training), std::vector<int>(10, 5000));
  EXPECT_EQ(images_of_each_class(test), std::vector<int>(10, 1000));

  std::vector<float> x(width);
  std::uint64_t sum[3] = {}, squares[3] = {};
  for (std::size_t i = 0; i < training.size(); ++i) {
    training.copy_row(i, x.data());
    for (std::size_t d = 0; d < width; ++d) {
      const auto value = static_cast<std::uint64_t>(x[d]);
      sum[d / 1024] += value;
      squares[d / 1024] += value * value;
    }
  }
  constexpr double mean[] = {.49140, .48216, .44653}, deviation[] = {.24703, .24349, .26159};
  constexpr double last_digit = 1e-5;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const double pixels = 50000. * 1024.;
    const double m = static_cast<double>(sum[channel]) / pixels;
    const double s = std::sqrt(static_cast<double>(squares[channel]) / pixels - m * m);
    EXPECT_NEAR(m / 255, mean[channel], last_digit) << "channel " << channel;
    EXPECT_NEAR(s / 255, deviation[channel], last_digit) << "channel " << channel;
  }
}

}  // namespace
}  // namespace thinnet
