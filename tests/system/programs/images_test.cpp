// Folders and files as downloads and users leave them: what is read, what is refused, in which
// words.
#include "examples/support/images.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>

#include "data/io/npy.hpp"
#include "data/io/npz.hpp"
#include "tests/support.hpp"
#include "tests/system/programs/program_run.hpp"

namespace thinnet::examples {
namespace {

namespace fs = std::filesystem;

using testing::contains;
using testing::expect_refused;
using testing::run_program;
using testing::TemporaryFolder;
using Names = std::vector<std::string>;

std::string big_endian(std::size_t number) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(number >> shift & 0xFF);
  return bytes;
}

std::string idx_images(std::size_t N, std::size_t side) {
  std::string pixels(N * side * side, '\0');
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<char>(i * 7);
  return big_endian(0x803) + big_endian(N) + big_endian(side) + big_endian(side) + pixels;
}

std::string idx_labels(const Labels& labels) {
  std::string bytes = big_endian(0x801) + big_endian(labels.size());
  for (const std::int32_t label : labels) bytes += static_cast<char>(label);
  return bytes;
}

void write_gzip(const std::string& path, const std::string& bytes) {
  gzFile file = gzopen(path.c_str(), "wb");
  ASSERT_EQ(gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())),
            static_cast<int>(bytes.size()));
  ASSERT_EQ(gzclose(file), Z_OK);
}

Matrix<float> column(std::initializer_list<int> values) {
  Matrix<float> m({values.size(), std::size_t{1}});
  std::transform(values.begin(), values.end(), m.begin(), [](int v) { return float(v); });
  return m;
}

/// A folder that is filled with what a test needs.
class Downloads : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& bytes = "") const {
    fs::create_directories(fs::path(folder / name).parent_path());
    write_file(folder / name, bytes);
  }
  /// Training images with the labels 0, 1, last, …, under names that begin so.
  void write_idx(const std::string& prefix, int last = 2) const {
    write(prefix + "train-images-idx3-ubyte", idx_images(4, 8));
    write(prefix + "train-labels-idx1-ubyte", idx_labels({0, 1, last, 0}));
  }
  void write_arrays(const std::string& prefix) const {
    write(prefix + "x.npy", encode_npy(testing::normals<float>(4, 3, 1)));
    write(prefix + "y.npy", encode_npy(column({0, 1, 0, 1})));
  }
  std::string error(const std::string& name = "", const std::string& label = "") const {
    const std::string path = name.empty() ? folder.path() : folder / name;
    const std::string message =
        testing::message_of<std::runtime_error>([&] { read_images(path, label); });
    EXPECT_EQ(message.find(folder.path()), 0U) << message;
    return message.substr(std::min(message.size(), folder.path().size()));
  }

  const TemporaryFolder folder;
};

void expect_picture(const Images& images, const Picture& expected) {
  const auto& picture = images.training.picture();
  ASSERT_TRUE(picture.has_value());
  EXPECT_EQ(picture->height, expected.height);
  EXPECT_EQ(picture->width, expected.width);
  EXPECT_EQ(picture->channels, expected.channels);
  EXPECT_EQ(picture->order, expected.order);
}

// IDX

TEST_F(Downloads, IdxIsReadInBothSpellingsAndPacked) {
  const std::string pixels = idx_images(3, 9), labels = idx_labels({0, 46, 1});
  write("train-images.idx3-ubyte", pixels);
  write_gzip(folder / "train-labels-idx1-ubyte.gz", labels);
  write_gzip(folder / "t10k-images.idx3-ubyte.gz", idx_images(2, 9));
  write("t10k-labels.idx1-ubyte", idx_labels({5, 0}));
  const Images images = read_images(folder.path());
  EXPECT_EQ(images.training.classes(), 47U);
  EXPECT_EQ(images.classes.back(), "46");
  EXPECT_EQ(images.name, "IDX images");
  expect_picture(images, {9, 9, 1});
  EXPECT_TRUE(images.published_order);
  EXPECT_EQ(images.files,
            (Names{folder / "train-images.idx3-ubyte", folder / "train-labels-idx1-ubyte.gz"}));
  const Dataset test = read_test_images(images);
  EXPECT_EQ(test.size(), 2U);
  EXPECT_EQ(test.classes(), 47U);
}

TEST_F(Downloads, IdxTestLabelsAreThoseOfTraining) {
  write_idx("");
  write("t10k-images-idx3-ubyte", idx_images(2, 8));
  write("t10k-labels-idx1-ubyte", idx_labels({0, 3}));
  const Images images = read_images(folder.path());
  EXPECT_EQ(testing::message_of<std::runtime_error>([&] { read_test_images(images); }),
            folder / "t10k-labels-idx1-ubyte" + ": example 1 has label 3, expected 0 to 2");
}

