// The main program as a user meets it: it explains, writes its files, and refuses what is wrong in
// one line with exit code 2.
#include <limits>
#include <nlohmann/json.hpp>

#include "data/io/npy.hpp"
#include "tests/support.hpp"
#include "tests/system/programs/program_run.hpp"
#include "tests/system/programs/tiny_data.hpp"

namespace thinnet {
namespace {

namespace fs = std::filesystem;
using testing::contains;
using testing::expect_refused;
using testing::ProgramRun;
using testing::run_program;
using testing::SortedData;
using testing::TemporaryFolder;
using testing::TinyData;

bool is_png(const std::string& path) {
  return read_file(path).compare(0, 4, "\x89PNG") == 0;
}

const std::string tiny = " --training 40 --validation 20 --epochs 2 --batch 16 --hidden 8,6";

std::string experiment(const std::string& data, const std::string& output,
                       const std::string& more = "") {
  return "dropout_cifar10 --data " + data + " --output " + output + tiny + more;
}

TEST(Experiment, HasHelp) {
  const ProgramRun run = run_program("dropout_cifar10 --help");
  EXPECT_EQ(run.exit_code, 0);
  for (const char* option :
       {"--data", "--label", "--keep-probs", "--hidden", "--training", "--validation", "--epochs",
        "--batch", "--sampling", "--optimizer", "--learning-rate", "--weight-scale", "--seed",
        "--split", "--output"}) {
    EXPECT_TRUE(contains(run.out, option)) << option;
  }
}
TEST(Experiment, WritesATableHistoriesAndPictures) {
  const TinyData data;
  const TemporaryFolder output;
  const ProgramRun run = run_program(experiment(data.path(), output.path()));
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(contains(run.out, "affine3")) << run.out;
  EXPECT_TRUE(contains(run.out, "keep_prob   train  validation     gap")) << run.out;
  EXPECT_TRUE(contains(run.err, "keep_prob 0.25  epoch 2/2")) << run.err;
  EXPECT_EQ(output.names(), (std::vector<std::string>{"curves.gp", "curves.png", "curves.svg",
                                                      "history.csv", "history.json"}));
  EXPECT_TRUE(is_png(output / "curves.png"));
  EXPECT_TRUE(contains(read_file(output / "curves.svg"), "keep_prob 0.25, validation"));

  const auto json = nlohmann::json::parse(read_file(output / "history.json"));
  EXPECT_EQ(json["hidden"], (std::vector<int>{8, 6}));
  ASSERT_EQ(json["runs"].size(), 2U);
  EXPECT_EQ(json["runs"][1]["keep_prob"], 0.25);
  ASSERT_EQ(json["runs"][1]["epochs"].size(), 2U);
  const auto& last = json["runs"][1]["epochs"][1];
  const std::string csv = read_file(output / "history.csv");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 2 * 2);
  const std::string row = csv.substr(csv.rfind("\n0.25,2,") + 1);
  EXPECT_TRUE(contains(row, "," + last["train_accuracy"].dump() + ",")) << row;
  EXPECT_TRUE(contains(row, "," + last["validation_accuracy"].dump() + "\n")) << row;
}

TEST(Experiment, RepeatsItselfToTheByteAtOneAndTwoThreads) {
  const TinyData data;
  const TemporaryFolder one, two, other;
  const std::string wide = " --hidden 2000,500 --batch 40";  // products large enough to split
  run_program(experiment(data.path(), one.path(), wide),
              "OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1");
  run_program(experiment(data.path(), two.path(), wide),
              "OMP_NUM_THREADS=2 OPENBLAS_NUM_THREADS=2");
  run_program(experiment(data.path(), other.path(), wide + " --seed 5"));
  for (const char* file : {"/history.csv", "/history.json", "/curves.svg", "/curves.png"}) {
    EXPECT_EQ(read_file(one.path() + file), read_file(two.path() + file)) << file;
  }
  EXPECT_NE(read_file(one / "history.csv"), read_file(other / "history.csv"));
}

TEST(Experiment, TakesEveryOption) {
  const TinyData data;
  const TemporaryFolder output;
  const ProgramRun run =
      run_program(experiment(data.path(), output.path(),
                             " --keep-probs 1,0.5,0.1 --optimizer sgd --sampling shuffled "
                             "--learning-rate 0.01 --weight-scale 0.1 "
                             "--seed 3"));
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const auto json = nlohmann::json::parse(read_file(output / "history.json"));
  EXPECT_EQ(json["optimizer"], "sgd");
  EXPECT_EQ(json["sampling"], "shuffled");
  EXPECT_EQ(json["learning_rate"], 0.01);
  EXPECT_EQ(json["weight_scale"], 0.1);
  EXPECT_EQ(json["seed"], 3);
  EXPECT_EQ(json["runs"].size(), 3U);
}

TEST(Experiment, FindsDataThroughTheEnvironment) {
  const TinyData data;
  const TemporaryFolder output;
  const std::string words = "dropout_cifar10 --output " + output.path() + tiny;
  const ProgramRun found = run_program(words, "THINNET_DATA=" + data.path());
  EXPECT_EQ(found.exit_code, 0) << found.err;
  EXPECT_TRUE(contains(found.out, data.path())) << found.out;
  expect_refused(run_program(words, "THINNET_DATA=/no/such/folder"),
                 "dropout_cifar10: /no/such/folder: no such folder");
  // What is named with --data comes before the environment.
  const ProgramRun named = run_program(words + " --data " + data.path(), "THINNET_DATA=/no/such");
  EXPECT_EQ(named.exit_code, 0) << named.err;
}

TEST(Experiment, FallsBackToFashionMnistAndSaysSo) {
  if (!fs::exists("/usr/share/datasets/fashion-mnist")) {
    GTEST_SKIP() << "Debian's dataset-fashion-mnist is not installed";
  }
  const TemporaryFolder elsewhere;
  fs::create_directory(elsewhere / "away");  // from here ../shared is not to be seen
  const ProgramRun run = run_program("dropout_cifar10 --output " + (elsewhere / "output") + tiny,
                                     "cd " + (elsewhere / "away") + " && HOME=" + elsewhere.path() +
                                         " XDG_CACHE_HOME= THINNET_DATA=");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(contains(run.out,
                       "CIFAR-10 was not found: using Fashion-MNIST from "
                       "/usr/share/datasets/fashion-mnist instead.\n"))
      << run.out;
  EXPECT_TRUE(contains(run.out, "N×784")) << run.out;
  EXPECT_FALSE(contains(run.out, "drawn by the seed")) << run.out;  // published: by position
}

TEST(Experiment, RefusesWrongOptionsInOneLine) {
  const TinyData data;
  const TemporaryFolder output;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"--keep-probs 0", "keep_prob is 0, expected a number in (0, 1]"},
      {"--keep-probs 1,1.5", "keep_prob is 1.5, expected a number in (0, 1]"},
      {"--keep-probs nan", "keep_prob is nan, expected a number in (0, 1]"},
      {"--keep-probs half", "half"},
      {"--hidden 0", "--hidden"},
      {"--hidden 6004799503160661", "--hidden"},
      {"--epochs 0", "--epochs: '0' is not a whole number of at least 1"},
      {"--epochs -3", "--epochs: '-3' is not a whole number of at least 1"},
      {"--epochs 99999999999999999999", "is not a whole number of at least 1"},
      {"--epochs 1.5", "'1.5' is not a whole number"},
      {"--hidden 8,1000001", "--hidden: '1000001' is not a whole number in [1, 1000000]"},
      {"--seed -1", "--seed: '-1' is not a whole number"},
      {"--seed ''", "--seed: '' is not a whole number"},
      {"--output ''", "the name of the output folder is empty"},
      {"--batch 0", "--batch"},
      {"--training 0", "--training"},
      {"--training 41", "--training 41 and --validation 20 ask for more images than the 60"},
      {"--optimizer newton", "--optimizer: 'newton' is none of adam, sgd"},
      {"--learning-rate 0", "learning rate is 0"},
      {"--learning-rate nan", "learning rate is nan"},
      {"--weight-scale -1", "weight scale is -1"},
      {"--sed 4", "--sed"}};
  for (const auto& [option, message] : cases) {
    SCOPED_TRACE(option);
    expect_refused(run_program(experiment(data.path(), output.path(), " " + option)), message);
  }
  EXPECT_TRUE(output.names().empty());
}

