// The parts of the study one by one: what is paired, what is parsed, what is kept.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "apps/dropout_study/groups.hpp"
#include "apps/dropout_study/journal.hpp"
#include "apps/dropout_study/options.hpp"
#include "apps/dropout_study/page.hpp"
#include "apps/dropout_study/weight_tiles.hpp"
#include "core/engine/mask.hpp"
#include "tests/support.hpp"
#include "tests/system/programs/program_run.hpp"
#include "tests/system/programs/random_images.hpp"
#include "tests/unit/data/temporary_folder.hpp"

namespace thinnet::examples {
namespace {

using testing::contains;
using testing::examples_of;
using testing::message_of;
using testing::random_images;
using testing::TemporaryFolder;

ExperimentOptions tiny_options() {
  ExperimentOptions options;
  options.hidden = {8};
  options.keep_probs = {0.5};
  options.training = 20;
  options.validation = 10;
  options.batch_size = 7;
  options.epochs = 2;
  options.seed = 3;
  return options;
}

// ---- what is paired

TEST(StudyOptions, TakeNamesInCapitals) {
  StudyOptions options;
  set_option(options, "optimizer", "SGD");
  set_option(options, "sampling", "Shuffled");
  set_option(options, "split", "TAIL");
  EXPECT_EQ(options.shared.optimizer, OptimizerKind::sgd);
  EXPECT_EQ(options.shared.sampling, Sampling::shuffled);
  EXPECT_EQ(options.split, SplitChoice::tail);
}

TEST(StudyPairs, SubsetsComeFromThePoolAndAreNested) {
  const Dataset images = random_images(60);
  ExperimentOptions options = tiny_options();
  const ExperimentData small = data_of(images, options);
  options.training = 50;
  const ExperimentData all = data_of(images, options);
  auto few = examples_of(small.training), many = examples_of(all.training);
  ASSERT_EQ(few.size(), 20U);
  EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
  EXPECT_FALSE(std::is_sorted(few.begin(), few.end()));  // random, not the first so many
  std::sort(many.begin(), many.end());
  for (std::uint32_t i = 0; i < 50; ++i) EXPECT_EQ(many[i], i);  // the pool, each once
  const auto validation = examples_of(small.validation);
  ASSERT_EQ(validation.size(), 10U);
  for (std::uint32_t i = 0; i < 10; ++i) EXPECT_EQ(validation[i], 50 + i);
  EXPECT_TRUE(small.mean_image.mean == Normaliser<float>::mean_of(small.training).mean);
  options.training = 51;
  EXPECT_EQ(message_of([&] { data_of(images, options); }),
            "--training 51 and --validation 10 ask for more images than the 60 there are: "
            "--training 48 --validation 12 would do");
}

TEST(StudyPairs, RandomSplitDrawsTheValidationImagesToo) {
  const Dataset images = random_images(60);
  ExperimentOptions options = tiny_options();
  options.split = Split::random;
  const ExperimentData small = data_of(images, options);
  options.training = 50;
  const ExperimentData all = data_of(images, options);
  const auto few = examples_of(small.training), many = examples_of(all.training);
  EXPECT_EQ(few.size(), 20U);
  EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
  const auto validation = examples_of(all.validation);
  EXPECT_EQ(examples_of(small.validation), validation);
  EXPECT_EQ(validation.size(), 10U);
  auto together = many;
  together.insert(together.end(), validation.begin(), validation.end());
  std::sort(together.begin(), together.end());
  for (std::uint32_t i = 0; i < 60; ++i) EXPECT_EQ(together[i], i);
  options.seed = 4;
  EXPECT_NE(examples_of(data_of(images, options).validation), validation);
}

TEST(StudyRuns, TellWhatGuessingWouldGet) {
  // 4 of 10 and 6 of 8 validation images are of the largest class.
  const RunResult one{{}, {}, {}, 1, {{1, 2, 0}, {0, 4, 0}, {3, 0, 0}}};
  const RunResult two{{}, {}, {}, 1, {{0, 1, 1}, {0, 0, 0}, {3, 3, 0}}};
  EXPECT_DOUBLE_EQ(guessing_of({one}), .4);
  EXPECT_DOUBLE_EQ(guessing_of({one, two}), (.4 + .75) / 2);
}

TEST(StudyPairs, SubsetsFollowFromTheSeedAlone) {
  const Dataset images = random_images(60);
  ExperimentOptions options = tiny_options();
  const auto subset = examples_of(data_of(images, options).training);
  options.keep_probs = {1};
  options.hidden = {30, 30};
  options.epochs = 9;
  EXPECT_EQ(examples_of(data_of(images, options).training), subset);
  options.seed = 4;
  EXPECT_NE(examples_of(data_of(images, options).training), subset);
}

TEST(StudyPairs, EveryKeepProbHasTheSameWeightsAndBatches) {
  const Dataset images = random_images(60);
  ExperimentOptions options = tiny_options();
  const auto batches_of = [&](double keep_prob) {
    options.keep_probs = {keep_prob};
    const ExperimentData data = data_of(images, options);
    Batches<float> batches(data.training, data.mean_image, options.batch_size, options.sampling,
                           options.seed);
    std::vector<std::vector<std::uint32_t>> examples;
    for (std::uint64_t step = 0; step < 6; ++step) examples.push_back(batches.at(step).examples);
    return examples;
  };
  EXPECT_EQ(batches_of(1), batches_of(.25));
  const auto plain = make_net(12, 3, options, 1), dropped = make_net(12, 3, options, .25);
  for (const std::size_t layer : {std::size_t{0}, std::size_t{3}}) {
    EXPECT_TRUE(plain.layer(layer).parameters()[0]->value ==
                dropped.layer(layer).parameters()[0]->value);
  }
}

TEST(StudyPairs, MasksAreThoseOfTheFirstTrainingStep) {
  const Dataset images = random_images(60);
  const StudyRun run{tiny_options(), "data", ""};
  const auto masks = first_masks(run, images, 20, 5);
  ASSERT_EQ(masks.size(), 7U);  // the batch has no more
  // The same by the definition of a mask: seed, position in the net (2), step, example, unit.
  const ExperimentData data = data_of(images, run.options);
  Batches<float> batches(data.training, data.mean_image, 7, run.options.sampling, 3);
  const auto examples = batches.at(0).examples;
  Matrix<float> expected;
  draw_mask(expected, {7, 8}, .5, {3, 2, train(0, examples)});
  for (std::size_t n = 0; n < 7; ++n) {
    ASSERT_EQ(masks[n].size(), 5U);
    for (std::size_t h = 0; h < 5; ++h) EXPECT_EQ(masks[n][h] == '1', expected(n, h) == 1);
  }
}

TEST(StudyRuns, AreTheMainJobsWhenTheirImagesAre) {
  // On the images of a run in its order, the main job trains the same net.
  const StudyImages images{{random_images(60), "data", "", {}, {"a", "b", "c"}}, {}};
  ExperimentOptions options = tiny_options();
  const TrainedRun study = train_run({options, "data", ""}, images, nullptr);
  auto rows = examples_of(data_of(images.training, options).training);
  for (std::uint32_t i = 50; i < 60; ++i) rows.push_back(i);
  const auto job = run_experiment(images.training.subset(rows), options, false);
  ASSERT_EQ(study.result.train.size(), 2U);
  for (std::size_t e = 0; e < 2; ++e) {
    const EpochRecord& record = job[0].history.epochs[e];
    EXPECT_EQ(study.result.loss[e], record.loss);
    EXPECT_EQ(study.result.train[e], record.train_accuracy);
    EXPECT_EQ(study.result.validation[e], record.validation_accuracy);
  }
  std::size_t right = 0, all = 0;
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = 0; b < 3; ++b) all += study.result.confusion[a][b];
    right += study.result.confusion[a][a];
  }
  EXPECT_EQ(all, 10U);
  EXPECT_DOUBLE_EQ(static_cast<double>(right) / 10, study.result.validation.back());
  EXPECT_TRUE(study.tiles.empty());  // nobody said that these are pictures
}

