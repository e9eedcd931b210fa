#include "data/io/file.hpp"

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "tests/unit/data/temporary_folder.hpp"

namespace thinnet {
namespace {

using testing::message_of;
using testing::TemporaryFolder;

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

std::string write_error(const std::string& path) {
  return message_of<std::runtime_error>([&] { write_file(path, "new"); });
}

std::string read_error(const std::string& path) {
  return message_of<std::runtime_error>([&] { read_file(path); });
}

std::string folder_error(const std::string& path) {
  return message_of<std::runtime_error>([&] { require_writable_folder(path); });
}

TEST(File, ReadsBackEveryByte) {
  const TemporaryFolder folder;
  std::string bytes;
  for (int i = 0; i < 5 * 4096; ++i) bytes += static_cast<char>(i % 257);
  for (const std::string& written : {bytes, std::string(3, '\0'), std::string()}) {
    write_file(folder / "file", written);
    EXPECT_EQ(fs::file_size(folder / "file"), written.size());
    EXPECT_EQ(read_file(folder / "file"), written);
  }
}

TEST(File, ReadsAFileThatDoesNotKnowItsSize) {
  ASSERT_EQ(fs::file_size("/proc/self/maps"), 0U);
  EXPECT_NE(read_file("/proc/self/maps").find("[stack]"), std::string::npos);
}

TEST(File, ReadsNoMoreThanItIsAllowedTo) {
  const TemporaryFolder folder;
  write_file(folder / "file", "0123456789");
  EXPECT_EQ(read_file(folder / "file", 10), "0123456789");
  EXPECT_EQ(message_of<std::runtime_error>([&] { read_file(folder / "file", 9); }),
            (folder / "file") + ": more than 9 bytes, which are too many");
  EXPECT_EQ(message_of<std::runtime_error>([] { read_file("/dev/zero", 100000); }),
            "/dev/zero: more than 100000 bytes, which are too many");
}

TEST(File, ReadsPiecesOfOneSizeAndTheRest) {
  const TemporaryFolder folder;
  using Pieces = std::vector<std::string>;
  const auto pieces_of = [&](const std::string& path, std::size_t size) {
    Pieces pieces;
    read_pieces(path, size, [&](std::string_view piece) { pieces.emplace_back(piece); });
    return pieces;
  };
  write_file(folder / "file", "abcdefgh");
  EXPECT_EQ(pieces_of(folder / "file", 3), (Pieces{"abc", "def", "gh"}));
  EXPECT_EQ(pieces_of(folder / "file", 4), (Pieces{"abcd", "efgh"}));
  EXPECT_EQ(pieces_of(folder / "file", 100), (Pieces{"abcdefgh"}));
  write_file(folder / "file", "");
  EXPECT_EQ(pieces_of(folder / "file", 3), Pieces{});
  EXPECT_EQ(message_of<std::runtime_error>([&] { pieces_of(folder / "none", 3); }),
            (folder / "none") + ": cannot open: No such file or directory");
  EXPECT_EQ(message_of<std::runtime_error>([&] { pieces_of(folder.path(), 3); }),
            folder.path() + ": cannot read: Is a directory");
}

TEST(File, ReplacesAnOldFileAndLeavesNoPartial) {
  const TemporaryFolder folder;
  write_file(folder / "file", "a long old text");
  fs::create_hard_link(folder / "file", folder / "reader");
  write_file(folder / "file", "new");
  EXPECT_EQ(read_file(folder / "file"), "new");
  // Whoever holds the old file open goes on reading the old bytes: it was not overwritten.
  EXPECT_EQ(read_file(folder / "reader"), "a long old text");
  EXPECT_EQ(folder.names(), (Names{"file", "reader"}));
}

TEST(File, OverwritesAPartialLeftByACrash) {
  const TemporaryFolder folder;
  write_file(folder / "file.partial", "half of somethi");
  write_file(folder / "file", "new");
  EXPECT_EQ(read_file(folder / "file"), "new");
  EXPECT_EQ(folder.names(), Names{"file"});
}

TEST(File, ReadErrorsNameThePathAndTheReason) {
  const TemporaryFolder folder;
  write_file(folder / "file", "text");
  fs::create_symlink("loop", folder / "loop");
  const std::string too_long = folder / std::string(300, 'x');
  EXPECT_EQ(read_error(folder / "none"),
            (folder / "none") + ": cannot open: No such file or directory");
  EXPECT_EQ(read_error(folder / "file/below"),
            (folder / "file/below") + ": cannot open: Not a directory");
  EXPECT_EQ(read_error(folder.path()), folder.path() + ": cannot read: Is a directory");
  EXPECT_EQ(read_error(folder / "loop"),
            (folder / "loop") + ": cannot open: Too many levels of symbolic links");
  EXPECT_EQ(read_error(too_long), too_long + ": cannot open: File name too long");
}

TEST(File, WriteErrorsNameThePathAndTheReason) {
  const TemporaryFolder folder;
  write_file(folder / "file", "text");
  const std::string missing = write_error(folder / "none/file");
  EXPECT_EQ(missing.find(folder / "none/file"), 0U) << missing;
  EXPECT_NE(missing.find(": cannot write: No such file or directory"), std::string::npos);
  const std::string below = write_error(folder / "file/below");
  EXPECT_EQ(below.find(folder / "file/below"), 0U) << below;
  EXPECT_NE(below.find(": cannot write: Not a directory"), std::string::npos);
  EXPECT_EQ(read_file(folder / "file"), "text");
  EXPECT_EQ(folder.names(), Names{"file"});
}

TEST(File, DoesNotReplaceAFolder) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "target");
  write_file(folder / "target/inside", "text");
  EXPECT_EQ(write_error(folder / "target"),
            (folder / "target") + ": cannot replace: Is a directory");
  EXPECT_EQ(read_file(folder / "target/inside"), "text");
  EXPECT_EQ(folder.names(), Names{"target"});
}

