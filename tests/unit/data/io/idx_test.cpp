#include "data/io/idx.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdint>
#include <numeric>

#include "data/io/file.hpp"
#include "tests/support.hpp"
#include "tests/unit/data/temporary_folder.hpp"

namespace thinnet {
namespace {

using testing::message_of;
using testing::overwrite;
using testing::TemporaryFolder;

namespace fs = std::filesystem;

std::string big_endian(std::uint32_t number) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(number >> shift & 0xFF);
  return bytes;
}

std::string idx(const std::vector<std::uint32_t>& shape, const std::string& values) {
  std::string bytes = big_endian(0x0800 + static_cast<std::uint32_t>(shape.size()));
  for (const std::uint32_t size : shape) bytes += big_endian(size);
  return bytes + values;
}

void write_gzip(const std::string& path, const std::string& bytes) {
  gzFile file = gzopen(path.c_str(), "wb");
  ASSERT_EQ(gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())),
            static_cast<int>(bytes.size()));
  ASSERT_EQ(gzclose(file), Z_OK);
}

/// 2 images of 3 × 4 bytes from 100 on, half of them above the largest signed byte; labels 7, 2.
class Idx : public ::testing::Test {
 protected:
  Idx() {
    std::string pixels(24, '\0');
    for (std::size_t i = 0; i < 24; ++i) pixels[i] = static_cast<char>(100 + 5 * i);
    image_bytes = idx({2, 3, 4}, pixels);
    write_file(images, image_bytes);
    write_file(labels, idx({2}, "\x07\x02"));
  }

  static void expect_the_two_images(const Dataset& data) {
    ASSERT_EQ(data.size(), 2U);
    ASSERT_EQ(data.width(), 12U);
    EXPECT_EQ(data.classes(), 10U);
    EXPECT_EQ(data.picture()->height, 3U);
    EXPECT_EQ(data.picture()->width, 4U);
    EXPECT_EQ(data.picture()->channels, 1U);
    EXPECT_EQ(data.label(0), 7);
    EXPECT_EQ(data.label(1), 2);
    std::vector<double> x(24);
    data.copy_row(0, x.data());
    data.copy_row(1, x.data() + 12);
    for (std::size_t i = 0; i < 24; ++i) EXPECT_EQ(x[i], 100. + 5. * double(i)) << "value " << i;
  }

  std::string error(std::size_t classes = 10) const {
    return message_of<std::runtime_error>([&] { read_idx(images, labels, classes); });
  }

  const TemporaryFolder folder;
  const std::string images = folder / "images", labels = folder / "labels";
  std::string image_bytes;
};

TEST_F(Idx, ReadsImagesAsRows) {
  expect_the_two_images(read_idx(images, labels, 10));
}

TEST_F(Idx, ReadsGzipLikePlainFiles) {
  write_gzip(images, image_bytes);
  ASSERT_EQ(read_file(images).substr(0, 2), "\x1F\x8B");
  expect_the_two_images(read_idx(images, labels, 10));
  write_gzip(labels, idx({2}, "\x07\x02"));
  expect_the_two_images(read_idx(images, labels, 10));
}

TEST_F(Idx, ReadsOneAxisAsOneFeature) {
  write_file(images, idx({2}, "\x05\xFF"));
  const Dataset data = read_idx(images, labels, 8);
  EXPECT_EQ(data.width(), 1U);
  EXPECT_EQ(data.classes(), 8U);
  float x = 0;
  data.copy_row(1, &x);
  EXPECT_EQ(x, 255.F);
}

TEST_F(Idx, KnowsItsPictures) {
  const auto picture = read_idx(images, labels).picture();
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->height, 3U);
  EXPECT_EQ(picture->width, 4U);
  EXPECT_EQ(picture->channels, 1U);
}

TEST_F(Idx, HasAsManyClassesAsTheLargestLabelPlusOne) {
  EXPECT_EQ(read_idx(images, labels).classes(), 8U);
  write_file(labels, idx({2}, "\x2E\xFF"));
  EXPECT_EQ(read_idx(images, labels).classes(), 256U);
}

TEST_F(Idx, RefusesAnotherNumberOfLabels) {
  write_file(labels, idx({3}, "\x01\x02\x03"));
  EXPECT_EQ(error(), images + " has 2 examples, but " + labels + " has 3 labels");
}

TEST_F(Idx, RefusesLabelsOfTwoAxes) {
  write_file(labels, idx({2, 1}, "\x01\x02"));
  EXPECT_NE(error().find(labels), std::string::npos) << error();
}

TEST_F(Idx, RefusesALabelThatIsNoClass) {
  EXPECT_EQ(error(7), labels + ": example 0 has label 7, expected 0 to 6");
  write_file(labels, idx({2}, "\x09\xC8"));
  EXPECT_EQ(error(), labels + ": example 1 has label 200, expected 0 to 9");
}

