// The program that trains on all of CIFAR-10, on tiny data: its files, its refusals, and that being
// killed leaves no trace.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "data/io/npy.hpp"
#include "data/io/npz.hpp"
#include "tests/support.hpp"
#include "tests/system/programs/program_run.hpp"
#include "tests/system/programs/tiny_data.hpp"
#include "tests/system/programs/waiting.hpp"

namespace thinnet {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Names = std::vector<std::string>;
using testing::contains;
using testing::expect_refused;
using testing::ProgramRun;
using testing::run_program;
using testing::TemporaryFolder;

/// A folder with 60 training and 30 test examples of D features in 3 classes.
class TrainingData : public TemporaryFolder {
 public:
  explicit TrainingData(std::size_t D = 12) {
    write("x.npy", testing::normals<float>(60, D, 1));
    write("y.npy", labels(60, 3));
    write("x_test.npy", testing::normals<float>(30, D, 2));
    write("y_test.npy", labels(30, 3));
  }
  template <typename T>
  void write(const std::string& name, const Matrix<T>& m) const {
    write_file(*this / name, encode_npy(m));
  }
  static Matrix<float> labels(std::size_t N, std::size_t classes) {
    Matrix<float> y({N, 1});
    for (std::size_t n = 0; n < N; ++n) y(n, 0) = static_cast<float>(n % classes);
    return y;
  }
};

/// The command line, as a shell reads it.
std::string training(const std::string& data, const std::string& output,
                     const std::string& more = "") {
  // A list given twice would be one long list.
  const std::string hidden = contains(more, "--hidden") ? "" : " --hidden 8,6";
  return "train_cifar10 --data " + data + " --output " + output +
         " --validation 20 --epochs 3 --batch 16 --whiten 0 --input-keep-prob .8 --weight-gain .5"
         " --learning-rate .02 --label-smoothing 0" +
         hidden + " " + more;
}

Json history_of(const TemporaryFolder& output) {
  return Json::parse(read_file(output / "history.json"));
}

Json without_seconds(Json history) {
  history.erase("seconds");
  return history;
}

const Names all_files = {"checkpoint.npz", "curves.gp",    "curves.png",
                         "curves.svg",     "history.json", "weights.npz"};

TEST(TrainCifar10, WritesWeightsHistoryAndPictures) {
  const TrainingData data;
  const TemporaryFolder output;
  const ProgramRun run = run_program(training(data.path(), output / "new/folder"));
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(contains(run.out, "x.npy and y.npy from " + data.path() +
                                    ": 40 training, 20 validation and 30 test images\n"))
      << run.out;
  EXPECT_TRUE(contains(run.out, "dropout3")) << run.out;  // of the input too, unless told otherwise
  EXPECT_FALSE(contains(run.out, "Going on")) << run.out;
  EXPECT_TRUE(contains(run.err, "training  epoch 3/3")) << run.err;

  Names names;
  for (const auto& entry : fs::directory_iterator(output / "new/folder"))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, all_files);
  Json history = Json::parse(read_file(output / "new/folder/history.json"));
  EXPECT_EQ(history["settings"]["data-sha256"].get<std::string>().size(), 64U);
  history["settings"].erase("data-sha256");
  const Json expected_settings = {{"data", "x.npy and y.npy"},
                                  {"training", "40"},
                                  {"validation", "20"},
                                  {"split", "random"},
                                  {"whiten", "0"},
                                  {"hidden", "8,6"},
                                  {"keep-prob", "0.5"},
                                  {"input-keep-prob", "0.8"},
                                  {"weight-gain", "0.5"},
                                  {"epochs", "3"},
                                  {"batch", "16"},
                                  {"optimizer", "sgd"},
                                  {"learning-rate", "0.02"},
                                  {"momentum", "0.9"},
                                  {"weight-decay", "0"},
                                  {"schedule", "cosine"},
                                  {"warm-up", "0"},
                                  {"label-smoothing", "0"},
                                  {"flips", "false"},
                                  {"shifts", "0"},
                                  {"patience", "0"},
                                  {"seed", "0"}};
  EXPECT_EQ(history["settings"], expected_settings);
  ASSERT_EQ(history["epochs"].size(), 3U);
  const double pi = std::acos(-1.0);
  double best = -1;
  for (std::size_t i = 0; i < 3; ++i) {
    const Json& epoch = history["epochs"][i];
    EXPECT_EQ(epoch["epoch"], i + 1);
    // The middle of the third and last step of the epoch.
    const double done = (static_cast<double>(i) + 2.5 / 3) / 3;
    EXPECT_NEAR(epoch["learning_rate"], .02 * (1 + std::cos(pi * done)) / 2, 1e-15);
    best = std::max(best, epoch["validation_accuracy"].get<double>());
  }
  const std::size_t best_epoch = history["best_epoch"];
  EXPECT_EQ(history["epochs"][best_epoch - 1]["validation_accuracy"], best);
  EXPECT_GT(history["seconds"], 0);
  const std::string accuracy = fmt::format("{:.4f}", history["test_accuracy"].get<double>());
  EXPECT_TRUE(contains(run.out, "Test accuracy " + accuracy)) << run.out;
  EXPECT_TRUE(contains(run.out, fmt::format("Best epoch {} of 3", best_epoch))) << run.out;

