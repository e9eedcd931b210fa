#include "data/npz.hpp"

#include <filesystem>

#include "data/file.hpp"
#include "data/npy.hpp"
#include "tests/data/temporary_folder.hpp"
#include "tests/support.hpp"

namespace thinnet {
namespace {

using testing::message_of;
using testing::TemporaryFolder;

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

std::string write_error(const std::string& path) {
  return message_of<std::runtime_error>([&] { write_npz(path, {{"a", "bytes"}}); });
}

TEST(Npz, KeepsEveryByteOfItsArrays) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.npz";
  std::string all_bytes(256, '\0');
  for (std::size_t i = 0; i < 256; ++i) all_bytes[i] = static_cast<char>(i);
  std::string large;  // no two of its parts are equal
  for (int i = 0; large.size() < 3000000; ++i) large += std::to_string(i);
  const Arrays arrays = {{"x", encode_npy(Matrix<double>{{1, 2}})},
                         {"best.affine1.w", all_bytes},
                         {"empty", ""},
                         {"large", large}};
  write_npz(path, arrays);
  EXPECT_TRUE(read_npz(path) == arrays);  // not to print megabytes
  write_npz(path, {{"x", "other"}});
  EXPECT_EQ(read_npz(path), (Arrays{{"x", "other"}}));
  EXPECT_EQ(folder.names(), Names{"a.npz"});
}

TEST(Npz, KeepsBytesAsBytes) {
  const TemporaryFolder folder;
  Matrix<std::uint8_t> bytes({2, 128});
  for (std::size_t i = 0; i < 256; ++i) bytes.data()[i] = static_cast<std::uint8_t>(i);
  const std::string npy = encode_npy(bytes);
  EXPECT_NE(npy.find("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 128), }"),
            std::string::npos);
  EXPECT_EQ(npy.size(), 128U + 256);
  write_npz(folder / "a.npz", {{"bytes", npy}});
  EXPECT_EQ(decode_npy<std::uint8_t>(read_npz(folder / "a.npz")["bytes"], "here"), bytes);
  const Matrix<std::uint8_t> none = decode_npy<std::uint8_t>(
      encode_npy(Matrix<std::uint8_t>(std::array<std::size_t, 2>{1, 0})), "here");
  EXPECT_EQ(shape_text(Matrix<float>(xt::cast<float>(none))), "1×0");
}

TEST(Npz, NamesThePathItCannotUse) {
  const TemporaryFolder folder;
  write_file(folder / "file", "text");
  EXPECT_EQ(write_error(folder / "no/a.npz"),
            (folder / "no/a.npz") + ": cannot write: No such file or directory");
  EXPECT_EQ(write_error(folder / "file/a.npz"),
            (folder / "file/a.npz") + ": cannot write: Not a directory");
  const auto read_error = [](const std::string& path) {
    return message_of<std::runtime_error>([&] { read_npz(path); });
  };
  EXPECT_EQ(read_error(folder / "no.npz"), (folder / "no.npz") + ": No such file");
  EXPECT_EQ(read_error(folder / "file"), (folder / "file") + ": Not a zip archive");
  EXPECT_EQ(read_error(folder.path()).find(folder.path() + ": "), 0U);
  EXPECT_EQ(folder.names(), Names{"file"});
}

// A program that is killed while it writes may leave NAME.partial, which the next one replaces, and
// no file under a name that nobody knows.
TEST(Npz, WritesNoFileOfAnotherName) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "a.npz.partial/x");  // in the way of the one name it may use
  EXPECT_EQ(write_error(folder / "a.npz"), (folder / "a.npz") + ": cannot write: Is a directory");
  EXPECT_EQ(folder.names(), Names{"a.npz.partial"});
}

}  // namespace
}  // namespace thinnet
