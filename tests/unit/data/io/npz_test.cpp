#include "data/io/npz.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "data/io/file.hpp"
#include "data/io/npy.hpp"
#include "tests/support.hpp"
#include "tests/unit/data/temporary_folder.hpp"

namespace thinnet {
namespace {

using testing::message_of;
using testing::TemporaryFolder;

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

std::string npz_error(const std::string& path) {
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
  EXPECT_EQ(npz_error(folder / "no/a.npz"),
            (folder / "no/a.npz") + ": cannot write: No such file or directory");
  EXPECT_EQ(npz_error(folder / "file/a.npz"),
            (folder / "file/a.npz") + ": cannot write: Not a directory");
  const auto read_error = [](const std::string& path) {
    return message_of<std::runtime_error>([&] { read_npz(path); });
  };
  EXPECT_EQ(read_error(folder / "no.npz"), (folder / "no.npz") + ": No such file");
  EXPECT_EQ(read_error(folder / "file"), (folder / "file") + ": Not a zip archive");
  EXPECT_EQ(read_error(folder.path()).find(folder.path() + ": "), 0U);
  EXPECT_EQ(folder.names(), Names{"file"});
}

/// What is said of an archive that Python makes, as the body of `with archive as a`.
class ForeignNpz : public ::testing::Test {
 protected:
  std::string error(const std::string& body, std::uint64_t most_unpacked = 1000) const {
    write_file(folder / "program.py",
               "import io, struct, zipfile\nout = io.BytesIO()\n"
               "with zipfile.ZipFile(out, 'w') as a:\n  " +
                   body + "\ndata = out.getvalue()\n" + after +
                   "\nopen('a.npz', 'wb').write(data)\n");
    const std::string command = "cd '" + folder.path() + "' && /usr/bin/python3 program.py";
    EXPECT_EQ(std::system(command.c_str()), 0);
    const std::string message =
        message_of<std::runtime_error>([&] { read_npz(path, most_unpacked); });
    EXPECT_EQ(message.substr(0, path.size() + 2), path + ": ");
    return message.substr(std::min(message.size(), path.size() + 2));
  }

  const TemporaryFolder folder;
  const std::string path = folder / "a.npz";
  std::string after;  // what Python does to the archive's bytes
};

TEST_F(ForeignNpz, MayNotUnpackToMoreThanWhatBelongsThere) {
  const std::string too_large = "the compressed entries are larger than what can belong here";
  EXPECT_EQ(error("a.writestr('a.npy', bytes(50000000), 8)"), too_large);
  EXPECT_EQ(error("[a.writestr(f'{i}.npy', bytes(400), 8) for i in range(3)]"), too_large);
}

TEST_F(ForeignNpz, MayNotHoldMoreThanItsBytes) {
  // The two sizes of its first entry as the directory has them: in the file, and unpacked.
  const auto put = [](int offset, const std::string& number) {
    const std::string at = "at = data.index(b'PK\\x01\\x02') + " + std::to_string(offset);
    return at + "\ndata = data[:at] + struct.pack('<I', " + number + ") + data[at + 4:]\n";
  };
  after = put(24, "2 * 10**9");
  EXPECT_EQ(error("a.writestr('a.npy', bytes(2000), 8)", 4000000000U),
            "an entry is larger than it can be");
  EXPECT_EQ(error("a.writestr('a.npy', bytes(99))"), "a stored entry has two sizes");
  after += put(20, "2 * 10**9");
  EXPECT_EQ(error("a.writestr('a.npy', bytes(99))"), "the entries are larger than the file");
}

// Many entries that are the same bytes of the file: how small files become large ones.
TEST_F(ForeignNpz, MayNotHoldTheSameBytesTwice) {
  after =
      "begin, end = data.index(b'PK\\x01\\x02'), data.index(b'PK\\x05\\x06')\n"
      "entry = data[begin:end]\n"
      "data = data[:begin] + 50 * entry + struct.pack('<IHHHHIIH', 0x06054b50, 0, 0, 50, 50,\n"
      "                                              50 * len(entry), begin, 0)";
  EXPECT_EQ(error("a.writestr('a.npy', bytes(9000))"), "the entries are larger than the file");
}

TEST_F(ForeignNpz, MayOnlyBeStoredOrDeflated) {
  EXPECT_EQ(error("a.writestr('a.npy', bytes(99), zipfile.ZIP_BZIP2)"),
            "an entry is neither stored nor deflated");
}

// A program that is killed while it writes may leave NAME.partial, which the next one replaces, and
// no file under a name that nobody knows.
TEST(Npz, WritesNoFileOfAnotherName) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "a.npz.partial/x");  // in the way of the one name it may use
  EXPECT_EQ(npz_error(folder / "a.npz"), (folder / "a.npz") + ": cannot write: Is a directory");
  EXPECT_EQ(folder.names(), Names{"a.npz.partial"});
}

}  // namespace
}  // namespace thinnet