  const Arrays weights = read_npz(output / "new/folder/weights.npz");
  const Arrays checkpoint = read_npz(output / "new/folder/checkpoint.npz");
  EXPECT_EQ(weights.size(), 6U);
  for (const auto& [name, bytes] : weights) EXPECT_EQ(checkpoint.at("best." + name), bytes) << name;
  EXPECT_EQ(read_file(output / "new/folder/curves.png").substr(0, 4), "\x89PNG");
  EXPECT_TRUE(contains(read_file(output / "new/folder/curves.svg"),
                       fmt::format("best epoch {}", best_epoch)));
}

/// The rows of x (N×D) times w (D×H) plus b; below 0 nothing, if asked for.
Matrix<double> affine(const Matrix<double>& x, const Matrix<double>& w, const Matrix<double>& b,
                      bool relu) {
  Matrix<double> out({x.shape(0), w.shape(1)});
  for (std::size_t n = 0; n < x.shape(0); ++n) {
    for (std::size_t h = 0; h < w.shape(1); ++h) {
      double sum = b(0, h);
      for (std::size_t d = 0; d < w.shape(0); ++d) sum += x(n, d) * w(d, h);
      out(n, h) = relu ? std::max(sum, 0.) : sum;
    }
  }
  return out;
}

TEST(TrainCifar10, TestsTheWeightsItLeaves) {
  const TrainingData data;
  const TemporaryFolder output;
  const std::string words = training(data.path(), output.path(), "--training 30 --split tail");
  ASSERT_EQ(run_program(words).exit_code, 0);
  // Test images at the mean and standard deviation of the first 30.
  const auto x = decode_npy<double>(read_file(data / "x.npy"), "x");
  auto h = decode_npy<double>(read_file(data / "x_test.npy"), "x_test");
  for (std::size_t d = 0; d < 12; ++d) {
    double mean = 0, variance = 0;
    for (std::size_t n = 0; n < 30; ++n) mean += x(n, d) / 30;
    for (std::size_t n = 0; n < 30; ++n) variance += std::pow(x(n, d) - mean, 2) / 30;
    for (std::size_t n = 0; n < 30; ++n) h(n, d) = (h(n, d) - mean) / std::sqrt(variance);
  }
  Arrays weights = read_npz(output / "weights.npz");
  for (const std::string layer : {"affine1", "affine2", "affine3"}) {
    h = affine(h, decode_npy<double>(weights[layer + ".w"], "w"),
               decode_npy<double>(weights[layer + ".b"], "b"), layer != "affine3");
  }
  double loss = 0, correct = 0;
  for (std::size_t n = 0; n < 30; ++n) {
    double sum = 0;
    for (std::size_t c = 0; c < 3; ++c) sum += std::exp(h(n, c));
    loss += (std::log(sum) - h(n, n % 3)) / 30;
    const auto* scores = &h(n, 0);
    const auto predicted = static_cast<std::size_t>(std::max_element(scores, scores + 3) - scores);
    correct += predicted == n % 3 ? 1 : 0;
  }
  const Json history = history_of(output);
  EXPECT_EQ(history["test_accuracy"], correct / 30);
  EXPECT_NEAR(history["test_loss"], loss, 1e-5);  // some dozen float roundings of 6e-8
  EXPECT_EQ(history["settings"]["training"], "30");
}