TEST(Experiment, TakesOptionsInCapitals) {
  const TinyData data;
  const TemporaryFolder small, capitals;
  ASSERT_EQ(run_program(experiment(data.path(), small.path(), " --optimizer sgd")).exit_code, 0);
  const ProgramRun run =
      run_program(experiment(data.path(), capitals.path(), " --Optimizer SGD --SEED 0"));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(read_file(capitals / "history.csv"), read_file(small / "history.csv"));
}

TEST(Programs, FailWhereTheirResultsCannotBePrinted) {
  for (const char* words : {"gradient_check", "gradient_check --help", "dropout_cifar10 --help"}) {
    SCOPED_TRACE(words);
    expect_refused(run_program(words, "", ">/dev/full"),
                   "stdout: cannot write: No space left on device");
    expect_refused(run_program(words, "", ">&-"), "stdout: cannot write: Bad file descriptor");
  }
}

TEST(Experiment, LosesNoEarlierResultToAFailure) {
  const TinyData data;
  const TemporaryFolder output;
  write_file(output / "history.csv", "earlier\n");
  const std::string no_such = data / "missing";
  expect_refused(run_program(experiment(no_such, output.path())),
                 no_such + ": no such folder or file");
  expect_refused(run_program(experiment(data.path(), output.path(), " --keep-probs 7")), "7");
  expect_refused(run_program(experiment(data.path(), output.path(), " --learning-rate 1e30")),
                 "the loss is");
  EXPECT_EQ(read_file(output / "history.csv"), "earlier\n");
  EXPECT_EQ(output.names(), std::vector<std::string>{"history.csv"});
}