TEST(File, KeepsTheOldFileWhenTheDiskIsFull) {
  const TemporaryFolder folder;
  write_file(folder / "file", "old");
  fs::create_symlink("/dev/full", folder / "file.partial");
  const std::string full = write_error(folder / "file");
  EXPECT_EQ(full.find(folder / "file"), 0U) << full;
  EXPECT_NE(full.find(": cannot write: No space left on device"), std::string::npos) << full;
  EXPECT_EQ(read_file(folder / "file"), "old");
  EXPECT_EQ(folder.names(), Names{"file"});
}

TEST(File, WritesPiecesUntilAnEmptyOne) {
  const TemporaryFolder folder;
  std::vector<std::string> pieces{"never", "", "third", "second ", "first "};
  std::string piece;
  const auto next = [&] {
    piece = pieces.back();
    pieces.pop_back();
    return std::string_view(piece);
  };
  write_pieces(folder / "file", next);
  EXPECT_EQ(read_file(folder / "file"), "first second third");
}

TEST(File, KeepsTheOldFileWhenAPieceCannotBeMade) {
  const TemporaryFolder folder;
  write_file(folder / "file", "old");
  int calls = 0;
  const auto next = [&]() -> std::string_view {
    if (calls++ == 1) throw std::runtime_error("no more");
    return "new";
  };
  EXPECT_EQ(message_of<std::runtime_error>([&] { write_pieces(folder / "file", next); }),
            "no more");
  EXPECT_EQ(read_file(folder / "file"), "old");
  EXPECT_EQ(folder.names(), Names{"file"});
}

TEST(File, MakesNestedFoldersAndLeavesNothingInThem) {
  const TemporaryFolder folder;
  for (const std::string name : {"a/b/c", "a/b/c", "a/d/"}) {
    require_writable_folder(folder / name);
    EXPECT_TRUE(fs::is_directory(folder / name)) << name;
    EXPECT_TRUE(fs::is_empty(folder / name)) << name;
  }
}

TEST(File, RefusesAFolderWithoutAName) {
  EXPECT_EQ(message_of<std::invalid_argument>([] { require_writable_folder(""); }),
            "the name of the output folder is empty");
}

TEST(File, RefusesAFolderThatCannotBeWritten) {
  const TemporaryFolder folder;
  write_file(folder / "file", "text");
  EXPECT_EQ(folder_error(folder / "file/below"),
            (folder / "file/below") + ": cannot make the folder: Not a directory");
  // Then standard libraries differ: "Not a directory", or "File exists".
  EXPECT_EQ(folder_error(folder / "file").find((folder / "file") + ": cannot make the folder: "),
            0U);
  EXPECT_EQ(folder_error("/proc/thinnet").find("/proc/thinnet: cannot make the folder: "), 0U);
  EXPECT_EQ(folder_error("/proc").find("/proc: cannot write: "), 0U);
  EXPECT_EQ(read_file(folder / "file"), "text");
}

}  // namespace
}  // namespace thinnet