TEST(TrainCifar10, TakesEveryOption) {
  const TrainingData data;
  const TemporaryFolder output;
  const ProgramRun run = run_program(training(
      data.path(), output.path(),
      "--optimizer adam --schedule step --step-every 1 --step-factor .5 --warm-up 1.5 "
      "--label-smoothing .1 --whiten 7 --whiten-epsilon .05 --keep-prob .75 --input-keep-prob 1 "
      "--learning-rate .004 --weight-decay .01 --patience 2 --seed 11 --training 35"));
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(output.names(), all_files);
  EXPECT_TRUE(contains(run.out, "N×7")) << run.out;
  EXPECT_FALSE(contains(run.out, "dropout3")) << run.out;
  const Json history = history_of(output);
  const std::pair<const char*, const char*> expected[] = {
      {"training", "35"},       {"whiten", "7"},       {"whiten-epsilon", "0.05"},
      {"keep-prob", "0.75"},    {"optimizer", "adam"}, {"learning-rate", "0.004"},
      {"weight-decay", "0.01"}, {"schedule", "step"},  {"step-every", "1"},
      {"step-factor", "0.5"},   {"warm-up", "1.5"},    {"label-smoothing", "0.1"},
      {"input-keep-prob", "1"}, {"patience", "2"},     {"seed", "11"}};
  for (const auto& [name, value] : expected) EXPECT_EQ(history["settings"][name], value) << name;
  EXPECT_FALSE(history["settings"].contains("momentum"));
  // The last step of an epoch is at 2.5/3 of it, and its factor .5^(epoch - 1).
  EXPECT_NEAR(history["epochs"][0]["learning_rate"], .004 * (2.5 / 3) / 1.5, 1e-15);
  EXPECT_NEAR(history["epochs"][1]["learning_rate"], .002, 1e-15);
  EXPECT_EQ(decode_npy<float>(read_npz(output / "weights.npz")["affine1.w"], "w").shape(0), 7U);
}

TEST(TrainCifar10, LearnsFromTheFirstImagesAndValidatesOnTheLast) {
  const TrainingData data, other_middle, other_last;
  auto x = decode_npy<float>(read_file(data / "x.npy"), "x");
  const auto with_other_rows = [&](std::size_t first, std::size_t last) {
    Matrix<float> changed = x;
    for (std::size_t n = first; n < last; ++n)
      for (std::size_t d = 0; d < 12; ++d) changed(n, d) = 5 - 3 * x(n, (d + 1) % 12);
    return changed;
  };
  other_middle.write("x.npy", with_other_rows(30, 40));
  other_last.write("x.npy", with_other_rows(40, 60));
  for (const char* more : {"--whiten 0", "--whiten 6"}) {
    SCOPED_TRACE(more);
    // One epoch, whose weights are the best whatever the validation images say.
    const std::string options = std::string("--split tail --training 30 --epochs 1 ") + more;
    std::vector<std::string> weights;
    std::vector<Json> epochs;
    for (const TrainingData* from : {&data, &other_middle, &other_last}) {
      const TemporaryFolder output;
      EXPECT_EQ(run_program(training(from->path(), output.path(), options)).exit_code, 0);
      weights.push_back(read_file(output / "weights.npz"));
      epochs.push_back(history_of(output)["epochs"]);
    }
    EXPECT_TRUE(weights[1] == weights[0] && weights[2] == weights[0]);
    EXPECT_EQ(epochs[1], epochs[0]);
    EXPECT_NE(epochs[2][0]["validation_loss"], epochs[0][0]["validation_loss"]);
  }
}

