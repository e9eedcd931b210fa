#include "data/io/weights.hpp"

#include <fmt/format.h>

#include <gtest/gtest.h>
#include <sys/mount.h>

#include <cmath>
#include <limits>
#include <memory>

#include "data/io/file.hpp"
#include "data/io/npy.hpp"
#include "tests/support.hpp"
#include "tests/unit/data/temporary_folder.hpp"

namespace thinnet {
namespace {

using testing::message_of;
using testing::overwrite;
using testing::TemporaryFolder;

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

/// Two parameters, with values that a text or a rounded copy would lose.
template <typename T>
struct Net {
  Net() {
    w.value = {{T(1) / 3, T(-0.0), std::numeric_limits<T>::denorm_min()}, {T(-1.25), 3, T(1e-30)}};
    b.value = {{T(.1), -2, std::numeric_limits<T>::max()}};
  }
  std::vector<Parameter<T>*> parameters() { return {&w, &b}; }
  std::string bytes() const { return encode_npy(w.value) + encode_npy(b.value); }

  Parameter<T> w{"affine1.w", {}, {}, Role::weight}, b{"affine1.b", {}, {}, Role::bias};
};

/// The same parameters, all 7.
template <typename T>
struct OtherNet : Net<T> {
  OtherNet() {
    this->w.value.fill(7);
    this->b.value.fill(7);
  }
};

/// What load_weights says when it fails; no parameter may have changed then.
std::string load_error(const std::string& path) {
  OtherNet<float> net;
  std::string error = message_of<std::runtime_error>([&] { load_weights(path, net.parameters()); });
  EXPECT_EQ(net.bytes(), OtherNet<float>().bytes()) << error;
  return error;
}

template <typename T>
std::string save_error(const std::string& path, const std::vector<Parameter<T>*>& parameters) {
  return message_of<std::runtime_error>([&] { save_weights(path, parameters); });
}

template <typename T>
void expect_loads(const std::string& path) {
  OtherNet<T> net;
  load_weights(path, net.parameters());
  EXPECT_EQ(net.bytes(), Net<T>().bytes()) << path;
}

template <typename T>
void expect_round_trip(const std::string& path) {
  save_weights(path, Net<T>().parameters());
  expect_loads<T>(path);
}

TEST(Weights, KeepEveryBitOfARoundTrip) {
  const TemporaryFolder folder;
  for (const std::string name : {"w.npz", "w", "x/"}) {
    expect_round_trip<float>(folder / name);
    expect_round_trip<double>(folder / name);  // replaces the floats
  }
  EXPECT_EQ(folder.names(), (Names{"w", "w.npz", "x"}));
  EXPECT_TRUE(fs::is_regular_file(folder / "w.npz"));
  EXPECT_EQ(read_file(folder / "w/affine1.w.npy"), encode_npy(Net<double>().w.value));
  EXPECT_EQ(read_file(folder / "w/affine1.b.npy"), encode_npy(Net<double>().b.value));
}

TEST(Weights, GiveTheSameBytesEveryTime) {
  const TemporaryFolder folder;
  Net<float> net;
  save_weights(folder / "a.npz", net.parameters());
  save_weights<float>(folder / "b.npz", {&net.b, &net.w});
  const std::string bytes = read_file(folder / "a.npz");
  EXPECT_EQ(bytes, read_file(folder / "b.npz"));
  // Time and date of the first entry: midnight on 1 January 1980, whenever it was saved.
  EXPECT_EQ(bytes.substr(0, 4), "PK\x03\x04");
  EXPECT_EQ(bytes.substr(10, 4), std::string("\x00\x00\x21\x00", 4));
  net.w.value(0, 0) = 1;
  save_weights(folder / "b.npz", net.parameters());
  EXPECT_NE(bytes, read_file(folder / "b.npz"));
}

TEST(Weights, ConvertBetweenFloatAndDouble) {
  const TemporaryFolder folder;
  Net<float> floats;
  save_weights(folder / "f.npz", floats.parameters());
  OtherNet<double> wide;
  load_weights(folder / "f.npz", wide.parameters());
  EXPECT_EQ(wide.w.value(0, 0), double(1.F / 3));
  EXPECT_TRUE(std::signbit(wide.w.value(0, 1)));
  EXPECT_EQ(wide.b.value(0, 2), double(std::numeric_limits<float>::max()));
  save_weights(folder / "d", wide.parameters());
  OtherNet<float> back;
  load_weights(folder / "d", back.parameters());
  EXPECT_EQ(back.bytes(), floats.bytes());
}

TEST(Weights, RefuseAnotherSetOfArraysAndChangeNothing) {
  const TemporaryFolder folder;
  for (const std::string name : {"w.npz", "w"}) {
    const std::string path = folder / name;
    Net<float> net;
    save_weights<float>(path, {&net.w});
    const std::string the_net = "; the net has affine1.w, affine1.b";
    EXPECT_EQ(load_error(path),
              fmt::format("{}: no array affine1.b, there are affine1.w{}", path, the_net));
    net.b.name = "affine2.b";
    save_weights(path, net.parameters());
    EXPECT_EQ(
        load_error(path),
        fmt::format("{}: no array affine1.b, there are affine1.w, affine2.b{}", path, the_net));
    net.b.name = "affine1.b";
    Parameter<float> more{"affine2.w", net.w.value, {}, Role::weight};
    save_weights<float>(path, {&net.w, &net.b, &more});
    EXPECT_EQ(load_error(path),
              fmt::format("{}: holds 3 arrays, affine1.b, affine1.w, affine2.w{}", path, the_net));
    net.b.value = {{1}, {2}, {3}};
    save_weights(path, net.parameters());
    EXPECT_EQ(load_error(path), path + ": affine1.b is 3×1, expected 1×3");
    expect_round_trip<float>(path);
  }
}

TEST(Weights, NameTheArrayThatCannotBeRead) {
  const TemporaryFolder folder;
  const std::string path = folder / "w";
  save_weights(path, Net<float>().parameters());
  fs::resize_file(path + "/affine1.b.npy", fs::file_size(path + "/affine1.b.npy") - 1);
  EXPECT_EQ(load_error(path), path + ": affine1.b: the header says 1×3 values, the file has 2");
}

TEST(Weights, NoticeEveryDamagedByteOfAnNpz) {
  const TemporaryFolder folder;
  const std::string path = folder / "w.npz", array = encode_npy(Net<float>().w.value);
  save_weights(path, Net<float>().parameters());
  const std::string bytes = read_file(path);
  const std::size_t begin = bytes.find(array);
  ASSERT_NE(begin, std::string::npos);
  for (std::size_t i = begin; i < begin + array.size(); ++i) {
    overwrite(path, i, std::string(1, static_cast<char>(bytes[i] ^ 1)));
    EXPECT_EQ(load_error(path), path + ": entry affine1.w.npy is damaged") << "byte " << i;
    overwrite(path, i, bytes.substr(i, 1));
  }
  expect_loads<float>(path);
}

TEST(Weights, RefuseEveryTruncationOfAnNpz) {
  const TemporaryFolder folder;
  const std::string path = folder / "w.npz";
  save_weights(path, Net<float>().parameters());
  for (auto size = fs::file_size(path); size > 0;) {
    fs::resize_file(path, --size);
    EXPECT_EQ(load_error(path).find(path + ": "), 0U) << size << " bytes";
  }
  write_file(path, std::string(1000, 'x'));
  EXPECT_EQ(load_error(path).find(path + ": "), 0U);
}

TEST(Weights, ReplaceAnOldNpzAndLeaveNoPartial) {
  const TemporaryFolder folder;
  const std::string path = folder / "w.npz";
  write_file(path, std::string(10000, 'x'));
  write_file(path + ".partial", "half of an arch");
  expect_round_trip<float>(path);
  EXPECT_LT(fs::file_size(path), 1000U);
  EXPECT_EQ(folder.names(), Names{"w.npz"});
}

TEST(Weights, ReplaceAnOldFolderWholly) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "w");
  fs::create_directories(folder / "w.partial");
  write_file(folder / "w/old.npy", "an array of another net");
  write_file(folder / "w.partial/half.npy", "left by a crash");
  expect_round_trip<float>(folder / "w");
  EXPECT_FALSE(fs::exists(folder / "w/old.npy"));
  EXPECT_FALSE(fs::exists(folder / "w/half.npy"));
  EXPECT_EQ(folder.names(), Names{"w"});
}