TEST_F(Idx, RefusesEveryTruncation) {
  for (std::size_t size = image_bytes.size() - 1; size > 0; --size) {
    fs::resize_file(images, size);
    const char* reason = size >= 16  ? " bytes of values, but its header says 24"
                         : size >= 4 ? ": the header is cut off"
                                     : ": not an IDX file of bytes";
    EXPECT_EQ(error().find(images + ": "), 0U) << size << " bytes: " << error();
    EXPECT_NE(error().find(reason), std::string::npos) << size << " bytes: " << error();
  }
  fs::resize_file(images, 0);
  EXPECT_EQ(error(), images + ": not an IDX file of bytes");
}

TEST_F(Idx, RefusesAFileLongerThanItsHeader) {
  write_file(images, image_bytes + "x");
  EXPECT_EQ(error(), images + ": holds more bytes of values, but its header says 24");
  write_gzip(images, image_bytes + "x");
  EXPECT_EQ(error(), images + ": holds more bytes of values, but its header says 24");
}

TEST_F(Idx, RefusesEveryWrongMagicNumber) {
  // A first or second byte that is not 0, signed bytes, floats, no axes, 255 axes.
  for (const std::uint32_t magic : {0x01000803U, 0x00010803U, 0x0903U, 0x0D03U, 0x0800U, 0x08FFU}) {
    overwrite(images, 0, big_endian(magic));
    EXPECT_EQ(error(), images + ": not an IDX file of bytes") << magic;
  }
}

TEST_F(Idx, DoesNotAllocateWhatOnlyTheHeaderHas) {
  const std::uint32_t most = 0xFFFFFFFF;
  write_file(images, idx({most, most, most, most}, "abc"));
  EXPECT_EQ(error(), images + ": the header asks for an impossible size");
  write_file(images, idx({3, 1U << 31, 1U << 7, 1U << 27}, ""));  // in 64 bits the product is 0
  EXPECT_EQ(error(), images + ": the header asks for an impossible size");
  write_file(images, idx({2, 0, most}, ""));
  EXPECT_EQ(error(), images + ": the header asks for an impossible size");
  // 2^40 bytes: more than a machine has, so allocating them is another error or an abort.
  write_file(images, idx({1U << 20, 1U << 10, 1U << 10}, "abc"));
  EXPECT_EQ(error(), images + ": holds 3 bytes of values, but its header says 1099511627776");
}

TEST_F(Idx, DoesNotUnzipTowardsASizeThatTheFileCannotHold) {
  write_gzip(images, idx({1U << 20, 1U << 10, 1U << 10}, std::string(5000000, '\0')));
  EXPECT_EQ(error(), images + ": holds fewer bytes of values, but its header says 1099511627776");
}

TEST_F(Idx, RefusesDamagedGzip) {
  write_gzip(images, image_bytes);
  const auto size = fs::file_size(images);
  overwrite(images, size - 8, "\x01\x02\x03\x04");  // the checksum
  EXPECT_EQ(error().find(images + ": "), 0U) << error();
  EXPECT_NE(error().find("incorrect data check"), std::string::npos) << error();
  write_gzip(images, image_bytes);
  for (std::uintmax_t shorter = size - 1; shorter > 2; --shorter) {
    fs::resize_file(images, shorter);
    EXPECT_EQ(error().find(images + ": "), 0U) << shorter << " bytes: " << error();
  }
  write_gzip(images, image_bytes);
  fs::resize_file(images, size / 2);
  EXPECT_NE(error().find("unexpected end of file"), std::string::npos) << error();
}

TEST_F(Idx, NamesAMissingFile) {
  fs::remove(labels);
  EXPECT_EQ(error().find(labels + ": cannot open"), 0U) << error();
  fs::remove(images);
  EXPECT_EQ(error().find(images + ": cannot open"), 0U) << error();
  fs::create_directory(images);
  EXPECT_EQ(error().find(images + ": "), 0U) << error();
}

TEST(IdxFashionMnist, ReadsTheRealImages) {
  const std::string folder = "/usr/share/datasets/fashion-mnist/";
  if (!fs::exists(folder)) GTEST_SKIP() << "Fashion-MNIST is not in " << folder;
  const Dataset data =
      read_idx(folder + "train-images-idx3-ubyte.gz", folder + "train-labels-idx1-ubyte.gz", 10);
  ASSERT_EQ(data.size(), 60000U);
  ASSERT_EQ(data.width(), 784U);
  std::vector<int> count(10);
  std::vector<float> x(784);
  double sum = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    ++count[static_cast<std::size_t>(data.label(i))];
    data.copy_row(i, x.data());
    sum = std::accumulate(x.begin(), x.end(), sum);
  }
  EXPECT_EQ(count, std::vector<int>(10, 6000));
  EXPECT_EQ(data.label(0), 9);  // an ankle boot
  constexpr double published_mean = .2860, last_digit = 1e-4;
  EXPECT_NEAR(sum / 255 / 60000 / 784, published_mean, last_digit);
}

}  // namespace
}  // namespace thinnet
