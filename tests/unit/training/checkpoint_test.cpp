#include "training/checkpoint.hpp"
#include "core/initialise.hpp"
#include "core/product.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <limits>
#include <memory>
#include <ostream>

#include "data/io/file.hpp"
#include "data/io/npy.hpp"
#include "data/io/npz.hpp"
#include "layers/affine.hpp"
#include "layers/dropout.hpp"
#include "layers/mean_squared_error.hpp"
#include "layers/relu.hpp"
#include "optim/adam.hpp"
#include "optim/sgd.hpp"
#include "tests/support.hpp"
#include "tests/unit/data/temporary_folder.hpp"
#include "training/trainer.hpp"

namespace thinnet {
namespace {

using testing::message_of;
using testing::TemporaryFolder;

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

/// 2 channels of 3 × 4 pixels at random, with labels that they do not tell: the validation accuracy
/// wanders.
Dataset noise(std::size_t N, std::uint64_t seed) {
  Labels labels(N);
  for (std::size_t n = 0; n < N; ++n) labels[n] = static_cast<std::int32_t>(n % 3);
  return {testing::normals(N, 24, seed), labels, 3, Picture{3, 4, 2}};
}

/// The same with three targets that the pictures do not tell.
Dataset noise_with_targets(std::size_t N, std::uint64_t seed) {
  return {testing::normals(N, 24, seed), testing::normals(N, 3, seed + 1), Picture{3, 4, 2}};
}

/// out = x - mean, where mean is a buffer: a running mean of what training has seen.
template <typename T>
class Centre : public Layer<T> {
 public:
  explicit Centre(std::size_t H)
      : Layer<T>("centre"), mean_{"mean", xt::zeros<T>({std::size_t{1}, H}), {}, Role::buffer} {}

  const Matrix<T>& forward(const Matrix<T>& x, const Pass& pass) override {
    if (pass.training) {
      Matrix<T> sum;
      sum_rows(x, sum);
      mean_.value = T(.9) * mean_.value + T(.1) / T(x.shape(0)) * sum;
    }
    out_ = x - mean_.value;
    return out_;
  }
  const Matrix<T>& backward(const Matrix<T>& dout) override { return dout; }
  std::vector<Parameter<T>*> parameters() override { return {&mean_}; }

 private:
  Parameter<T> mean_;
  Matrix<T> out_;
};

struct Variant {
  const char* name;
  bool adam;
  Sampling sampling;
  std::size_t patience;
  bool targets = false;
};

void PrintTo(const Variant& variant, std::ostream* out) {
  *out << variant.name;
}

constexpr std::size_t epochs = 5, steps = 4;  // of 16, 16, 16 and 2 examples

/// One training with everything that has a state or draws numbers.
template <typename T>
struct Training {
  explicit Training(const Variant& variant, std::string checkpoint = "",
                    std::size_t last = epochs) {
    initialise(net.parameters(), he, 4);
    if (variant.adam)
      optimizer = std::make_unique<Adam<T>>(net.parameters(), AdamOptions{.03});
    else
      optimizer = std::make_unique<Sgd<T>>(net.parameters(), SgdOptions{.3, .9});
    TrainerOptions options{last, 16, 7, variant.patience, variant.sampling};
    options.schedule = warm_up(1.5, cosine(epochs));
    options.label_smoothing = variant.targets ? 0 : .1;
    options.augmentation = {true, 1};
    options.checkpoint = std::move(checkpoint);
    options.settings = std::string("of ") + variant.name + "\n";
    if (variant.targets) {
      training = noise_with_targets(50, 1);
      validation = noise_with_targets(30, 5);
      trainer = std::make_unique<Trainer<T>>(net, *optimizer, loss, options);
    } else {
      trainer = std::make_unique<Trainer<T>>(net, *optimizer, options);
    }
  }

  History fit(const ProgressReporter& report = nullptr) {
    return trainer->fit(training, validation, Normaliser<T>::standard_of(training), report);
  }