TEST(TrainCifar10, SplitsSortedDataAtRandom) {
  const testing::SortedData data;
  const TemporaryFolder random, tail;
  const std::string words =
      "train_cifar10 --no-test --validation 100 --whiten 0 --hidden 16"
      " --epochs 5 --batch 20 --data " +
      data.path() + " --output ";
  const ProgramRun run = run_program(words + random.path());
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_GT(history_of(random)["epochs"][4]["validation_accuracy"], .9);
  EXPECT_TRUE(contains(run.out, "drawn by the seed, class by class")) << run.out;
  EXPECT_TRUE(contains(run.out, "guessing the largest class would get 0.340")) << run.out;
  const ProgramRun by_position = run_program(words + tail.path() + " --split tail");
  ASSERT_EQ(by_position.exit_code, 0) << by_position.err;
  EXPECT_EQ(history_of(tail)["epochs"][4]["validation_accuracy"], 0);
  EXPECT_FALSE(history_of(tail)["settings"].contains("split"));  // as older checkpoints have it
  EXPECT_TRUE(contains(by_position.err, "which go unjudged: 0 and 1\n")) << by_position.err;
  // Another split is another training.
  expect_refused(run_program(words + tail.path()), "checkpoint.npz: was made with other settings");
}

TEST(TrainCifar10, HeedsTheOptionsThatShowInTheWeightsOnly) {
  const TrainingData data;
  std::vector<std::string> weights;
  for (const char* options :
       {"--whiten 7 --optimizer adam", "--whiten 7 --optimizer adam --weight-decay .1",
        "--whiten 7 --optimizer adam --whiten-epsilon .1",
        "--whiten 7 --optimizer adam --label-smoothing .1", "--whiten 7 --momentum .9",
        "--whiten 7 --momentum .8", "--whiten 7 --weight-decay .1"}) {
    const TemporaryFolder output;
    EXPECT_EQ(run_program(training(data.path(), output.path(), options)).exit_code, 0);
    weights.push_back(read_file(output / "weights.npz"));
    for (std::size_t i = 0; i + 1 < weights.size(); ++i)
      EXPECT_TRUE(weights[i] != weights.back()) << options << ", " << i;
  }
}

TEST(TrainCifar10, FlipsAndShiftsImages) {
  const TrainingData data(64);  // pictures of 8×8
  const std::string moves[] = {"", "--flips", "--shifts 4", "--flips --shifts 4"};
  std::vector<std::string> weights;
  for (const std::string& move : moves) {
    const TemporaryFolder output;
    const ProgramRun run = run_program(training(data.path(), output.path(), move));
    ASSERT_EQ(run.exit_code, 0) << run.err;
    const Json settings = history_of(output)["settings"];
    EXPECT_EQ(settings["flips"], contains(move, "flips") ? "true" : "false");
    EXPECT_EQ(settings["shifts"], contains(move, "shifts") ? "4" : "0");
    weights.push_back(read_file(output / "weights.npz"));
  }
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(weights[i], weights[j]) << moves[i];
}

TEST(TrainCifar10, RepeatsItselfToTheByteAtOneAndTwoThreads) {
  const TrainingData data(600);
  const TemporaryFolder one, two;
  const std::string wide = "--whiten 300 --hidden 600 --batch 40 --validation 15";
  ASSERT_EQ(run_program(training(data.path(), one.path(), wide),
                        "OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1")
                .exit_code,
            0);
  run_program(training(data.path(), two.path(), wide), "OMP_NUM_THREADS=2 OPENBLAS_NUM_THREADS=2");
  EXPECT_TRUE(read_file(one / "weights.npz") == read_file(two / "weights.npz"));
  EXPECT_EQ(without_seconds(history_of(one)), without_seconds(history_of(two)));
}

/// Starts a training without waiting for it; kills it at the end, if it still runs.
class Started {
 public:
  /// stderr: a descriptor; without one it goes nowhere.
  explicit Started(const std::string& words, int err = -1) : process_(fork()) {
    if (process_ != 0) return;
    std::istringstream line(words);
    Names parts;
    for (std::string word; line >> word;) parts.push_back(word);
    const std::string program = testing::program_file(parts[0]);
    std::vector<char*> arguments;
    arguments.reserve(parts.size() + 1);
    for (std::string& part : parts) arguments.push_back(part.data());
    arguments.push_back(nullptr);
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nowhere, stream);
    if (err >= 0) dup2(err, STDERR_FILENO);
    execv(program.c_str(), arguments.data());
    _exit(127);
  }
  ~Started() { kill_now(); }
  Started(const Started&) = delete;
  Started& operator=(const Started&) = delete;

  /// False when it had already ended by itself.
  bool kill_now() {
    if (process_ <= 0) return false;
    kill(process_, SIGKILL);
    waitpid(process_, &status_, 0);
    process_ = -1;
    return WIFSIGNALED(status_);
  }
  bool ended() {
    if (process_ > 0 && waitpid(process_, &status_, WNOHANG) == process_) process_ = -1;
    return process_ < 0;
  }

 private:
  pid_t process_;
  int status_ = 0;
};