TEST_F(Downloads, OneSplitOfEmnistIsTakenAndSeveralAreListed) {
  write_idx("emnist-letters-", 26);
  write("emnist-letters-test-images-idx3-ubyte", idx_images(1, 8));
  write("emnist-letters-test-labels-idx1-ubyte", idx_labels({26}));
  write("emnist-letters-mapping.txt");
  EXPECT_EQ(read_images(folder.path()).training.classes(), 27U);
  EXPECT_EQ(read_test_images(read_images(folder.path())).size(), 1U);
  write_idx("emnist-digits-", 9);
  const std::string digits = "emnist-digits-train-images-idx3-ubyte";
  EXPECT_EQ(error(), ": holds 2 data sets: name the training images of one, as in --data " +
                         (folder / digits) + "; there are " + digits +
                         ", emnist-letters-train-images-idx3-ubyte");
  const Images named = read_images(folder / digits);
  EXPECT_EQ(named.training.classes(), 10U);
  EXPECT_EQ(named.folder, folder.path());
}

TEST_F(Downloads, AreNamedByWhatTheyAre) {
  fs::create_directory(folder / "fashion-mnist");
  write_idx("fashion-mnist/");
  const Images images = read_images(folder / "fashion-mnist");
  EXPECT_EQ(images.name, "IDX images");
  EXPECT_EQ(images.classes.front(), "0");

  const std::string debian = "/usr/share/datasets/fashion-mnist";
  if (!fs::is_directory(debian)) GTEST_SKIP() << "Fashion-MNIST is not in " << debian;
  for (const auto& file : fs::directory_iterator(debian)) {
    fs::create_directories(folder / "mine");
    fs::create_symlink(file.path(), fs::path(folder / "mine") / file.path().filename());
  }
  const Images fashion = read_images(folder / "mine");
  EXPECT_EQ(fashion.name, "Fashion-MNIST");
  EXPECT_EQ(fashion.classes.back(), "ankle boot");
}

TEST_F(Downloads, MnistIsKnownByItsFirstLabels) {
  Labels labels(60000);
  const Labels first{5, 0, 4, 1, 9, 2, 1, 3, 1, 4, 3, 5, 3, 6, 1, 7, 2, 8, 6, 9};
  std::copy(first.begin(), first.end(), labels.begin());
  write("train-images-idx3-ubyte", idx_images(60000, 28));
  write("train-labels-idx1-ubyte", idx_labels(labels));
  EXPECT_EQ(read_images(folder.path()).name, "MNIST");
  labels[19] = 8;
  write("train-labels-idx1-ubyte", idx_labels(labels));
  EXPECT_EQ(read_images(folder.path()).name, "IDX images");
}

// Folders

TEST_F(Downloads, AreFoundOneFolderBelowOrAbove) {
  write_idx("MNIST/raw/");
  fs::create_directory(folder / "MNIST/raw/empty");
  EXPECT_EQ(read_images(folder / "MNIST").folder, folder / "MNIST/raw");
  EXPECT_TRUE(fs::equivalent(read_images(folder / "MNIST/raw/empty").folder, folder / "MNIST/raw"));
  write_arrays("MNIST/other/");
  EXPECT_EQ(error("MNIST"), "/MNIST: data is in " + (folder / "MNIST/other") + " and in " +
                                (folder / "MNIST/raw") + ": name one of them");
}

TEST_F(Downloads, ArraysOfAUserAreNotLookedForAbove) {
  write_arrays("");
  fs::create_directory(folder / "empty");
  EXPECT_TRUE(contains(error("empty"), ": holds neither data_batch_1.bin")) << error("empty");
}

TEST_F(Downloads, UnknownFoldersTellWhatIsThere) {
  fs::create_directory(folder / "empty");
  const std::string sought =
      ": holds neither data_batch_1.bin to _5.bin (CIFAR-10), nor train-images-idx3-ubyte and "
      "train-labels-idx1-ubyte (IDX), nor x.npy and y.npy, nor an .npz, nor train.csv; ";
  EXPECT_EQ(error("empty"), "/empty" + sought + "it is empty");
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}) write(name);
  EXPECT_EQ(error(), sought + "there are a, b, c, d, e, empty, f, g and 3 more");
  EXPECT_EQ(error("nowhere"), "/nowhere: no such folder or file");
}