TEST(StudyGrid, EveryCombinationOnceSeedsFastest) {
  const Grid grid{{1, .5}, {{8}, {4, 4}}, {20, 30}, {7, 3}, {.1, .2}, {4, 9, 2}};
  const auto runs = runs_of(grid, {tiny_options(), "data", "sum"});
  ASSERT_EQ(runs.size(), 32U);
  const auto text = [&](std::size_t i) { return run_text(runs[i]); };
  EXPECT_EQ(text(0), "hidden 8, training 20, keep_prob 1, learning rate 0.1, seed 7");
  EXPECT_EQ(text(1), "hidden 8, training 20, keep_prob 1, learning rate 0.1, seed 3");
  EXPECT_EQ(text(2), "hidden 8, training 20, keep_prob 0.5, learning rate 0.1, seed 7");
  EXPECT_EQ(text(4), "hidden 8, training 20, keep_prob 1, learning rate 0.2, seed 7");
  EXPECT_EQ(text(8), "hidden 8, training 30, keep_prob 1, learning rate 0.1, seed 7");
  EXPECT_EQ(text(31), "hidden 4-4, training 30, keep_prob 0.5, learning rate 0.2, seed 3");
  // No run for fewer epochs: those are read from the longest.
  for (const StudyRun& run : runs) EXPECT_EQ(run.options.epochs, 9U);
}