TEST(TrainCifar10, LeavesNoTraceOfBeingKilled) {
  const TrainingData data;
  const std::string options =
      "--epochs 12 --batch 4 --optimizer adam --warm-up 2 --patience 9 --whiten 8 --seed 3";
  const TemporaryFolder whole, killed;
  ASSERT_EQ(run_program(training(data.path(), whole.path(), options)).exit_code, 0);

  // Killed as soon as a new checkpoint stands, over and over. It tells on stderr that it whitens
  // and then every epoch, and waits at the second message: no start makes more than two epochs.
  const std::string words = training(data.path(), killed.path(), options);
  const std::string checkpoint = killed / "checkpoint.npz";
  const auto bytes = [&] { return fs::exists(checkpoint) ? read_file(checkpoint) : ""; };
  for (std::size_t kills = 0; kills < 5; ++kills) {
    const std::string before = bytes();
    testing::OneMessagePipe err;
    Started run(words, err.writing_end());
    testing::wait_until("a new checkpoint", [&] { return run.ended() || bytes() != before; });
    ASSERT_TRUE(run.kill_now());  // it had not ended before
  }
  // Killed after some time, wherever it may be then.
  for (int milliseconds = 5; milliseconds < 120; milliseconds += 17) {
    Started run(words);
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    run.kill_now();
  }
  const ProgramRun last = run_program(words);
  ASSERT_EQ(last.exit_code, 0) << last.err;
  EXPECT_TRUE(contains(last.out, "Going on from " + checkpoint)) << last.out;
  EXPECT_TRUE(read_file(killed / "weights.npz") == read_file(whole / "weights.npz"));
  EXPECT_EQ(without_seconds(history_of(killed)), without_seconds(history_of(whole)));
  Names left = killed.names();  // a file half written waits for its next writer
  left.erase(std::remove(left.begin(), left.end(), ".thinnet.partial"), left.end());
  EXPECT_EQ(left, all_files);
}

TEST(TrainCifar10, TestsAgainWithoutTrainingWhenAllIsDone) {
  const TrainingData data;
  const TemporaryFolder output;
  const std::string words = training(data.path(), output.path());
  ASSERT_EQ(run_program(words).exit_code, 0);
  const std::string weights = read_file(output / "weights.npz");
  const std::string history = read_file(output / "history.json");
  for (const std::string file : {"weights.npz", "history.json", "curves.svg"})
    fs::remove(output / file);
  const ProgramRun run = run_program(words);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_FALSE(contains(run.err, "epoch")) << run.err;
  EXPECT_TRUE(read_file(output / "weights.npz") == weights);
  EXPECT_EQ(read_file(output / "history.json"), history);  // its seconds too
  EXPECT_EQ(output.names(), all_files);
}

TEST(TrainCifar10, GoesOnForMoreEpochs) {
  const TrainingData data;
  const TemporaryFolder whole, parts;
  const auto run = [&](const TemporaryFolder& output, const std::string& options) {
    return run_program(training(data.path(), output.path(), "--schedule constant " + options));
  };
  ASSERT_EQ(run(whole, "--epochs 5").exit_code, 0);
  ASSERT_EQ(run(parts, "--epochs 2 --patience 5").exit_code, 0);
  const ProgramRun last = run(parts, "--epochs 5");
  EXPECT_EQ(last.exit_code, 0) << last.err;
  EXPECT_TRUE(contains(last.out, "Going on from " + parts / "checkpoint.npz" + ", after epoch 2\n"))
      << last.out;
  EXPECT_FALSE(contains(last.out, "in one go")) << last.out;
  EXPECT_TRUE(read_file(parts / "weights.npz") == read_file(whole / "weights.npz"));
  EXPECT_EQ(without_seconds(history_of(parts)), without_seconds(history_of(whole)));

  const ProgramRun fewer = run(parts, "--epochs 3");
  EXPECT_EQ(fewer.exit_code, 0) << fewer.err;
  EXPECT_TRUE(contains(fewer.out, "after epoch 5\nThat is more than --epochs 3")) << fewer.out;
  EXPECT_TRUE(read_file(parts / "weights.npz") == read_file(whole / "weights.npz"));
}