TEST_F(Downloads, InAnotherFormSayWhatToDo) {
  const std::string binary = "scripts/get-cifar10.sh gets the binary version, which is read";
  const std::vector<std::pair<Names, std::string>> forms = {
      {{"data_batch_1", "test_batch"}, "holds CIFAR-10 for Python: " + binary},
      {{"cifar-10-batches-py/data_batch_1"}, "holds CIFAR-10 for Python: " + binary},
      {{"cifar-10-python.tar.gz"}, "holds CIFAR-10 for Python: " + binary},
      {{"data_batch_1.mat"}, "holds CIFAR-10 for Matlab: " + binary},
      {{"train.bin", "test.bin"},
       "holds CIFAR-100 (train.bin), which is not read as it is; in Python: a = "
       "np.fromfile(\"train.bin\", \"u1\").reshape(-1, 3074); np.savez(\"cifar100.npz\", "
       "x=a[:, 2:].reshape(-1, 3, 32, 32), y=a[:, 1])"},
      {{"train", "test", "meta"},
       "holds CIFAR-100 for Python: docs/data.md shows how its binary version is read"},
      {{"train.mat", "meta.mat"},
       "holds CIFAR-100 for Matlab: docs/data.md shows how its binary version is read"},
      {{"cifar-10-binary.tar.gz"},
       "cifar-10-binary.tar.gz is an archive: unpack it, tar -xf cifar-10-binary.tar.gz, and name "
       "the folder"},
      {{"mine.zip"}, "mine.zip is an archive: unpack it, unzip mine.zip, and name the folder"},
      {{"train.csv.gz"}, "train.csv.gz is packed: gunzip train.csv.gz"},
      {{"x.npy", "z.npy"}, "holds x.npy, but no y.npy"},
      {{"X.npy"}, "holds X.npy, but no y.npy"},
      {{"y_train.npy"}, "holds y_train.npy, but no x_train.npy"},
      {{"train-images-idx3-ubyte"}, "holds train-images, but no train-labels-idx1-ubyte"},
      {{"train-labels-idx1-ubyte.gz"}, "holds train-labels, but no train-images-idx3-ubyte"},
      {{"cats/1.png", "dogs/1.png"},
       "holds pictures such as 1.png: docs/data.md shows how to make an .npz of them"},
      {{"data.mat"},
       "data.mat is not read: save it as .csv, or as an .npz in Python, np.savez(\"data.npz\", "
       "x=x, y=y)"},
  };
  for (const auto& [names, words] : forms) {
    const TemporaryFolder other;
    for (const std::string& name : names) {
      fs::create_directories(fs::path(other / name).parent_path());
      write_file(other / name, "");
    }
    EXPECT_EQ(testing::message_of<std::runtime_error>([&] { read_images(other.path()); }),
              other.path() + ": " + words);
  }
}

TEST_F(Downloads, AFileInThePlaceOfAFolderIsTold) {
  write("cifar-10-binary.tar.gz");
  EXPECT_TRUE(contains(error("cifar-10-binary.tar.gz"), "is an archive: unpack it"));
  write_arrays("");
  write("data_batch_2.bin");
  for (const std::string name : {"x.npy", "data_batch_2.bin"}) {
    EXPECT_EQ(error(name), "/" + name +
                               ": is a file, and none of .npz, .csv and .tsv: name the folder that "
                               "holds the data, " +
                               folder.path());
  }
}

// Arrays

TEST_F(Downloads, ArraysAreReadUnderTheNamesPeopleGive) {
  write("X_train.npy", encode_npy(testing::normals<float>(4, 64, 1)));
  write("y_train.npy", encode_npy(column({0, 1, 0, 1})));
  write("X_test.npy", encode_npy(testing::normals<float>(2, 64, 1)));
  write("y_test.npy", encode_npy(column({1, 0})));
  const Images images = read_images(folder.path());
  EXPECT_EQ(images.name, "X_train.npy and y_train.npy");
  expect_picture(images, {8, 8, 1});
  EXPECT_FALSE(images.published_order);
  EXPECT_EQ(read_test_images(images).size(), 2U);
}

TEST_F(Downloads, AnNpzIsReadItselfOrInItsFolder) {
  const std::string x = encode_npy(testing::normals<float>(4, 3, 1));
  const std::string y = encode_npy(column({0, 2, 0, 1}));
  write_npz(folder / "mine.npz", {{"X", x}, {"y", y}, {"other", ""}});
  for (const std::string& path : {folder.path(), folder / "mine.npz"}) {
    const Images images = read_images(path);
    EXPECT_EQ(images.name, "X and y of mine.npz");
    EXPECT_EQ(images.folder, folder.path());
    EXPECT_EQ(images.files, Names{folder / "mine.npz"});
    EXPECT_EQ(images.training.classes(), 3U);
    EXPECT_EQ(testing::message_of<std::runtime_error>([&] { read_test_images(images); }),
              folder.path() +
                  ": holds no test images: neither test_batch.bin, nor t10k-images-idx3-ubyte and "
                  "t10k-labels-idx1-ubyte, nor arrays x_test and y_test, nor test.csv beside "
                  "train.csv");
  }
  write_npz(folder / "two.npz", {{"x_train", x}, {"y_train", y}, {"x_test", x}, {"y_test", y}});
  EXPECT_EQ(read_test_images(read_images(folder / "two.npz")).size(), 4U);
  EXPECT_EQ(error(), ": holds several .npz files, name one: mine.npz, two.npz");
  write_npz(folder / "weights.npz", {{"affine1.w", x}, {"affine1.b", y}});
  EXPECT_EQ(error("weights.npz"),
            "/weights.npz: holds neither x and y nor x_train and y_train; there are affine1.b, "
            "affine1.w");
}