TEST(StudyGrid, IdentityHoldsAllThatAResultFollowsFrom) {
  const StudyRun run{tiny_options(), "data", "sum"};
  StudyRun other = run;
  other.data_name = "the same files in another folder";
  EXPECT_EQ(identity(other), identity(run));
  const auto expect_other = [&](auto change) {
    StudyRun changed = run;
    change(changed);
    EXPECT_NE(identity(changed), identity(run));
  };
  expect_other([](StudyRun& r) { r.options.hidden = {8, 8}; });
  expect_other([](StudyRun& r) { r.options.training = 21; });
  expect_other([](StudyRun& r) { r.options.keep_probs = {.25}; });
  expect_other([](StudyRun& r) { r.options.seed = 4; });
  expect_other([](StudyRun& r) { r.options.validation = 11; });
  expect_other([](StudyRun& r) { r.options.epochs = 3; });
  expect_other([](StudyRun& r) { r.options.batch_size = 8; });
  expect_other([](StudyRun& r) { r.options.sampling = Sampling::shuffled; });
  expect_other([](StudyRun& r) { r.options.optimizer = OptimizerKind::sgd; });
  expect_other([](StudyRun& r) { r.options.learning_rate = 1e-3; });
  expect_other([](StudyRun& r) { r.options.weight_scale = 1e-3; });
  expect_other([](StudyRun& r) { r.options.split = Split::random; });
  expect_other([](StudyRun& r) { r.data_sha256 = "mus"; });
  expect_other([](StudyRun& r) { r.drawn_validation = true; });
  expect_other([](StudyRun& r) { r.test_sha256 = "test"; });
}

RunResult result_of(double train, double validation) {
  return {{1, .5}, {.1, train}, {.4, validation}, 1, {{1, 0}, {2, 3}}};
}

TEST(StudyGrid, IsRefusedWhenItsListsMakeTooManyRuns) {
  Grid grid;
  grid.keep_probs = {1, .5, .25, .1};
  grid.seeds.resize(250000);
  EXPECT_EQ(runs_of(grid, {}).size(), most_runs);
  grid.seeds.resize(250001);
  EXPECT_EQ(message_of<>([&] { runs_of(grid, {}); }), "the lists make more than 1000000 runs");
  // 2^64 runs: their number as a computer multiplies it is 0.
  grid.keep_probs.resize(1U << 16);
  grid.training.resize(1U << 16);
  grid.hidden.resize(1U << 16);
  grid.seeds.resize(1U << 16);
  EXPECT_EQ(message_of<>([&] { runs_of(grid, {}); }), "the lists make more than 1000000 runs");
}