TEST(TrainCifar10, SaysWhatMoreEpochsMeanForItsSchedule) {
  const TrainingData data;
  const TemporaryFolder output;
  const auto run = [&](const std::string& options) {
    return run_program(training(data.path(), output.path(), "--schedule cosine " + options));
  };
  ASSERT_EQ(run("--epochs 2").exit_code, 0);
  const ProgramRun more = run("--epochs 6");
  EXPECT_EQ(more.exit_code, 0) << more.err;
  EXPECT_TRUE(contains(more.out, "followed the schedule of another --epochs")) << more.out;
  EXPECT_TRUE(contains(more.out, "not that of 6 epochs in one go")) << more.out;
  const ProgramRun same = run("--epochs 6");
  EXPECT_FALSE(contains(same.out, "another --epochs")) << same.out;
}

TEST(TrainCifar10, GoesOnWithTheSameSettingsOnly) {
  const TrainingData data;
  const TemporaryFolder output;
  ASSERT_EQ(run_program(training(data.path(), output.path())).exit_code, 0);
  const std::string checkpoint = read_file(output / "checkpoint.npz");
  const std::string history = read_file(output / "history.json");
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"--training 39", "training 40", "training 39"},
      {"--validation 19 --training 40", "validation 20", "validation 19"},
      {"--whiten 5", "whiten 0", "whiten 5"},
      {"--hidden 8,7", "hidden 8,6", "hidden 8,7"},
      {"--keep-prob 1", "keep-prob 0.5", "keep-prob 1"},
      {"--input-keep-prob .9", "input-keep-prob 0.8", "input-keep-prob 0.9"},
      {"--weight-gain .4", "weight-gain 0.5", "weight-gain 0.4"},
      {"--batch 17", "batch 16", "batch 17"},
      {"--optimizer adam", "optimizer sgd", "optimizer adam"},
      {"--learning-rate .021", "learning-rate 0.02", "learning-rate 0.021"},
      {"--momentum .8", "momentum 0.9", "momentum 0.8"},
      {"--weight-decay .1", "weight-decay 0", "weight-decay 0.1"},
      {"--schedule constant", "schedule cosine", "schedule constant"},
      {"--schedule step", "schedule cosine", "schedule step"},
      {"--warm-up 1", "warm-up 0", "warm-up 1"},
      {"--label-smoothing .1", "label-smoothing 0", "label-smoothing 0.1"},
      {"--seed 1", "seed 0", "seed 1"}};
  for (const auto& [option, before, now] : cases) {
    SCOPED_TRACE(option);
    const ProgramRun run = run_program(training(data.path(), output.path(), option));
    EXPECT_EQ(run.exit_code, 2);
    const std::string line = fmt::format(
        "train_cifar10: {}/checkpoint.npz: was made with other settings (then \"{}\", now \"{}\"): "
        "go on with those, or start in another folder\n",
        output.path(), before, now);
    EXPECT_FALSE(contains(run.out, "Going on")) << run.out;  // said only once it does
    // --whiten tells that it is at work before.
    EXPECT_EQ(run.err, (contains(option, "--whiten") ? "whitening\n" : "") + line);
  }
  EXPECT_TRUE(read_file(output / "checkpoint.npz") == checkpoint);
  EXPECT_EQ(read_file(output / "history.json"), history);
}