TEST_F(Downloads, PicturesOfAUserKeepTheirShape) {
  const auto write_x = [&](const std::string& shape, std::size_t D) {
    std::string bytes = encode_npy(Matrix<std::uint8_t>({std::size_t{4}, D}, 1));
    const std::string flat = "(4, " + std::to_string(D) + "), }";
    ASSERT_TRUE(contains(bytes, flat));
    std::string text = "(4, " + shape + "), }";
    const std::size_t at = bytes.find(flat);
    const std::size_t spaces = text.size() - flat.size();  // fewer of them behind the header
    bytes.replace(at, flat.size() + spaces, text);
    write("x.npy", bytes);
  };
  write_arrays("");
  write_x("3, 32, 32", 3072);
  expect_picture(read_images(folder.path()), {32, 32, 3, Picture::Order::planes});
  write_x("32, 32, 3", 3072);
  expect_picture(read_images(folder.path()), {32, 32, 3, Picture::Order::interleaved});
  write_x("20, 30", 600);
  expect_picture(read_images(folder.path()), {20, 30, 1});
}

// Tables

const std::string table = "a,b,kind\n1,2,owl\n3,4,cat\n5,6,owl\n7,8,cat\n";

TEST_F(Downloads, TablesAreReadThemselvesOrInTheirFolder) {
  write("train.csv", table);
  write("test.csv", "a,b,kind\n1,2,owl\n");
  for (const std::string& path : {folder.path(), folder / "train.csv"}) {
    const Images images = read_images(path);
    EXPECT_EQ(images.name, "train.csv, labels in kind");
    EXPECT_EQ(images.classes, (Names{"cat", "owl"}));
    EXPECT_EQ(images.files, Names{folder / "train.csv"});
    const Dataset test = read_test_images(images);
    EXPECT_EQ(test.classes(), 2U);
    EXPECT_EQ(test.label(0), 1);
  }
  fs::rename(folder / "train.csv", folder / "mine.csv");
  EXPECT_EQ(error(), ": holds several tables and no train.csv, name one: mine.csv, test.csv");
  EXPECT_FALSE(read_images(folder / "mine.csv").read_test);
  fs::remove(folder / "test.csv");
  EXPECT_EQ(read_images(folder.path()).name, "mine.csv, labels in kind");
}

TEST_F(Downloads, ALabelNamesAColumn) {
  write("train.csv", "a,b,kind\n1,0,7\n2,0,8\n3,1,9\n4,1,7\n");
  EXPECT_EQ(read_images(folder.path(), "b").classes, (Names{"0", "1"}));
  EXPECT_TRUE(contains(error(), "which column holds the labels? Name it with --label"));
  EXPECT_TRUE(contains(error("", "c"), "no column 'c', there are a, b, kind"));
  fs::remove(folder / "train.csv");
  write_arrays("");
  EXPECT_EQ(error("", "b"), ": is no table: --label b names a column of a .csv or .tsv");
}

TEST_F(Downloads, ProgramsTakeATableAndItsLabel) {
  std::string rows = "a,b,kind,other\n";
  for (int n = 0; n < 60; ++n) {
    rows += fmt::format("{},{},{},{}\n", n % 7, n % 3, n % 2 == 0 ? "owl" : "cat", n % 4);
  }
  write("train.csv", rows);
  write("test.csv", rows);
  for (const std::string program : {"dropout_cifar10", "train_cifar10 --whiten 0"}) {
    const auto run = [&](const std::string& name, const std::string& label) {
      return run_program(fmt::format(
          "{} --data {} --label {} --training 40 --validation 20 --epochs 1 --hidden 4 --output {}",
          program, folder / name, label, folder / "output"));
    };
    expect_refused(run("train.csv", "other"),
                   "train.csv: line 2, column 'kind': 'owl' is no finite number");
    expect_refused(run("nowhere", "kind"), "no such folder or file");
    const auto right = run("", "kind");
    EXPECT_EQ(right.exit_code, 0) << right.err;
    EXPECT_TRUE(contains(right.out, "train.csv, labels in kind from ")) << right.out;
  }
}

}  // namespace
}  // namespace thinnet::examples