TEST(StudyGroups, CompareSeedBySeedWithoutDropoutWhereverItStands) {
  const Grid grid{{.5, 1}, {{8}}, {20, 30}, {0, 1}, {5e-4}, {2}};
  const auto runs = runs_of(grid, {tiny_options(), "data", ""});
  const auto groups = groups_of(
      grid, runs,
      {result_of(.9, .5), result_of(.8, .5), result_of(1, .4), result_of(1, .3),      // training 20
       result_of(.7, .6), result_of(.7, .6), result_of(.8, .6), result_of(.9, .6)});  // 30
  ASSERT_EQ(groups.size(), 4U);
  EXPECT_FALSE(groups[1].gap_change || groups[3].gap_change);
  EXPECT_NEAR(groups[0].gap_change->by_seed[0], (.9 - .5) - (1 - .4), 1e-15);
  EXPECT_NEAR(groups[0].gap_change->by_seed[1], (.8 - .5) - (1 - .3), 1e-15);
  EXPECT_NEAR(groups[0].validation_change->interval.mean, .15, 1e-15);
  EXPECT_NEAR(groups[2].gap_change->by_seed[1], (.7 - .6) - (.9 - .6), 1e-15);
  EXPECT_NEAR(groups[0].train.mean, .85, 1e-15);
  EXPECT_NEAR(groups[0].best_validation.mean, .4, 1e-15);  // of the first epoch, the best one told
  EXPECT_NEAR(groups[0].validation_curve[0].mean, .4, 1e-15);
  EXPECT_NEAR(groups[1].validation_curve[1].mean, .35, 1e-15);
}

// ---- what is parsed

StudyOptions parsed(const std::string& name, const std::string& text) {
  StudyOptions options;
  set_option(options, name, text);
  return options;
}

TEST(StudyOptionTexts, AreWhatTheyMean) {
  EXPECT_EQ(parsed("keep-probs", "1,0.5,.25").grid.keep_probs, (std::vector<double>{1, .5, .25}));
  EXPECT_EQ(parsed("hidden", "500,100-50").grid.hidden,
            (std::vector<std::vector<std::size_t>>{{500}, {100, 50}}));
  EXPECT_EQ(parsed("seeds", "3-5,9").grid.seeds, (std::vector<std::uint64_t>{3, 4, 5, 9}));
  EXPECT_EQ(parsed("seeds", "5").grid.seeds, (std::vector<std::uint64_t>{5}));
  EXPECT_EQ(parsed("training", "500,20").grid.training, (std::vector<std::size_t>{500, 20}));
  EXPECT_EQ(parsed("--sampling", "shuffled").shared.sampling, Sampling::shuffled);
  EXPECT_EQ(parsed("optimizer", "sgd").shared.optimizer, OptimizerKind::sgd);
  EXPECT_EQ(parsed("learning-rate", "1e-3").grid.learning_rates, std::vector<double>{1e-3});
  EXPECT_EQ(parsed("learning-rates", "1e-3,.1").grid.learning_rates,
            (std::vector<double>{1e-3, .1}));
  EXPECT_EQ(parsed("epochs", "25,50").grid.epochs, (std::vector<std::size_t>{25, 50}));
  EXPECT_EQ(parsed("tuning-seeds", "7-8").tuning_seeds, (std::vector<std::uint64_t>{7, 8}));
  EXPECT_TRUE(parsed("tune", "true").tune);
  EXPECT_TRUE(parsed("draw-validation", "true").draw_validation);
}

