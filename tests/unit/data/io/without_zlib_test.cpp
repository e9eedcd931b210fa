// What is read, and said, where Thinnet was built without zlib.
#include "data/io/file.hpp"
#include "data/io/idx.hpp"
#include "tests/support.hpp"
#include "tests/unit/data/temporary_folder.hpp"

namespace thinnet {
namespace {

TEST(WithoutZlib, IdxFilesAreReadUnlessTheyAreGzipped) {
  const testing::TemporaryFolder folder;
  const std::string images = {0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6};
  const std::string labels = {0, 0, 8, 1, 0, 0, 0, 2, 1, 0};
  write_file(folder / "images", images);
  write_file(folder / "labels", labels);
  const Dataset data = read_idx(folder / "images", folder / "labels");
  ASSERT_EQ(data.size(), 2U);
  Matrix<float> row({1, 3});
  data.copy_row(1, row.data());
  EXPECT_EQ(row, (Matrix<float>{{4, 5, 6}}));
  EXPECT_EQ(data.label(0), 1);

  write_file(folder / "images.gz", "\x1f\x8b\x08");
  EXPECT_EQ(testing::message_of<std::runtime_error>(
                [&] { read_idx(folder / "images.gz", folder / "labels"); }),
            folder / "images.gz" +
                ": is gzipped, and zlib was missing when this was built (Debian: zlib1g-dev)");
}

}  // namespace
}  // namespace thinnet