TEST(Experiment, RefusesAnOutputFolderItCannotWrite) {
  const TinyData data;
  const std::string below_a_file = data / "x.npy" + "/output";
  const ProgramRun run = run_program(experiment(data.path(), below_a_file));
  expect_refused(run, below_a_file + ": cannot make the folder");
  EXPECT_FALSE(contains(run.err, "epoch"));  // known before training, not after
  expect_refused(run_program(experiment(data.path(), "/proc")), "/proc");
}

/// Full-sized batch files of zeros (sparse on disk), as read_training asks for.
class ZeroCifar10 : public TemporaryFolder {
 public:
  ZeroCifar10() {
    for (const char* number : {"1", "2", "3", "4", "5"}) {
      const std::string path = batch(number);
      write_file(path, "");
      fs::resize_file(path, 30730000);
    }
  }
  std::string batch(const std::string& number) const {
    return *this / ("data_batch_" + number + ".bin");
  }
};

TEST(Experiment, RefusesDamagedCifar10Files) {
  const ZeroCifar10 data;
  const TemporaryFolder output;
  const auto expect_batch_refused = [&](const std::string& number, const std::string& message) {
    SCOPED_TRACE(message);
    expect_refused(run_program(experiment(data.path(), output.path())),
                   data.batch(number) + ": " + message);
  };
  fs::resize_file(data.batch("2"), 30729999);
  expect_batch_refused("2", "30729999 bytes, expected 30730000");
  fs::resize_file(data.batch("2"), 0);
  expect_batch_refused("2", "0 bytes, expected 30730000");
  fs::resize_file(data.batch("2"), 30730001);
  expect_batch_refused("2", "30730001 bytes, expected 30730000");
  fs::resize_file(data.batch("2"), 30730000);
  testing::overwrite(data.batch("3"), std::size_t{3073} * 7, std::string(1, '\xC8'));
  expect_batch_refused("3", "record 7 has label 200, expected 0 to 9");
  fs::remove(data.batch("4"));
  testing::overwrite(data.batch("3"), std::size_t{3073} * 7, std::string(1, '\0'));
  expect_batch_refused("4", "cannot open: No such file or directory");
  EXPECT_TRUE(output.names().empty());
}