TEST(StudyOptionTexts, DefaultsAreThoseThatHelpShows) {
  StudyOptions shown;
  for (const StudyOption& option : study_options())
    set_option(shown, option.name, option.default_text);
  const StudyOptions defaults;
  EXPECT_EQ(shown.grid.keep_probs, defaults.grid.keep_probs);
  EXPECT_EQ(shown.output, defaults.output);
  const auto shown_runs = runs_of(shown.grid, {shown.shared, "", ""}),
             runs = runs_of(defaults.grid, {defaults.shared, "", ""});
  ASSERT_EQ(shown_runs.size(), 15U);
  for (std::size_t i = 0; i < 15; ++i) EXPECT_EQ(identity(shown_runs[i]), identity(runs[i]));
}

TEST(StudyOptionTexts, GridFilesUseTheSameNames) {
  const TemporaryFolder folder;
  const std::string path = folder / "grid.json";
  write_file(path,
             R"({"keep-probs": [1, 0.5], "hidden": [500, [100, 50], "7-7"], "training": 40,
                 "seeds": ["0-2", 9], "epochs": [3, 5], "sampling": "shuffled",
                 "learning-rate": 1e-3, "tune": true})");
  StudyOptions options;
  read_grid_file(path, options);
  EXPECT_EQ(options.grid.keep_probs, (std::vector<double>{1, .5}));
  EXPECT_EQ(options.grid.hidden, (std::vector<std::vector<std::size_t>>{{500}, {100, 50}, {7, 7}}));
  EXPECT_EQ(options.grid.training, std::vector<std::size_t>{40});
  EXPECT_EQ(options.grid.seeds, (std::vector<std::uint64_t>{0, 1, 2, 9}));
  EXPECT_EQ(options.grid.epochs, (std::vector<std::size_t>{3, 5}));
  EXPECT_TRUE(options.tune);
  EXPECT_EQ(options.shared.sampling, Sampling::shuffled);
  EXPECT_EQ(options.grid.learning_rates, std::vector<double>{1e-3});
}

TEST(StudyOptionTexts, CommandIsQuotedAndLeavesOutWhereAndHowFast) {
  EXPECT_EQ(command_text({"/some/where/dropout_study", "--seeds", "0-4", "--jobs", "2", "--data",
                          "my data", "--output=x", "--epochs=3", "--output", "y", "--jobs=7"}),
            "dropout_study --seeds 0-4 --data 'my data' --epochs=3");
  EXPECT_EQ(command_text({"dropout_study", "--data", "a'b"}), "dropout_study --data 'a'\\''b'");
  EXPECT_EQ(command_text({"dropout_study", "--data", ""}), "dropout_study --data ''");
}

// ---- what is kept

const StudyRun some_run{tiny_options(), "data", "sum"};

JournalLine some_line() {
  return {some_run, result_of(1.0 / 3, .1), 1.5};
}

TEST(StudyJournal, LineComesBackAsItWent) {
  const JournalLine line = decode_line(encode_line(some_line()));
  EXPECT_EQ(identity(line.run), identity(some_run));
  EXPECT_TRUE(line.result == some_line().result);
  EXPECT_EQ(line.seconds, 1.5);
  EXPECT_EQ(line.run.data_name, "data");
}

TEST(StudyJournal, HasTheSplitOnlyWhereItIsRandom) {
  JournalLine line = some_line();
  EXPECT_FALSE(contains(encode_line(line), "split"));  // as older journals are
  line.run.options.split = Split::random;
  const std::string text = encode_line(line);
  EXPECT_TRUE(contains(text, R"("split":"random")")) << text;
  EXPECT_EQ(decode_line(text).run.options.split, Split::random);
  EXPECT_EQ(identity(decode_line(text).run), identity(line.run));
  std::string tail = text;
  tail.replace(tail.find(R"("random")"), 8, R"("tail")");
  EXPECT_THROW(decode_line(tail), std::runtime_error);
}