/// A disk of 64 KB, there to be filled.
class SmallDisk {
 public:
  explicit SmallDisk(std::string path)
      : path_(std::move(path)),
        mounted_(mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=64k") == 0) {}
  ~SmallDisk() {
    if (mounted_) umount(path_.c_str());
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }

 private:
  std::string path_;
  bool mounted_;
};

TEST(Weights, StayAsTheyWereOnAFullDisk) {
  const TemporaryFolder folder;
  const SmallDisk disk(folder.path());
  if (!disk.mounted()) GTEST_SKIP() << "only root can mount a small disk";
  Parameter<float> w{"affine1.w", Matrix<float>({100, 100}, 7), {}, Role::weight};  // 40 KB
  Parameter<float> b{"affine1.b", Matrix<float>({1, 8000}, 7), {}, Role::bias};  // too much with it
  for (const std::string name : {"w.npz", "w"}) {
    SCOPED_TRACE(name);
    save_weights(folder / name, Net<float>().parameters());
    const Names before = folder.names();
    const std::string error = save_error<float>(folder / name, {&b, &w});
    EXPECT_EQ(error.find(folder / name), 0U) << error;  // and the file in the partial folder
    EXPECT_NE(error.find(": cannot write: No space left on device"), std::string::npos) << error;
    expect_loads<float>(folder / name);
    EXPECT_EQ(folder.names(), before);
  }
}

TEST(Weights, DoNotReplaceAFolderWithForeignFiles) {
  const TemporaryFolder folder;
  const std::string path = folder / "w";
  save_weights(path, OtherNet<float>().parameters());
  write_file(path + "/notes.txt", "mine");
  EXPECT_EQ(save_error(path, Net<float>().parameters()),
            path + ": not replaced, because it holds notes.txt, which is no .npy file");
  EXPECT_EQ(read_file(path + "/notes.txt"), "mine");
  fs::remove(path + "/notes.txt");
  fs::create_directory(path + "/folder.npy");
  write_file(path + "/folder.npy/notes.txt", "mine");
  EXPECT_EQ(save_error(path, Net<float>().parameters()),
            path + ": not replaced, because it holds folder.npy, which is no .npy file");
  EXPECT_EQ(read_file(path + "/folder.npy/notes.txt"), "mine");
  EXPECT_EQ(read_file(path + "/affine1.w.npy"), encode_npy(OtherNet<float>().w.value));
  EXPECT_EQ(folder.names(), Names{"w"});
}

TEST(Weights, DoNotReplaceAFileByAFolderNorAFolderByAFile) {
  const TemporaryFolder folder;
  write_file(folder / "file", "text");
  fs::create_directory(folder / "folder.npz");
  EXPECT_EQ(save_error(folder / "file", Net<float>().parameters()),
            (folder / "file") + ": Not a directory");
  EXPECT_EQ(save_error(folder / "folder.npz", Net<float>().parameters()),
            (folder / "folder.npz") + ": cannot replace: Is a directory");
  EXPECT_EQ(read_file(folder / "file"), "text");
  EXPECT_EQ(folder.names(), (Names{"file", "folder.npz"}));
}

TEST(Weights, NameAPathThatCannotBeUsed) {
  const TemporaryFolder folder;
  write_file(folder / "file", "text");
  EXPECT_EQ(load_error(folder / "none.npz"), (folder / "none.npz") + ": no such file or folder");
  EXPECT_EQ(load_error(""), ": no such file or folder");
  EXPECT_EQ(
      load_error(folder.path()),
      folder.path() + ": no array affine1.w, there are none; the net has affine1.w, affine1.b");
  for (const std::string name : {"none/w.npz", "file/w.npz", "file/w"}) {
    const std::string error = save_error(folder / name, Net<float>().parameters());
    EXPECT_EQ(error.find(folder / name), 0U) << error;
  }
  EXPECT_EQ(save_error("", Net<float>().parameters()), "weights: the path is empty");
  EXPECT_EQ(read_file(folder / "file"), "text");
  EXPECT_EQ(folder.names(), Names{"file"});
}

TEST(Weights, RefuseTwoParametersOfOneName) {
  const TemporaryFolder folder;
  Net<float> net;
  net.b.name = net.w.name;
  EXPECT_EQ(save_error(folder / "w.npz", net.parameters()),
            (folder / "w.npz") + ": two parameters have the same name");
  EXPECT_EQ(folder.names(), Names{});
}

TEST(Weights, RefuseANameThatIsAPathOrNone) {
  const TemporaryFolder folder;
  for (const std::string name : {"block/w", ""}) {
    Net<float> net;
    net.w.name = name;
    for (const std::string target : {"w.npz", "w"}) {
      EXPECT_EQ(
          save_error(folder / target, net.parameters()),
          (folder / target) + ": a parameter is named \"" + name + "\", expected a name without /");
    }
  }
  EXPECT_EQ(folder.names(), Names{});
}

/// Runs a program of Python in a folder of its own.
class WeightsAndNumpy : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!runs("import numpy")) GTEST_SKIP() << "/usr/bin/python3 with numpy is not there";
  }
  bool runs(const std::string& program) const {
    write_file(folder / "program.py", program);
    const std::string in_folder = "cd '" + folder.path() + "' && ";
    return std::system((in_folder + "/usr/bin/python3 program.py >output 2>&1").c_str()) == 0;
  }

  const TemporaryFolder folder;
};