TEST(TrainCifar10, FlipsAndShiftsPicturesOfEveryShapeAndOrder) {
  const TrainingData data(576);
  // The shape of a row in its file, and the picture that it is.
  const std::pair<std::string, std::string> cases[] = {
      {"16, 36", "16 × 36"}, {"8, 24, 3", "8 × 24"}, {"3, 24, 8", "24 × 8"}};
  for (const auto& [shape, picture] : cases) {
    SCOPED_TRACE(shape);
    for (const std::string rows : {"60", "30"}) {
      const std::string name = rows == "60" ? "x.npy" : "x_test.npy";
      std::string bytes = read_file(data / name);
      const std::size_t begin = bytes.find("(" + rows + ", "), end = bytes.find('\n');
      std::string header = fmt::format("({}, {}), }}", rows, shape);
      header.resize(end - begin, ' ');
      write_file(data / name, bytes.replace(begin, end - begin, header));
    }
    const TemporaryFolder output, none;
    const ProgramRun run = run_program(training(data.path(), output.path(), "--flips --shifts 7"));
    EXPECT_EQ(run.exit_code, 0) << run.err;
    expect_refused(run_program(training(data.path(), none.path(), "--shifts 16")),
                   "a shift of 16 leaves nothing of an image of " + picture);
  }
}

TEST(TrainCifar10, MovesPicturesOnlyAndSaysSoBeforeItMakesANet) {
  const TrainingData data;
  const TemporaryFolder output;
  for (const char* option : {"--flips", "--shifts 2"}) {
    const ProgramRun run = run_program(training(data.path(), output.path(), option));
    expect_refused(run,
                   "augmentation: rows that are no pictures cannot be flipped or shifted; x of ");
    EXPECT_EQ(run.out, "");
  }
}

TEST(TrainCifar10, RefusesWrongOptionsInOneLine) {
  const TrainingData data;
  const TemporaryFolder output;
  const std::pair<std::string, std::string> cases[] = {
      {"--keep-prob 0", "keep_prob is 0, expected a number in (0, 1]"},
      {"--input-keep-prob 1.5", "keep_prob is 1.5, expected a number in (0, 1]"},
      {"--hidden 0", "--hidden"},
      {"--epochs 0", "--epochs"},
      {"--batch 0", "--batch"},
      {"--validation 0", "--validation"},
      {"--validation 60",
       "--training 1 and --validation 60 ask for more images than the 60 there are: "
       "--training 48 --validation 12 would do"},
      {"--training 41", "--training 41 and --validation 20 ask for more images than the 60"},
      {"--optimizer newton", "--optimizer: 'newton' is none of adam, sgd"},
      {"--schedule linear", "--schedule: 'linear' is none of constant, cosine, step"},
      {"--schedule step --step-factor 2", "the factor of step decay is 2, expected (0, 1]"},
      {"--schedule step --step-every 0", "step decay is every 0 epochs, expected above 0"},
      {"--warm-up -1", "--warm-up: '-1' is not a number of at least 0"},
      {"--warm-up nan", "--warm-up: 'nan' is not a number of at least 0"},
      {"--learning-rate 0", "learning rate is 0"},
      {"--momentum 1", "momentum is 1, expected [0, 1)"},
      {"--weight-decay -1", "weight decay is -1, expected a finite number >= 0"},
      {"--label-smoothing 1", "label smoothing is 1, expected [0, 1)"},
      {"--whiten-epsilon inf", "--whiten-epsilon: 'inf' is not a number of at least 0"},
      {"--whiten 13",
       "13 whitened components (--whiten) of images with 12 features: --whiten 12 keeps"},
      {"--training -1", "--training"},
      {"--whiten -1", "--whiten"},
      {"--patience -1", "--patience"},
      {"--shifts -1", "--shifts"},
      {"--split middle", "--split"},
      {"--whiten 5 --flips",
       "images are moved before they are whitened, so --flips and --shifts need --whiten 0"},
      {"--whiten 5 --shifts 2",
       "images are moved before they are whitened, so --flips and --shifts need --whiten 0"},
      {"--sed 4", "--sed"}};
  for (const auto& [option, message] : cases) {
    SCOPED_TRACE(option);
    expect_refused(run_program(training(data.path(), output.path(), option)), message);
  }
  EXPECT_TRUE(output.names().empty());
}