TEST(Experiment, RefusesDamagedDataOfTheUsersOwn) {
  const TinyData data;
  const TemporaryFolder output;
  const auto expect_labels_refused = [&](const Matrix<double>& y, const std::string& message) {
    write_file(data / "y.npy", encode_npy(y));
    expect_refused(run_program(experiment(data.path(), output.path())), message);
  };
  expect_labels_refused(xt::zeros<double>({59, 1}), "x.npy: data set: x is 60×12, labels are 59");
  expect_labels_refused(xt::full_like(Matrix<double>({60, 1}), -1.0),
                        "y.npy: label -1 of example 0");
  expect_labels_refused(xt::full_like(Matrix<double>({60, 1}), 0.5),
                        "y.npy: label 0.5 of example 0");
  expect_labels_refused(xt::zeros<double>({30, 2}), "y.npy: labels are 30×2, one class number");

  const TemporaryFolder idx;  // 2 images of 1×3 bytes, the second of class 200
  write_file(idx / "train-images-idx3-ubyte",
             std::string("\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x03"
                         "abcdef",
                         22));
  write_file(idx / "train-labels-idx1-ubyte", std::string("\0\0\x08\x01\0\0\0\x03\0\1\2", 11));
  expect_refused(run_program(experiment(idx.path(), output.path())),
                 "train-labels-idx1-ubyte has 3 labels");
  EXPECT_TRUE(output.names().empty());
}

TEST(OwnData, SortedByClassIsSplitAtRandomClassByClass) {
  const SortedData data;
  const TemporaryFolder output;
  const std::string words = "dropout_cifar10 --data " + data.path() + " --output " + output.path() +
                            " --keep-probs 1 --training 200 --validation 100 --hidden 16"
                            " --epochs 5 --learning-rate 0.01";
  const auto validation_accuracy = [&] {
    const auto json = nlohmann::json::parse(read_file(output / "history.json"));
    return json["runs"][0]["epochs"][4]["validation_accuracy"].get<double>();
  };
  const ProgramRun random = run_program(words);
  ASSERT_EQ(random.exit_code, 0) << random.err;
  EXPECT_GT(validation_accuracy(), .9);
  EXPECT_TRUE(contains(read_file(output / "history.json"), R"("split": "random")"));
  EXPECT_TRUE(contains(random.out, "drawn by the seed, class by class")) << random.out;
  EXPECT_FALSE(contains(random.err, "warning")) << random.err;
  // 34, 33 and 33 of 100.
  const std::string guessing = "guessing the largest class would get 0.340 of the validation";
  EXPECT_TRUE(contains(random.out, guessing)) << random.out;

  const ProgramRun tail = run_program(words + " --split tail");
  ASSERT_EQ(tail.exit_code, 0) << tail.err;
  EXPECT_EQ(validation_accuracy(), 0);
  EXPECT_FALSE(contains(read_file(output / "history.json"), "split"));
  EXPECT_FALSE(contains(tail.out, "drawn by the seed")) << tail.out;
  EXPECT_TRUE(
      contains(tail.err,
               "warning: no training images of these classes, which stay unknown: 2\n"
               "warning: no validation images of these classes, which go unjudged: 0 and 1\n"))
      << tail.err;
  EXPECT_TRUE(contains(tail.out, "would get 1.000 of the validation")) << tail.out;
}

TEST(OwnData, OfFewExamplesIsTrainedOnWithoutASingleOption) {
  const TinyData data;  // 60 examples, where 1,500 are the default
  const TemporaryFolder output;
  const std::string words = "dropout_cifar10 --data " + data.path() + " --output " + output.path();
  const ProgramRun run = run_program(words);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(contains(run.out, ": 48 training and 12 validation images")) << run.out;
  expect_refused(run_program(words + " --validation 20"),
                 "--training 500 and --validation 20 ask for more images than the 60 there are");
}

TEST(OwnData, OfATableHasItsClassesNamedInTheResults) {
  const TemporaryFolder data, output;
  std::string table = "width,height,kind\n";
  for (int n = 0; n < 20; ++n) table += std::to_string(n) + (n % 2 == 1 ? ",1,dog\n" : ",0,cat\n");
  write_file(data / "mine.csv", table);
  const std::string words = " --data " + data / "mine.csv" + " --epochs 1 --output ";
  const ProgramRun run = run_program("dropout_cifar10" + words + output.path());
  EXPECT_EQ(run.exit_code, 0) << run.err;
  const auto classes = [&] {
    return nlohmann::json::parse(read_file(output / "history.json"))["classes"];
  };
  EXPECT_EQ(classes(), (nlohmann::json{"cat", "dog"}));
  const std::string sizes = " --validation 4 --whiten 0 --hidden 8 --no-test";
  const ProgramRun full = run_program("train_cifar10" + words + output.path() + sizes);
  EXPECT_EQ(full.exit_code, 0) << full.err;
  EXPECT_EQ(classes(), (nlohmann::json{"cat", "dog"}));
}