  /// Trains until `reports` reports have come; false when training ends before.
  bool stops_after(std::size_t reports) {
    struct Stopped {};
    const auto stop = [&](const Progress&) {
      if (--reports == 0) throw Stopped();
    };
    try {
      fit(stop);
    } catch (const Stopped&) {
      return true;
    }
    return false;
  }

  Sequential<T> net{24,        Dropout<T>(.8, 3), Affine<T>(24, 10), Centre<T>(10),
                    Relu<T>(), Dropout<T>(.5, 3), Affine<T>(10, 3)};
  Dataset training = noise(50, 1), validation = noise(30, 5);
  MeanSquaredError<T> loss;
  std::unique_ptr<Optimizer<T>> optimizer;
  std::unique_ptr<Trainer<T>> trainer;
};

/// Every bit that training has changed, but for the seconds it took.
template <typename T>
std::string outcome(Training<T>& run, const History& history) {
  std::string bytes;
  const auto add_weights = [&] {
    for (const auto* p : run.net.parameters()) bytes += encode_npy(p->value);
  };
  add_weights();
  const auto state = run.optimizer->state();
  for (const auto* moment : state.moments)
    for (const auto& m : *moment) bytes += encode_npy(m);
  bytes += std::to_string(state.t == nullptr ? 0 : *state.t);
  for (const EpochRecord& e : history.epochs) {
    bytes += encode_npy(
        Matrix<double>{{double(e.epoch), e.learning_rate, e.loss, e.train_accuracy.value_or(-1),
                        e.validation_loss, e.validation_accuracy.value_or(-1)}});
  }
  bytes += fmt::format("best {} early {}", history.best, history.stopped_early);
  bytes += fmt::format("rate {}", run.optimizer->learning_rate());
  run.trainer->restore_best();
  add_weights();
  return bytes;
}

class Resuming : public ::testing::TestWithParam<Variant> {
 protected:
  template <typename T>
  void expect_every_interruption_to_leave_no_trace() const;
};

template <typename T>
void Resuming::expect_every_interruption_to_leave_no_trace() const {
  Training<T> whole(GetParam());
  const History history = whole.fit();
  ASSERT_EQ(history.stopped_early, GetParam().patience > 0);
  ASSERT_LT(history.best + 1, history.epochs.size()) << "the best weights must not be the last";
  const std::string expected = outcome(whole, history);

  const TemporaryFolder folder;
  const std::string path = folder / "checkpoint.npz";
  // A report comes after every step, and one at the end of each epoch, when its checkpoint stands.
  const std::size_t reports = history.epochs.size() * (steps + 1);
  for (std::size_t at = 1; at <= reports; at += 3) {  // comes by every place within an epoch
    fs::remove(path);
    ASSERT_TRUE(Training<T>(GetParam(), path).stops_after(at));
    EXPECT_EQ(fs::exists(path), at > steps);
    Training<T> resumed(GetParam(), path);
    const History rest = resumed.fit();
    EXPECT_EQ(outcome(resumed, rest), expected) << "stopped at report " << at;
  }
  Training<T>(GetParam(), path).fit();
  EXPECT_FALSE(Training<T>(GetParam(), path).stops_after(1)) << "nothing is left to do";

  // Never more than one epoch at a time.
  fs::remove(path);
  std::size_t starts = 0;
  while (Training<T>(GetParam(), path).stops_after(steps + 1)) ++starts;
  EXPECT_EQ(starts, history.epochs.size());
  Training<T> last(GetParam(), path);
  const History all = last.fit();
  EXPECT_EQ(outcome(last, all), expected);
  EXPECT_EQ(folder.names(), Names{"checkpoint.npz"});
}

TEST_P(Resuming, ReachesTheBitsOfAnUninterruptedTraining) {
  expect_every_interruption_to_leave_no_trace<float>();
}

TEST_P(Resuming, ReachesThemInDoubleToo) {
  expect_every_interruption_to_leave_no_trace<double>();
}

TEST_P(Resuming, TakesWhatItsObjectsHaveBeenThroughForNothing) {
  Training<float> whole(GetParam());
  const History history = whole.fit();
  const TemporaryFolder folder;
  Training<float> stopped(GetParam(), folder / "checkpoint.npz");
  ASSERT_TRUE(stopped.stops_after(steps + 1 + 2));  // in the middle of the second epoch
  const History rest = stopped.fit();
  EXPECT_EQ(outcome(stopped, rest), outcome(whole, history));
}

const Variant variants[] = {
    {"Sgd", false, Sampling::shuffled, 0},
    {"Adam", true, Sampling::shuffled, 0},
    {"SgdWithReplacement", false, Sampling::with_replacement, 0},
    {"AdamWithReplacement", true, Sampling::with_replacement, 0},
    {"SgdWithPatience", false, Sampling::shuffled, 1},
    {"AdamWithPatience", true, Sampling::with_replacement, 1},
    {"SgdOfTargets", false, Sampling::with_replacement, 0, true},
    {"SgdOfTargetsWithPatience", false, Sampling::shuffled, 1, true},
};
INSTANTIATE_TEST_SUITE_P(All, Resuming, ::testing::ValuesIn(variants),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(Checkpoint, OfAFinishedTrainingIsOnlyRead) {
  const TemporaryFolder folder;
  const std::string path = folder / "checkpoint.npz";
  Training<float> run(variants[1], path);
  const History history = run.fit();
  const std::string bytes = read_file(path), expected = outcome(run, history);
  const auto written = fs::last_write_time(path);
  Training<float> again(variants[1], path);
  const History same = again.fit([](const Progress&) { ADD_FAILURE() << "an epoch was trained"; });
  EXPECT_EQ(outcome(again, same), expected);
  EXPECT_EQ(same.seconds, history.seconds);
  EXPECT_EQ(read_file(path), bytes);
  EXPECT_EQ(fs::last_write_time(path), written);
}

TEST(Checkpoint, GoesOnWhenMoreEpochsAreAskedFor) {
  const TemporaryFolder folder;
  const std::string path = folder / "checkpoint.npz";
  Training<double>(variants[0], path, 2).fit();
  Training<double> rest(variants[0], path), whole(variants[0]);
  const History after = rest.fit(), history = whole.fit();
  EXPECT_EQ(outcome(rest, after), outcome(whole, history));
}

TEST(Checkpoint, AddsUpTheSecondsOfAllParts) {
  const TemporaryFolder folder;
  const std::string path = folder / "checkpoint.npz";
  ASSERT_TRUE(Training<float>(variants[1], path).stops_after(steps + 1));
  Arrays arrays = read_npz(path);
  auto counters = decode_npy<double>(arrays["counters"], "counters");
  EXPECT_EQ(counters(0, 0), double(steps));
  EXPECT_GT(counters(0, 1), 0);
  counters(0, 1) = 1e6;
  arrays["counters"] = encode_npy(counters);
  write_npz(path, arrays);
  const double seconds = Training<float>(variants[1], path).fit().seconds;
  EXPECT_GT(seconds, 1e6);
  EXPECT_LT(seconds, 1e6 + 900);
}

TEST(Checkpoint, IsNotMadeUnlessAskedFor) {
  const TemporaryFolder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  Training<float>(variants[0]).fit();
  fs::current_path(before);
  EXPECT_EQ(folder.names(), Names{});
}

TEST(Checkpoint, DoesNotTouchATrainingOfOtherSettings) {
  const TemporaryFolder folder;
  const std::string path = folder / "checkpoint.npz";
  ASSERT_TRUE(Training<float>(variants[0], path).stops_after(steps + 1));
  Training<float> fresh(variants[1]), other(variants[1], path);
  EXPECT_EQ(message_of<std::runtime_error>([&] { other.fit(); }),
            path +
                ": was made with other settings (then \"of Sgd\", now \"of Adam\"): go on with "
                "those, or start in another folder");
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(other.net.parameters()[i]->value, fresh.net.parameters()[i]->value) << i;
  EXPECT_EQ(*other.optimizer->state().t, 0U);
  EXPECT_THROW(other.trainer->restore_best(), std::logic_error);
}

/// A state by hand: parameters w (2×3) and b (1×3), so many moments, two epochs.
template <typename T = float>
struct SmallState {
  explicit SmallState(double first = 1, std::size_t moments = 1) {
    T next = static_cast<T>(first);
    const auto fill = [&](std::size_t rows) {
      Matrix<T> m({rows, 3});
      for (T& value : m) value = (next += T(.1));
      return m;
    };
    w.value = fill(2);
    b.value = fill(1);
    best = {fill(2), fill(1)};
    for (std::size_t k = 0; k < moments; ++k) moment_values.push_back({fill(2), fill(1)});
    t = static_cast<std::uint64_t>(10 * first);
    history.add({1, .1 * first, .2, .3, .4, .5});
    history.add({2, .01 * first, .2, .3, .4, .45});
    history.seconds = first;
  }
  TrainingState<T> state() {
    typename Optimizer<T>::State optimizer{{}, &t};
    for (auto& moment : moment_values) optimizer.moments.push_back(&moment);
    return {{&w, &b}, optimizer, history, best, has_accuracies};
  }
  /// As it is where the data set has targets.
  SmallState without_accuracies() && {
    has_accuracies = false;
    for (EpochRecord& e : history.epochs) e.train_accuracy = e.validation_accuracy = {};
    history.best = 0;
    return std::move(*this);
  }
  /// All of it, as bytes.
  std::string bytes() {
    std::string all = encode_npy(w.value) + encode_npy(b.value);
    for (const auto& m : best) all += encode_npy(m);
    for (const auto& moment : moment_values)
      for (const auto& m : moment) all += encode_npy(m);
    for (const EpochRecord& e : history.epochs) {
      all += fmt::format("{} {} {} {} {} {};", e.epoch, e.learning_rate, e.loss,
                         e.train_accuracy.value_or(-1), e.validation_loss,
                         e.validation_accuracy.value_or(-1));
    }
    return all +
           fmt::format("{} {} {} {}", history.best, history.stopped_early, history.seconds, t);
  }

  Parameter<T> w{"affine1.w", {}, {}, Role::weight}, b{"affine1.b", {}, {}, Role::bias};
  std::vector<std::vector<Matrix<T>>> moment_values;
  std::uint64_t t = 0;
  History history;
  std::vector<Matrix<T>> best;
  bool has_accuracies = true;
};

const std::string settings = "rate 0.1\nseed 3\n";

/// A checkpoint of SmallState(1), and what is said of it when it cannot be read.
class DamagedCheckpoint : public ::testing::Test {
 protected:
  DamagedCheckpoint() { save_checkpoint(path, settings, SmallState<>(1).state()); }

  /// Without the path, which must come first; nothing may have changed.
  template <typename T = float>
  std::string error(SmallState<T> into = SmallState<T>(2), const std::string& now = settings) {
    const std::string before = into.bytes();
    const std::string message =
        message_of<std::runtime_error>([&] { load_checkpoint(path, now, into.state()); });
    EXPECT_EQ(into.bytes(), before) << message;
    EXPECT_EQ(message.substr(0, path.size() + 2), path + ": ");
    return message.substr(std::min(message.size(), path.size() + 2));
  }
  /// With one array of the file replaced, or removed when there is no matrix.
  std::string error_with(const std::string& name, const std::string& array) {
    Arrays arrays = whole;
    arrays[name] = array;
    if (array.empty()) arrays.erase(name);
    write_npz(path, arrays);
    return error();
  }

  const TemporaryFolder folder;
  const std::string path = folder / "checkpoint.npz";
  Arrays whole = (save_checkpoint(path, settings, SmallState<>(1).state()), read_npz(path));
};

TEST_F(DamagedCheckpoint, WouldBeReadToTheBitIfWhole) {
  SmallState<> other(2);
  EXPECT_TRUE(load_checkpoint(path, settings, other.state()));
  EXPECT_EQ(other.bytes(), SmallState<>(1).bytes());
  EXPECT_EQ(other.history.best, 0U);
}

TEST_F(DamagedCheckpoint, HoldsOneArrayForEachMatrix) {
  Names names;
  names.reserve(whole.size());
  for (const auto& array : whole) names.push_back(array.first);
  EXPECT_EQ(names, (Names{"affine1.b", "affine1.w", "best.affine1.b", "best.affine1.w", "counters",
                          "history", "moment1.affine1.b", "moment1.affine1.w", "settings"}));
  EXPECT_EQ(whole["affine1.w"], encode_npy(SmallState<>(1).w.value));
  EXPECT_EQ(whole["best.affine1.b"], encode_npy(SmallState<>(1).best[1]));
  EXPECT_EQ(whole["history"],
            encode_npy(Matrix<double>{{1, .1, .2, .3, .4, .5}, {2, .01, .2, .3, .4, .45}}));
}

TEST_F(DamagedCheckpoint, IsTheSameToTheByteForTheSameState) {
  save_checkpoint(folder / "again.npz", settings, SmallState<>(1).state());
  EXPECT_EQ(read_file(folder / "again.npz"), read_file(path));
}

TEST_F(DamagedCheckpoint, OfOtherSettingsNamesTheFirstDifferingLine) {
  const auto differing = [&](const std::string& now) { return error(SmallState<>(2), now); };
  const auto message = [](const std::string& then, const std::string& now) {
    return "was made with other settings (then \"" + then + "\", now \"" + now +
           "\"): go on with those, or start in another folder";
  };
  EXPECT_EQ(differing("rate 0.2\nseed 4\n"), message("rate 0.1", "rate 0.2"));
  EXPECT_EQ(differing("rate 0.1\nseed 4\n"), message("seed 3", "seed 4"));
  EXPECT_EQ(differing("rate 0.1\n"), message("seed 3", ""));
  EXPECT_EQ(differing(settings + "more 1\n"), message("", "more 1"));
  EXPECT_EQ(differing(""), message("rate 0.1", ""));
}

TEST_F(DamagedCheckpoint, MayHaveNoSettingsAtAll) {
  save_checkpoint(path, "", SmallState<>(1).state());
  SmallState<> other(2);
  EXPECT_TRUE(load_checkpoint(path, "", other.state()));
  EXPECT_EQ(other.bytes(), SmallState<>(1).bytes());
}

TEST_F(DamagedCheckpoint, MissesAnArray) {
  for (const auto& array : whole) EXPECT_EQ(error_with(array.first, ""), "no array " + array.first);
}

TEST_F(DamagedCheckpoint, HoldsAnArrayTooMany) {
  EXPECT_EQ(error_with("affine2.w", whole["affine1.w"]),
            "array affine2.w does not belong to this training");
}

TEST_F(DamagedCheckpoint, HoldsAnArrayOfAnotherShape) {
  const std::string two_by_two = encode_npy(Matrix<float>{{1, 2}, {3, 4}});
  for (const std::string name : {"affine1.w", "best.affine1.w", "moment1.affine1.w"})
    EXPECT_EQ(error_with(name, two_by_two), name + " is 2×2, expected 2×3");
  EXPECT_EQ(error_with("affine1.b", "garbage"), "affine1.b: not a .npy file");
  EXPECT_EQ(error_with("settings", "garbage"), "settings: not a .npy file");
}

TEST_F(DamagedCheckpoint, HoldsAHistoryOfAnotherShape) {
  const std::string reason = "history or counters have a wrong shape";
  EXPECT_EQ(error_with("history", encode_npy(Matrix<double>({2, 5}, 1))), reason);
  EXPECT_EQ(error_with("history", encode_npy(Matrix<double>({2, 7}, 1))), reason);
  EXPECT_EQ(error_with("history", encode_npy(Matrix<double>({0, 6}, 1))), reason);
  EXPECT_EQ(error_with("counters", encode_npy(Matrix<double>({1, 1}, 1))), reason);
  EXPECT_EQ(error_with("counters", encode_npy(Matrix<double>({1, 3}, 1))), reason);
  // Two numbers, but not in a row.
  EXPECT_EQ(error_with("counters", encode_npy(Matrix<double>({2, 1}, 1))), reason);
}

TEST_F(DamagedCheckpoint, IsOfLabelsWhereThisTrainingIsOfTargetsOrTheOtherWayRound) {
  const std::string reason = "history or counters have a wrong shape";
  EXPECT_EQ(error(SmallState<>(2).without_accuracies()), reason);
  save_checkpoint(path, settings, SmallState<>(1).without_accuracies().state());
  EXPECT_EQ(error(), reason);

  SmallState<> other = SmallState<>(2).without_accuracies();
  EXPECT_TRUE(load_checkpoint(path, settings, other.state()));
  EXPECT_EQ(other.bytes(), SmallState<>(1).without_accuracies().bytes());
  EXPECT_EQ(read_npz(path)["history"],
            encode_npy(Matrix<double>{{1, .1, .2, .4}, {2, .01, .2, .4}}));
}

TEST_F(DamagedCheckpoint, CountsStepsThatNobodyMade) {
  for (const double count : {-1.0, 1e300, std::nan("")}) {
    EXPECT_EQ(error_with("counters", encode_npy(Matrix<double>({{count, 0.0}}))),
              fmt::format("the number of steps is {}", count));
  }
}

TEST_F(DamagedCheckpoint, HoldsNumbersInPlaceOfItsSettings) {
  EXPECT_EQ(error_with("settings", encode_npy(Matrix<double>({{1e300, -1}}))),
            "settings: not of type u1");
}

TEST_F(DamagedCheckpoint, IsOfAnotherOptimizer) {
  EXPECT_EQ(error(SmallState<>(2, 2)), "no array moment2.affine1.w");
  save_checkpoint(path, settings, SmallState<>(1, 2).state());
  EXPECT_EQ(error(), "array moment2.affine1.b does not belong to this training");
}

TEST_F(DamagedCheckpoint, IsOfAnotherNet) {
  SmallState<> renamed(2);
  renamed.b.name = "affine2.b";
  EXPECT_EQ(error(std::move(renamed)), "no array affine2.b");
}

TEST_F(DamagedCheckpoint, IsNoticedWhereverItIsCutOff) {
  for (auto size = fs::file_size(path); size > 0;) {
    fs::resize_file(path, --size);
    EXPECT_NE(error(), "") << size << " bytes";
  }
}

TEST_F(DamagedCheckpoint, IsNoticedInEveryArray) {
  const std::string bytes = read_file(path);
  for (const auto& [name, array] : whole) {
    const std::size_t at = bytes.find(array) + array.size() - 1;
    testing::overwrite(path, at, std::string(1, static_cast<char>(bytes[at] ^ 64)));
    EXPECT_EQ(error(), "entry " + name + ".npy is damaged");
    testing::overwrite(path, at, bytes.substr(at, 1));
  }
}

TEST_F(DamagedCheckpoint, IsNoFile) {
  fs::remove(path);
  SmallState<> into(2);
  EXPECT_FALSE(load_checkpoint(path, settings, into.state()));
  EXPECT_FALSE(load_checkpoint(folder / "no/such.npz", settings, into.state()));
  EXPECT_EQ(into.bytes(), SmallState<>(2).bytes());
  fs::create_directory(path);
  EXPECT_NE(error(), "");
  fs::remove(path);
  fs::create_symlink("checkpoint.npz", path);
  EXPECT_EQ(error(), "Too many levels of symbolic links");
}

/// Does without root's rights while it lives.
class WithoutRights {
 public:
  WithoutRights() {
    constexpr uid_t nobody = 65534;
    if (geteuid() == 0 && seteuid(nobody) != 0) throw std::runtime_error("cannot drop rights");
  }
  ~WithoutRights() {
    if (seteuid(before_) != 0) std::abort();
  }
  WithoutRights(const WithoutRights&) = delete;
  WithoutRights& operator=(const WithoutRights&) = delete;

 private:
  uid_t before_ = geteuid();
};

TEST_F(DamagedCheckpoint, MayNotBeRead) {
  fs::permissions(path, fs::perms::none);
  fs::permissions(folder.path(), fs::perms::all);
  {
    const WithoutRights nobody;
    EXPECT_EQ(error(), "Can't open file: Permission denied");
  }
  // In a folder that may not be entered, it may well be there.
  fs::permissions(folder.path(), fs::perms::none);
  {
    const WithoutRights nobody;
    EXPECT_EQ(error(), "Permission denied");
  }
  fs::permissions(folder.path(), fs::perms::owner_all);
}

TEST_F(DamagedCheckpoint, StaysWhenItsSuccessorCannotBeWritten) {
  fs::permissions(path, fs::perms::all);
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec |
                                     fs::perms::others_read | fs::perms::others_exec);
  {
    const WithoutRights nobody;
    const std::string message = message_of<std::runtime_error>(
        [&] { save_checkpoint(path, settings, SmallState<>(3).state()); });
    EXPECT_EQ(message, path + ": cannot write: Permission denied");
  }
  fs::permissions(folder.path(), fs::perms::owner_all);
  SmallState<> other(2);
  EXPECT_TRUE(load_checkpoint(path, settings, other.state()));
  EXPECT_EQ(other.bytes(), SmallState<>(1).bytes());
  EXPECT_EQ(folder.names(), Names{"checkpoint.npz"});
}

TEST(Checkpoint, NamesAPlaceThatCannotBeWritten) {
  const TemporaryFolder folder;
  const std::string path = folder / "no/such/folder/checkpoint.npz";
  Training<float> run(variants[0], path);
  EXPECT_EQ(message_of<std::runtime_error>([&] { run.fit(); }),
            path + ": cannot write: No such file or directory");
}

TEST(Checkpoint, NeedsAMomentForEveryParameter) {
  const TemporaryFolder folder;
  const std::string path = folder / "checkpoint.npz";
  const std::string message = "checkpoint: the net has 2 parameters, but the optimizer moves 1";
  SmallState<> state(1);
  save_checkpoint(path, settings, state.state());
  state.moment_values[0].pop_back();
  EXPECT_EQ(message_of([&] { save_checkpoint(path, settings, state.state()); }), message);
  EXPECT_EQ(message_of([&] { load_checkpoint(path, settings, state.state()); }), message);
}

TEST(Checkpoint, NeedsAnEpoch) {
  const TemporaryFolder folder;
  SmallState<> state(1);
  state.history = {};
  state.best.clear();
  EXPECT_EQ(message_of([&] { save_checkpoint(folder / "c.npz", settings, state.state()); }),
            "checkpoint: no epoch has been trained");
  EXPECT_EQ(folder.names(), Names{});
}

TEST(Checkpoint, OpensInNumpy) {
  if (std::system("/usr/bin/python3 -c 'import numpy' >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "/usr/bin/python3 with numpy is not there";
  const TemporaryFolder folder;
  Training<float> run(variants[1], folder / "checkpoint.npz");
  run.fit();
  write_file(folder / "program.py", R"(
import numpy
with numpy.load('checkpoint.npz') as file:
    assert bytes(file['settings'][0]) == b'of Adam\n', file['settings']
    assert file['history'].shape == (5, 6) and file['history'].dtype == numpy.float64
    assert list(file['history'][:, 0]) == [1, 2, 3, 4, 5]
    assert file['counters'][0, 0] == 20
    for prefix in ('', 'best.', 'moment1.', 'moment2.'):
        shapes = [file[prefix + name].shape for name in
                  ('affine1.w', 'affine1.b', 'affine2.w', 'affine2.b')]
        assert shapes == [(24, 10), (1, 10), (10, 3), (1, 3)], shapes
    assert file['affine1.w'].dtype == numpy.float32
    assert file['centre1.mean'].shape == file['best.centre1.mean'].shape == (1, 10)
    assert len(file.files) == 21, file.files
    print(file['affine1.w'].tobytes().hex())
)");
  const std::string in_folder = "cd '" + folder.path() + "' && ";
  ASSERT_EQ(std::system((in_folder + "/usr/bin/python3 program.py >output 2>&1").c_str()), 0)
      << read_file(folder / "output");
  const auto& w = run.net.parameters()[0]->value;
  std::string hex;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(w.data());
  for (std::size_t i = 0; i < w.size() * sizeof(float); ++i) hex += fmt::format("{:02x}", bytes[i]);
  EXPECT_EQ(read_file(folder / "output"), hex + "\n");
}

}  // namespace
}  // namespace thinnet