TEST(TrainCifar10, NeedsTestImagesThatFitBeforeItTrains) {
  const TrainingData data;
  const TemporaryFolder output;
  const auto refused = [&](const std::string& message) {
    const ProgramRun run = run_program(training(data.path(), output.path()));
    expect_refused(run, message);
    EXPECT_FALSE(contains(run.err, "epoch")) << run.err;
  };
  data.write("x_test.npy", testing::normals<float>(30, 11, 2));
  refused("test images have 11 features, the others 12");
  data.write("x_test.npy", testing::normals<float>(30, 12, 2));
  data.write("y_test.npy", TrainingData::labels(30, 5));
  refused("test images are of 5 classes, the others of 3");
  fs::remove(data / "y_test.npy");
  refused(data.path() + ": holds no test images: neither test_batch.bin, nor");
  refused("nor test.csv beside train.csv (--no-test does without)");
  EXPECT_TRUE(output.names().empty());
  data.write("y_test.npy", TrainingData::labels(30, 2));  // one class does not come up
  EXPECT_EQ(run_program(training(data.path(), output.path())).exit_code, 0);
}

TEST(TrainCifar10, RefusesADamagedCheckpoint) {
  const TrainingData data;
  const TemporaryFolder output;
  write_file(output / "checkpoint.npz", "garbage");
  expect_refused(run_program(training(data.path(), output.path())),
                 (output / "checkpoint.npz") + ": Not a zip archive");
  EXPECT_EQ(read_file(output / "checkpoint.npz"), "garbage");
  const std::string below_a_file = data / "x.npy" + "/output";
  expect_refused(run_program(training(data.path(), below_a_file)),
                 below_a_file + ": cannot make the folder");
}

TEST(TrainCifar10, LeavesTheTestImagesAloneWhenTold) {
  const TrainingData data;
  const TemporaryFolder output;
  fs::rename(data / "x_test.npy", data / "elsewhere");  // not even read
  const std::string command = training(data.path(), output.path());
  const ProgramRun run = run_program(command + " --no-test");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(contains(run.out, "20 validation and 0 test images")) << run.out;
  EXPECT_FALSE(contains(run.out, "Test accuracy")) << run.out;
  EXPECT_FALSE(history_of(output).contains("test_accuracy"));
  // The same training, once its settings are chosen, may be tested without doing it again.
  fs::rename(data / "elsewhere", data / "x_test.npy");
  const ProgramRun tested = run_program(command);
  EXPECT_TRUE(contains(tested.out, "Going on from")) << tested.out;
  EXPECT_TRUE(contains(tested.out, "Test accuracy")) << tested.out;
  EXPECT_TRUE(history_of(output).contains("test_accuracy"));
}

TEST(TrainCifar10, HasHelp) {
  const ProgramRun run = run_program("train_cifar10 --help");
  EXPECT_EQ(run.exit_code, 0);
  for (const char* option :
       {"--data",        "--label",           "--training", "--validation", "--split",
        "--whiten",      "--whiten-epsilon",  "--hidden",   "--keep-prob",  "--input-keep-prob",
        "--weight-gain", "--epochs",          "--batch",    "--optimizer",  "--learning-rate",
        "--momentum",    "--weight-decay",    "--schedule", "--step-every", "--step-factor",
        "--warm-up",     "--label-smoothing", "--flips",    "--shifts",     "--patience",
        "--seed",        "--no-test",         "--output"}) {
    EXPECT_TRUE(contains(run.out, option)) << option;
  }
}

TEST(TrainCifar10, TrainsOnFewRealImages) {
  const std::string folder = THINNET_SOURCE_DIR "/../shared/data/cifar-10-batches-bin";
  if (!fs::is_directory(folder)) GTEST_SKIP() << "CIFAR-10 is not there";
  const TemporaryFolder output;
  const ProgramRun run =
      run_program("train_cifar10 --data \"" + folder + "\" --output " + output.path() +
                  " --training 300 --validation 200 --whiten 0 --hidden 16 --epochs 2 "
                  "--flips --shifts 4");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(contains(run.out, "300 training, 200 validation and 10000 test images")) << run.out;
  EXPECT_EQ(output.names(), all_files);
  const Json history = history_of(output);
  EXPECT_EQ(history["settings"]["data"], "CIFAR-10");
  EXPECT_FALSE(history["settings"].contains("split"));  // published: by position
  // Ten classes of 1000 test images each: guessing is right .1 ± .003 of the time.
  EXPECT_GT(history["test_accuracy"], .05);
  EXPECT_LT(history["test_accuracy"], .5);
}

}  // namespace
}  // namespace thinnet