TEST(OwnData, ThatCannotBeSplitByClassIsDrawnPlainly) {
  const TemporaryFolder data, output;
  Labels labels(60, 1);
  labels[7] = 0;  // one example of a class cannot be in both parts
  testing::write_own(data, testing::normals<float>(60, 12, 1), labels);
  const ProgramRun run = run_program(experiment(data.path(), output.path()));
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(contains(run.out, "drawn by the seed, but not class by class")) << run.out;
}

TEST(OwnData, OfLabelsThatDeceiveIsRefusedOrTold) {
  const TemporaryFolder data, output;
  const Matrix<float> x = testing::normals<float>(60, 12, 1);
  const auto labels_of = [](auto label) {
    Labels labels(60);
    for (std::size_t n = 0; n < 60; ++n) labels[n] = label(static_cast<std::int32_t>(n));
    return labels;
  };
  const auto expect_all_refuse = [&](const Labels& labels, const std::string& message) {
    SCOPED_TRACE(message);
    testing::write_own(data, x, labels);
    for (const char* program : {"dropout_cifar10", "dropout_study", "train_cifar10 --no-test"}) {
      const ProgramRun run = run_program(std::string(program) + " --training 40 --validation 20" +
                                         " --data " + data.path() + " --output " + output.path());
      expect_refused(run, data.path() + ": " + message);
    }
  };
  expect_all_refuse(labels_of([](int) { return 1; }), "all 60 labels are 1: there is nothing to");
  expect_all_refuse(labels_of([](int n) { return n * 1000; }),
                    "labels up to 59000 for 60 examples would make 59001 classes: are these "
                    "numbers to predict rather than classes? Then");
  expect_all_refuse(labels_of([](int n) { return n / 3 * 2 + n % 2; }),
                    "60 examples have 40 different labels, fewer than two examples of each: ");
  EXPECT_TRUE(output.names().empty());

  testing::write_own(data, x, labels_of([](int n) { return n % 3 == 2 ? 7 : n % 3; }));
  const ProgramRun gaps = run_program(experiment(data.path(), output.path()));
  EXPECT_EQ(gaps.exit_code, 0);
  const std::string told =
      "warning: no examples of these classes, though each gets an output: 2 to 6\n";
  EXPECT_EQ(gaps.err.compare(0, told.size(), told), 0) << gaps.err;
}

TEST(OwnData, ThatIsNotANumberIsNamedByRowAndColumn) {
  const TinyData data;
  const TemporaryFolder output;
  auto x = decode_npy<float>(read_file(data / "x.npy"), "x");
  x(41, 5) = std::numeric_limits<float>::quiet_NaN();
  write_file(data / "x.npy", encode_npy(x));
  expect_refused(run_program(experiment(data.path(), output.path())),
                 "x.npy: data set: row 41, column 5 of x, both counted from 0, is NaN");
}

TEST(Experiment, KeepsItsHistoryWhenNoPictureCanBeDrawn) {
  const TinyData data;
  const TemporaryFolder output;
  const ProgramRun run = run_program(experiment(data.path(), output.path()), "PATH=/no/such");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_TRUE(contains(run.err, "curves.gp: gnuplot: No such file or directory\n")) << run.err;
  EXPECT_EQ(output.names(), (std::vector<std::string>{"curves.gp", "history.csv", "history.json"}));
}

TEST(Experiment, RefusesAFolderWithoutKnownFiles) {
  const TemporaryFolder empty, output;
  expect_refused(run_program(experiment(empty.path(), output.path())),
                 empty.path() + ": holds neither data_batch_1.bin");
}

}  // namespace
}  // namespace thinnet