TEST_F(WeightsAndNumpy, NumpyOpensOurFiles) {
  save_weights(folder / "f.npz", Net<float>().parameters());
  save_weights(folder / "d.npz", Net<double>().parameters());
  save_weights(folder / "d", Net<double>().parameters());
  EXPECT_TRUE(runs(R"(
import numpy

def check(w, b, T):
    limits = numpy.finfo(T)
    third, tenth = T(1) / T(3), T('0.1')
    expected_w = numpy.array([[third, T('-0.0'), limits.smallest_subnormal],
                              [-1.25, 3, T('1e-30')]], T)
    expected_b = numpy.array([[tenth, -2, limits.max]], T)
    for array, expected in ((w, expected_w), (b, expected_b)):
        assert array.dtype == expected.dtype, array.dtype
        assert array.shape == expected.shape, array.shape
        assert array.tobytes() == expected.tobytes(), array

for name, T in (('f.npz', numpy.float32), ('d.npz', numpy.float64)):
    with numpy.load(name) as file:
        assert sorted(file.files) == ['affine1.b', 'affine1.w'], file.files
        check(file['affine1.w'], file['affine1.b'], T)
check(numpy.load('d/affine1.w.npy'), numpy.load('d/affine1.b.npy'), numpy.float64)
)")) << read_file(folder / "output");
}

TEST_F(WeightsAndNumpy, WeOpenNumpysFiles) {
  ASSERT_TRUE(runs(R"(
import numpy
arrays = {'affine1.w': numpy.array([[1, 2, 3], [4, 5, 0.1]]),
          'affine1.b': numpy.array([[-1, -2, -3]], numpy.float32)}
numpy.savez('plain.npz', **arrays)
numpy.savez_compressed('compressed.npz', **arrays)
numpy.savez('fortran.npz', **{name: numpy.asfortranarray(a) for name, a in arrays.items()})
w, b = arrays.values()
numpy.savez('one_axis.npz', **{'affine1.w': w, 'affine1.b': b.ravel()})
numpy.savez_compressed('other.npz', fc1=numpy.zeros((1000, 1000)), fc2=b)
numpy.savez('column.npz', **{'affine1.w': w, 'affine1.b': b.T})
numpy.savez('long.npz', **{'affine1.w': w, 'affine1.b': numpy.arange(4)})
)")) << read_file(folder / "output");
  for (const std::string name : {"plain.npz", "compressed.npz", "fortran.npz", "one_axis.npz"}) {
    OtherNet<double> net;
    load_weights(folder / name, net.parameters());
    EXPECT_EQ(net.w.value, (Matrix<double>{{1, 2, 3}, {4, 5, .1}})) << name;
    EXPECT_EQ(net.b.value, (Matrix<double>{{-1, -2, -3}})) << name;
  }
  EXPECT_EQ(load_error(folder / "other.npz"),
            (folder / "other.npz") +
                ": no array affine1.w, there are fc1, fc2; the net has affine1.w, affine1.b");
  EXPECT_EQ(load_error(folder / "column.npz"),
            (folder / "column.npz") + ": affine1.b is 3×1, expected 1×3");
  EXPECT_EQ(load_error(folder / "long.npz"),
            (folder / "long.npz") + ": affine1.b is 1×4, expected 1×3");
}

}  // namespace
}  // namespace thinnet