TEST(StudyJournal, KeepsRunsAndCutsOffATornLine) {
  const TemporaryFolder folder;
  const std::string path = folder / "runs.jsonl";
  StudyRun other = some_run;
  other.options.seed = 9;
  {
    Journal journal(path);
    EXPECT_EQ(journal.find(some_run), nullptr);
    journal.append(some_run, some_line().result, 1.5);
    ASSERT_NE(journal.find(some_run), nullptr);
  }
  const std::string whole = read_file(path);
  EXPECT_EQ(whole, encode_line(some_line()) + "\n");
  write_file(path, whole + whole.substr(0, whole.size() / 2));
  Journal journal(path);
  ASSERT_NE(journal.find(some_run), nullptr);
  EXPECT_TRUE(*journal.find(some_run) == some_line().result);
  EXPECT_EQ(journal.find(other), nullptr);
  EXPECT_EQ(read_file(path), whole);
  journal.append(other, some_line().result, 1.5);
  EXPECT_EQ(std::count_if(whole.begin(), whole.end(), [](char c) { return c == '\n'; }), 1);
  EXPECT_EQ(read_file(path).compare(0, whole.size(), whole), 0);
}

TEST(StudyJournal, RefusesEveryKindOfUnreadableLine) {
  const TemporaryFolder folder;
  const std::string path = folder / "runs.jsonl", good = encode_line(some_line());
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string line = good;
    const std::size_t at = line.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? line : line.replace(at, from.size(), to);
  };
  const std::vector<std::string> bad = {"",
                                        "{}",
                                        "[]",
                                        "7",
                                        "nonsense",
                                        good.substr(0, good.size() - 1),
                                        good + good,
                                        replaced(R"("seed":3)", R"("seed":-3)"),
                                        replaced(R"("seed":3)", R"("seed":3.5)"),
                                        replaced(R"("seed":3)", R"("seed":"3")"),
                                        replaced(R"("seed":3,)", ""),
                                        replaced("replacement", "at random"),
                                        replaced("adam", "eve"),
                                        replaced(R"("epochs":2)", R"("epochs":3)"),
                                        replaced(R"("best_epoch":1)", R"("best_epoch":3)"),
                                        replaced(R"("best_epoch":1)", R"("best_epoch":0)"),
                                        replaced(R"("seed":3)", R"("seed":1e300)"),
                                        replaced(R"("hidden":[8])", R"("hidden":[1e300])"),
                                        replaced("[1,0]", "[1,18446744073709551616]"),
                                        replaced("[1,0]", "[1,0,0]"),
                                        replaced("[1,0]", "[1,-1]"),
                                        replaced(R"("hidden":[8])", R"("hidden":[])"),
                                        std::string(5, '\0')};
  for (const std::string& line : bad) {
    SCOPED_TRACE(line);
    const std::string bytes = fmt::format("{}\n{}\ntorn", good, line);
    write_file(path, bytes);
    const std::string message = message_of<std::runtime_error>([&] { Journal journal(path); });
    EXPECT_TRUE(contains(message, path + ": cannot use line 2: ")) << message;
    EXPECT_EQ(read_file(path), bytes);
  }
}

TEST(StudyJournal, RefusesTwoResultsOfOneRun) {
  const TemporaryFolder folder;
  const std::string path = folder / "runs.jsonl";
  JournalLine again = some_line();
  again.seconds = 99;  // as long as it takes, it is the same result
  write_file(path, encode_line(some_line()) + "\n" + encode_line(again) + "\n");
  EXPECT_NO_THROW(Journal{path});
  again.result.train[1] = .2;
  const std::string bytes = read_file(path) + encode_line(again) + "\n";
  write_file(path, bytes);
  EXPECT_EQ(message_of<std::runtime_error>([&] { Journal journal(path); }),
            path +
                ": cannot use line 3: it has another result than line 1 for the same run (hidden "
                "8, training 20, keep_prob 0.5, learning rate 0.0005, seed 3)");
  EXPECT_EQ(read_file(path), bytes);
}

TEST(StudyJournal, IsOpenOnlyOnce) {
  const TemporaryFolder folder;
  const std::string path = folder / "runs.jsonl";
  write_file(path, "torn");
  {
    const int other = open(path.c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_EQ(flock(other, LOCK_EX), 0);
    EXPECT_EQ(message_of<std::runtime_error>([&] { Journal journal(path); }),
              path + ": another program is at work in this folder");
    EXPECT_EQ(read_file(path), "torn");  // the other one may be writing it
    close(other);
  }
  const Journal first(path);
  EXPECT_THROW(Journal{path}, std::runtime_error);
}

TEST(StudyChecksum, IsSha256) {
  // FIPS 180-4's own examples.
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const TemporaryFolder folder;
  write_file(folder / "a", std::string(1000000, 'a'));
  const auto files = checksums_of({folder / "a"});
  EXPECT_EQ(files[0].name, "a");
  EXPECT_EQ(files[0].bytes, 1000000U);
  EXPECT_EQ(files[0].sha256, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(StudyTiles, AreTheLargestUnitsScaledAboutMidGrey) {
  // 30 units of two planes of 2×2; unit h has one weight, h + 1; the last two are as large.
  Matrix<float> w = xt::zeros<float>({8, 30});
  for (std::size_t h = 0; h < 30; ++h) w(h % 8, h) = static_cast<float>(h + 1);
  w(5, 29) = -29;
  const std::string pixels = weight_tiles(w, {2, 2, 2});
  ASSERT_EQ(pixels.size(), 24U * 8);
  const auto pixel = [&](std::size_t i) { return int{static_cast<unsigned char>(pixels[i])}; };
  // Unit 28 first: its weight is row 4, plane 1, pixel 0: with the channel last, byte 0·2 + 1.
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(pixel(i), i == 1 ? 255 : 128) << i;
  // Unit 29 is as large: row 5, plane 1, pixel 1: byte 1·2 + 1.
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(pixel(8 + i), i == 3 ? 1 : 128) << i;
  EXPECT_EQ(weight_tiles(xt::zeros<float>({4, 3}), {2, 2}), std::string(12, '\x80'));
  EXPECT_THROW(weight_tiles(w, {3, 3}), std::invalid_argument);
}

TEST(StudyTiles, AreTheSameInBothOrdersOfAPicture) {
  // Two units of 2×3 pixels of two channels: once in planes, once interleaved.
  Matrix<float> planes({12, 2}), mixed({12, 2});
  for (std::size_t at = 0; at < 6; ++at) {
    for (std::size_t c = 0; c < 2; ++c) {
      for (std::size_t h = 0; h < 2; ++h) {
        const auto weight = static_cast<float>(c * 6 + at + 20 * h);
        planes(c * 6 + at, h) = weight;
        mixed(at * 2 + c, h) = weight;
      }
    }
  }
  const std::string pixels = weight_tiles(planes, {2, 3, 2});
  EXPECT_EQ(pixels.size(), 24U);
  EXPECT_TRUE(weight_tiles(mixed, {2, 3, 2, Picture::Order::interleaved}) == pixels);
  EXPECT_TRUE(has_tiles(Picture{3, 3, 1}));
  EXPECT_TRUE(has_tiles(Picture{3, 3, 3}));
  EXPECT_FALSE(has_tiles(Picture{3, 3, 4}));
  EXPECT_FALSE(has_tiles(Picture{2, 3, 3}));  // the page draws squares
  EXPECT_FALSE(has_tiles(std::nullopt));
}

TEST(StudyPage, HoldsTheJsonWithoutAnEndOfItsScript) {
  const std::string html = study_html(R"({"a": "</script><b>"})");
  EXPECT_TRUE(contains(html, R"({"a": "\u003c/script>\u003cb>"})")) << html;
  EXPECT_FALSE(contains(html, "STUDY_JSON_HERE"));
  EXPECT_TRUE(contains(html, R"(<script type="application/json" id="study">{"a")"));
}

}  // namespace
}  // namespace thinnet::examples
