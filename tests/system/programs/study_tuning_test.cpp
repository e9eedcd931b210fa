// Each keep_prob at its own best setting: what chooses, what judges, and that they are apart.
#include <nlohmann/json.hpp>

#include "apps/dropout_study/journal.hpp"
#include "apps/dropout_study/plan.hpp"
#include "apps/dropout_study/tuned_words.hpp"
#include "tests/system/programs/program_run.hpp"
#include "tests/system/programs/random_images.hpp"
#include "tests/system/programs/tiny_data.hpp"

namespace thinnet::examples {
namespace {

using testing::contains;
using testing::examples_of;
using testing::message_of;
using testing::ProgramRun;
using testing::random_images;
using testing::run_program;
using testing::TemporaryFolder;

ExperimentOptions tiny_run_options() {
  ExperimentOptions options;
  options.hidden = {8};
  options.keep_probs = {0.5};
  options.training = 20;
  options.validation = 10;
  options.batch_size = 7;
  options.learning_rate = .01;
  return options;
}

std::vector<std::uint32_t> sorted(std::vector<std::uint32_t> list) {
  std::sort(list.begin(), list.end());
  return list;
}

// ---- early points are read from the longest run

TEST(StudyEpochs, FewerAreBitForBitARunOfThatLength) {
  const StudyImages images{{random_images(60), "data", "", {}, {"a", "b", "c"}}, {}};
  for (const OptimizerKind optimizer : {OptimizerKind::adam, OptimizerKind::sgd}) {
    for (const Sampling sampling : {Sampling::shuffled, Sampling::with_replacement}) {
      StudyRun run{tiny_run_options(), "data", ""};
      run.options.optimizer = optimizer;
      run.options.sampling = sampling;
      run.options.epochs = 9;
      const RunResult whole = train_run(run, images, nullptr).result;
      for (const std::size_t epochs : {std::size_t{1}, std::size_t{4}, std::size_t{9}}) {
        run.options.epochs = epochs;
        RunResult alone = train_run(run, images, nullptr).result;
        if (epochs < 9) alone.confusion.clear();  // which only the end has
        EXPECT_TRUE(up_to(whole, epochs) == alone) << epochs;
      }
      EXPECT_EQ(message_of<>([&] { up_to(whole, 10); }), "there is no epoch 10 in a run of 9");
    }
  }
}

RunResult curve_of(std::vector<double> validation) {
  RunResult result;
  result.loss.resize(validation.size());
  result.train.resize(validation.size(), 1);
  result.validation = std::move(validation);
  result.best_epoch = 1;
  return result;
}

TEST(StudyEpochs, AreGroupsOfTheirOwnBesideThoseOfEachLearningRate) {
  const Grid grid{{1, .5}, {{8}}, {20}, {0}, {.1, .2}, {2, 1}};
  const auto runs = runs_of(grid, {tiny_run_options(), "data", ""});
  const auto groups = groups_of(
      grid, runs, {curve_of({.1, .2}), curve_of({.3, .5}), curve_of({.4, .4}), curve_of({.7, .9})});
  ASSERT_EQ(groups.size(), 8U);
  const auto expect = [&](std::size_t g, double rate, std::size_t epochs, double validation,
                          double change) {
    EXPECT_EQ(groups[g].first.options.learning_rate, rate);
    EXPECT_EQ(groups[g].first.options.epochs, epochs);
    EXPECT_EQ(groups[g].validation_curve.size(), epochs);
    EXPECT_NEAR(groups[g].validation.mean, validation, 1e-15);
    EXPECT_NEAR(groups[g].validation_change->interval.mean, change, 1e-15);
  };
  expect(1, .1, 2, .5, .3);
  expect(3, .1, 1, .3, .2);
  expect(5, .2, 2, .9, .5);
  expect(7, .2, 1, .7, .3);
}

// ---- validation images drawn by the seed

TEST(StudyDrawnValidation, IsApartFromTrainingAndOtherwiseAnyOfTheImages) {
  const Dataset images = random_images(60);
  ExperimentOptions options = tiny_run_options();
  std::vector<int> validated(60);
  for (options.seed = 0; options.seed < 40; ++options.seed) {
    options.training = 50;
    const ExperimentData all = drawn_data_of(images, options);
    std::vector<std::uint32_t> both = examples_of(all.training);
    for (const std::uint32_t i : examples_of(all.validation)) {
      both.push_back(i);
      ++validated[i];
    }
    both = sorted(both);
    for (std::uint32_t i = 0; i < 60; ++i) ASSERT_EQ(both[i], i);
    options.training = 20;
    const ExperimentData few = drawn_data_of(images, options);
    EXPECT_EQ(examples_of(few.validation), examples_of(all.validation));
    const auto small = examples_of(few.training), large = examples_of(all.training);
    EXPECT_TRUE(std::equal(small.begin(), small.end(), large.begin()));
  }
  // 400 draws from 60: one that was never drawn has a chance of 60 · (5/6)^40 < 0.05.
  EXPECT_LE(std::count(validated.begin(), validated.end(), 0), 1);
  options.training = 51;
  EXPECT_EQ(message_of<>([&] { drawn_data_of(images, options); }),
            "--training 51 and --validation 10 ask for more images than the 60 there are: "
            "--training 48 --validation 12 would do");
}

TEST(StudyDrawnValidation, IsWhatARunTrainsWithWhenItSaysSo) {
  const StudyImages images{{random_images(60), "data", "", {}, {"a", "b", "c"}}, {}};
  StudyRun run{tiny_run_options(), "data", ""};
  run.options.epochs = 2;
  const RunResult last = train_run(run, images, nullptr).result;
  run.drawn_validation = true;
  const RunResult drawn = train_run(run, images, nullptr).result;
  EXPECT_FALSE(drawn == last);
  const ExperimentData data = drawn_data_of(images.training, run.options);
  std::vector<std::uint32_t> rows = examples_of(data.training);
  for (const std::uint32_t i : examples_of(data.validation)) rows.push_back(i);
  const auto job = run_experiment(images.training.subset(rows), run.options, false);
  for (std::size_t e = 0; e < 2; ++e) {
    EXPECT_EQ(drawn.train[e], job[0].history.epochs[e].train_accuracy);
    EXPECT_EQ(drawn.validation[e], job[0].history.epochs[e].validation_accuracy);
  }
}

TEST(StudyDrawnValidation, OfARandomSplitIsDrawnAlready) {
  const StudyImages images{{random_images(60), "data", "", {}, {"a", "b", "c"}}, {}};
  StudyRun run{tiny_run_options(), "data", ""};
  run.options.split = Split::random;
  run.options.epochs = 2;
  const RunResult split = train_run(run, images, nullptr).result;
  run.drawn_validation = true;
  EXPECT_TRUE(train_run(run, images, nullptr).result == split);
}

// ---- test accuracy

TEST(StudyTest, IsMeasuredOnTheTestImagesOfRunsThatAskForIt) {
  StudyImages images{{random_images(60), "data", "", {}, {"a", "b", "c"}}, {}};
  StudyRun run{tiny_run_options(), "data", ""};
  run.options.epochs = 3;
  const ExperimentData data = data_of(images.training, run.options);
  images.test = data.training;
  EXPECT_FALSE(train_run(run, images, nullptr).result.test);
  run.test_sha256 = "any";
  const RunResult on_training = train_run(run, images, nullptr).result;
  EXPECT_EQ(on_training.test, on_training.train.back());
  images.test = data.validation;
  const RunResult on_validation = train_run(run, images, nullptr).result;
  EXPECT_EQ(on_validation.test, on_validation.validation.back());
}

TEST(StudyTest, ChecksumTellsImagesAndLabelsApart) {
  const Dataset images = random_images(9);
  EXPECT_EQ(checksum_of(images), checksum_of(random_images(9)));
  EXPECT_NE(checksum_of(images), checksum_of(random_images(9, 2)));
  EXPECT_NE(checksum_of(images), checksum_of(images.range(0, 8)));
  Matrix<std::uint8_t> x({9, 12});
  Random random(1);
  for (auto& value : x) value = static_cast<std::uint8_t>(random.below(256));
  Labels labels(9);
  for (std::size_t i = 0; i < 9; ++i) labels[i] = (images.label(i) + 1) % 3;
  EXPECT_NE(checksum_of(images), checksum_of(Dataset(x, labels, 3)));
}

// ---- the choice

const Grid tuning_grid{{1, .5}, {{8}}, {20, 30}, {70, 71}, {.1, .2, .3}, {4, 1, 2}};

/// A tuning run whose validation accuracy is `rise` at the best learning rate and epoch, and falls
/// off on both sides; train and test accuracy say the opposite.
RunResult made_up(const StudyRun& run, double best_rate, std::size_t best_epoch) {
  std::vector<double> validation;
  for (std::size_t e = 1; e <= 4; ++e) {
    const double off_epoch = std::abs(static_cast<double>(e) - static_cast<double>(best_epoch));
    const double off_rate = std::abs(run.options.learning_rate - best_rate);
    const double seed = run.options.seed == 70 ? .01 : -.01;
    validation.push_back(.6 + seed - .1 * off_epoch - off_rate);
  }
  RunResult result = curve_of(validation);
  for (std::size_t e = 0; e < 4; ++e) result.train[e] = 1 - validation[e];
  result.test = result.train.back();
  return result;
}

std::vector<Choice> made_up_choices() {
  const auto runs = runs_of(tuning_grid, {tiny_run_options(), "data", ""});
  std::vector<RunResult> results;
  for (const StudyRun& run : runs) {
    const bool small = run.options.training == 20;
    if (run.keep_prob() == 1) {
      results.push_back(made_up(run, small ? .1 : .2, small ? 1 : 2));
    } else {
      results.push_back(made_up(run, small ? .3 : .2, 4));
    }
  }
  return choose(tuning_grid, runs, results);
}

TEST(StudyChoice, IsTheBestPointOfTheGridByValidationForEachKeepProbAndSize) {
  const std::vector<Choice> choices = made_up_choices();
  ASSERT_EQ(choices.size(), 4U);
  const auto expect = [&](std::size_t c, std::size_t training, double keep_prob, double rate,
                          std::size_t epochs) {
    EXPECT_EQ(choices[c].training, training);
    EXPECT_EQ(choices[c].keep_prob, keep_prob);
    EXPECT_EQ(choices[c].setting.learning_rate, rate);
    EXPECT_EQ(choices[c].setting.epochs, epochs);
    EXPECT_NEAR(choices[c].best_validation().mean, .6, 1e-12);
    EXPECT_EQ(choices[c].validation.size(), 9U);
  };
  expect(0, 20, 1, .1, 1);
  expect(1, 20, .5, .3, 4);
  expect(2, 30, 1, .2, 2);
  expect(3, 30, .5, .2, 4);
}

TEST(StudyChoice, IsByTheMeanOverSeedsAndTakesTheFewestEpochsOfEquals) {
  const Grid grid{{1}, {{8}}, {20}, {70, 71}, {.1, .2}, {2, 1}};
  const auto runs = runs_of(grid, {tiny_run_options(), "data", ""});
  // By learning rate and seed. One seed alone would choose .1 and 2 epochs.
  const auto lucky = choose(
      grid, runs, {curve_of({.1, .9}), curve_of({.1, .1}), curve_of({.6, .6}), curve_of({.6, .6})});
  EXPECT_EQ(lucky[0].setting.learning_rate, .2);
  EXPECT_EQ(lucky[0].setting.epochs, 1U);
  const auto equal = choose(
      grid, runs, {curve_of({.5, .7}), curve_of({.5, .3}), curve_of({.5, .5}), curve_of({.5, .5})});
  EXPECT_EQ(equal[0].setting.learning_rate, .1);
  EXPECT_EQ(equal[0].setting.epochs, 1U);
}

TEST(StudyChoice, TellsWhereItLiesAtTheEdgeOfTheGrid) {
  const auto edges = [](double rate, std::size_t epochs) {
    return edge_sentence(tuning_grid, {rate, epochs});
  };
  EXPECT_EQ(edges(.2, 2), "");
  EXPECT_EQ(edges(.3, 2),
            "its best point lies at the edge of the grid (0.3 is the largest learning rate): a "
            "larger grid may hold a better one");
  EXPECT_TRUE(contains(edges(.1, 2), "(0.1 is the smallest learning rate)"));
  EXPECT_TRUE(contains(edges(.2, 4), "(4 is the largest number of epochs)"));
  EXPECT_TRUE(contains(edges(.1, 1),
                       "(0.1 is the smallest learning rate, 1 is the smallest number of epochs)"));
  Grid one = tuning_grid;
  one.learning_rates = {.2};
  EXPECT_TRUE(contains(edge_sentence(one, {.2, 2}), "(0.2 is the only learning rate)"));
}

// ---- what judges

StudyOptions tuned_options() {
  StudyOptions options;
  options.grid = tuning_grid;
  options.grid.seeds = {0, 1, 2};
  options.tuning_seeds = {70, 71};
  options.shared = tiny_run_options();
  options.tune = true;
  return options;
}

TEST(StudyPlans, KeepTestImagesAndFreshSeedsFromWhatChooses) {
  const StudyPlan plan = plan_of(tuned_options(), {tiny_run_options(), "data", "sum"}, "test");
  const auto run = [&](std::size_t i) { return plan.runs.at(i); };
  ASSERT_EQ(plan.equal.size(), 12U);   // 2 sizes × 2 keep_probs × 3 seeds
  ASSERT_EQ(plan.tuning.size(), 24U);  // 2 sizes × 3 rates × 2 keep_probs × 2 tuning seeds
  ASSERT_EQ(plan.possible.size(), 108U);
  EXPECT_EQ(plan.judging_count(), 12U);
  for (const std::size_t i : plan.equal) {  // as without --tune
    EXPECT_EQ(run(i).options.learning_rate, .1);
    EXPECT_EQ(run(i).options.epochs, 4U);
    EXPECT_TRUE(run(i).test_sha256.empty());
    EXPECT_FALSE(run(i).drawn_validation);
  }
  for (const std::size_t i : plan.tuning) {
    EXPECT_GE(run(i).options.seed, 70U);
    EXPECT_TRUE(run(i).test_sha256.empty());
    EXPECT_TRUE(run(i).drawn_validation);
    EXPECT_EQ(run(i).options.epochs, 4U);
  }
  const std::vector<Choice> choices = made_up_choices();
  const auto judging = plan.judging(choices);
  ASSERT_EQ(judging.size(), 12U);
  for (std::size_t j = 0; j < 12; ++j) {
    const StudyRun judge = run(judging[j]);
    const Choice& choice = choices[j / 3];
    EXPECT_EQ(judge.options.seed, j % 3);
    EXPECT_EQ(judge.options.training, choice.training);
    EXPECT_EQ(judge.keep_prob(), choice.keep_prob);
    EXPECT_EQ(judge.options.learning_rate, choice.setting.learning_rate);
    EXPECT_EQ(judge.options.epochs, choice.setting.epochs);
    EXPECT_EQ(judge.test_sha256, "test");
    EXPECT_TRUE(judge.drawn_validation);
  }
}

TEST(StudyPlans, WithoutTuningAreTheGridAndDrawValidationOnlyWhenAsked) {
  StudyOptions options = tuned_options();
  options.tune = false;
  const StudyPlan plan = plan_of(options, {tiny_run_options(), "data", "sum"}, "");
  EXPECT_EQ(plan.runs.size(), 36U);  // all three learning rates
  EXPECT_EQ(plan.judging_count(), 0U);
  EXPECT_FALSE(plan.runs[0].drawn_validation);
  options.draw_validation = true;
  EXPECT_TRUE(plan_of(options, {tiny_run_options(), "data", "sum"}, "").runs[0].drawn_validation);
}

TEST(StudyPlans, AreRefusedWithTooManyRuns) {
  StudyOptions options = tuned_options();
  options.grid.seeds.resize(40000);
  EXPECT_EQ(message_of<>([&] { plan_of(options, {}, ""); }),
            "the lists make more than 1000000 runs");
}

RunResult judged(double train, double test) {
  RunResult result = curve_of({.5});
  result.train = {train};
  result.test = test;
  return result;
}

std::vector<TunedGroup> made_up_groups() {
  Grid grid = tuning_grid;
  grid.seeds = {0, 1, 2};
  std::vector<RunResult> results;
  for (const double size : {0.0, .1}) {
    for (const double noise : {0.0, .002, .004}) results.push_back(judged(1, .3 + size + noise));
    for (const double noise : {.001, .003, .002})
      results.push_back(judged(.8, .4 + 2 * size + noise));
  }
  return tuned_groups(grid, made_up_choices(), results);
}

TEST(StudyTuned, ComparesTestAccuracySeedBySeed) {
  const auto groups = made_up_groups();
  ASSERT_EQ(groups.size(), 4U);
  EXPECT_FALSE(groups[0].test_change || groups[2].gap_change);
  ASSERT_EQ(groups[1].test_change->by_seed.size(), 3U);
  EXPECT_NEAR(groups[1].test_change->by_seed[0], .401 - .3, 1e-12);
  EXPECT_NEAR(groups[1].test_change->by_seed[2], .402 - .304, 1e-12);
  EXPECT_NEAR(groups[3].test_change->by_seed[1], .603 - .402, 1e-12);
  EXPECT_NEAR(groups[1].gap_change->by_seed[0], (.8 - .401) - (1 - .3), 1e-12);
  EXPECT_NEAR(groups[1].gap.mean, .8 - .402, 1e-12);
  EXPECT_NEAR(groups[1].test.mean, .402, 1e-12);
}

TEST(StudyTuned, WordsNameTheSettingsAndTheEdges) {
  const std::string text = tuned_text(tuning_grid, made_up_groups());
  EXPECT_TRUE(contains(text,
                       "Each at its own best setting, by validation accuracy over tuning "
                       "seeds 70, 71; then trained anew on 3 fresh seeds"))
      << text;
  EXPECT_TRUE(contains(text,
                       "hidden 8, training 30, keep_prob 0.5 (learning rate 0.2, 4 epochs) instead "
                       "of 1 (learning rate 0.2, 2 epochs), each at its own best setting: test "
                       "accuracy rises by .2000 ± .0089 (in 3 of 3 seeds); the gap "
                       "between train and test accuracy shrinks by .4000 ± .0089 "))
      << text;
  EXPECT_TRUE(
      contains(text, "hidden 8, training 20, keep_prob 1: its best point lies at the edge"));
  EXPECT_FALSE(contains(text, "training 30, keep_prob 1: its best point"));
  const std::string sentence = tuned_sentence(tuning_grid, made_up_groups(), "DATA");
  EXPECT_TRUE(contains(sentence,
                       "On DATA, each at its own best setting, with dropout test accuracy was "
                       "higher in 2 of 2 comparisons (by .100 to .200)"))
      << sentence;
  EXPECT_TRUE(contains(sentence, "3 of 4 best points lie at the edge of the grid")) << sentence;
}

TEST(StudyTuned, NothingToCompareAndOneSeedAreSaidPlainly) {
  auto groups = made_up_groups();
  for (TunedGroup& group : groups) group.seeds = 1;
  EXPECT_TRUE(contains(tuned_sentence(tuning_grid, groups, "DATA"), "One seed shows nothing"));
  const std::vector<TunedGroup> plain{groups[0], groups[2]};
  EXPECT_TRUE(contains(tuned_sentence(tuning_grid, plain, "DATA"), "nothing to compare"));
}

// ---- what is kept

TEST(StudyJournal, KeepsWhatARunWithTestImagesSays) {
  StudyRun run{tiny_run_options(), "data", "sum"};
  run.options.epochs = 1;
  run.drawn_validation = true;
  run.test_sha256 = "test";
  RunResult result{{1}, {.5}, {.4}, 1, {{1, 0}, {2, 3}}, 1.0 / 3};
  const std::string text = encode_line({run, result, 2});
  const JournalLine line = decode_line(text);
  EXPECT_EQ(identity(line.run), identity(run));
  EXPECT_TRUE(line.result == result);
  // Test accuracy without test images, or the other way round, is no line of this program.
  result.test.reset();
  EXPECT_THROW(decode_line(encode_line({run, result, 2})), std::runtime_error);
  run.test_sha256 = "";
  EXPECT_NO_THROW(decode_line(encode_line({run, result, 2})));
  EXPECT_FALSE(contains(encode_line({run, result, 2}), "test"));
  result.test = .5;
  EXPECT_THROW(decode_line(encode_line({run, result, 2})), std::runtime_error);
}

}  // namespace
}  // namespace thinnet::examples

// ---- the program

namespace thinnet {
namespace {

using testing::contains;
using testing::ProgramRun;
using testing::run_program;
using testing::TemporaryFolder;
using Json = nlohmann::json;

/// 90 examples in 3 classes that any net learns at a learning rate of 0.01, and 30 test images with
/// wrong labels: what learns best is worst on them. A choice that looked at them would take the
/// learning rate that learns nothing.
class DeceivingData : public TemporaryFolder {
 public:
  DeceivingData() {
    write("x.npy", "y.npy", 90, 0);
    write("x_test.npy", "y_test.npy", 30, 1);
  }

 private:
  void write(const char* x_name, const char* y_name, std::size_t N, std::size_t shift) const {
    Matrix<float> x = testing::normals<float>(N, 12, 1 + shift);
    Matrix<double> y({N, 1});
    for (std::size_t n = 0; n < N; ++n) {
      x(n, n % 3) += 8;
      y(n, 0) = static_cast<double>((n + shift) % 3);
    }
    write_file(*this / x_name, encode_npy(x));
    write_file(*this / y_name, encode_npy(y));
  }
};

std::string tuned_study(const TemporaryFolder& data, const TemporaryFolder& output,
                        const std::string& more = "") {
  return "dropout_study --data " + data.path() + " --output " + output.path() +
         " --training 30,50 --validation 20 --batch 10 --hidden 8 --keep-probs 1,0.5 --seeds 0-2"
         " --tune --tuning-seeds 7-8 --learning-rates 0.000001,0.01 --epochs 2,12 --jobs 2" +
         more;
}

std::vector<std::string> journal_lines(const TemporaryFolder& output) {
  std::istringstream journal(read_file(output / "runs.jsonl"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(journal, line);) lines.push_back(line);
  return lines;
}

TEST(StudyTune, ChoosesByValidationAloneAndJudgesFreshSeedsByTestImages) {
  const DeceivingData data;
  const TemporaryFolder output;
  const ProgramRun run = run_program(tuned_study(data, output));
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(contains(run.out, "40 runs, 0 of them finished earlier, 2 at a time\n")) << run.out;
  EXPECT_TRUE(contains(run.out, "12 at an equal budget, 16 that choose, 12 of the best settings\n"))
      << run.out;
  EXPECT_TRUE(contains(run.err, "40/40 runs 100%")) << run.err;
  const Json json = Json::parse(read_file(output / "study.json"));
  const Json& tuned = json["tuned"];
  EXPECT_TRUE(contains(run.out, json["sentence"].get<std::string>()));
  EXPECT_TRUE(contains(run.out, tuned["sentence"].get<std::string>()));
  EXPECT_TRUE(contains(run.out, "each at its own best setting"));
  // An equal budget is the first of both lists, at which nothing is learnt.
  EXPECT_EQ(json["runs"].size(), 12U);
  EXPECT_EQ(json["settings"]["learning_rate"], 1e-6);
  EXPECT_EQ(json["settings"]["epochs"], 2);
  ASSERT_EQ(tuned["groups"].size(), 4U);
  for (const Json& group : tuned["groups"]) {
    EXPECT_EQ(group["learning_rate"], .01);
    EXPECT_EQ(group["points"].size(), 4U);
    EXPECT_LT(group["test"]["mean"], .2);  // and yet it was chosen
    EXPECT_GT(group["validation"]["mean"], .8);
    EXPECT_TRUE(contains(group["edge"].get<std::string>(), "0.01 is the largest learning rate"));
  }
  EXPECT_EQ(tuned["curves"].size(), 8U);
  EXPECT_EQ(tuned["curves"][0]["validation_curve"]["mean"].size(), 12U);
  ASSERT_EQ(tuned["runs"].size(), 12U);
  double change = 0;
  for (std::size_t s = 0; s < 3; ++s) {
    const Json &own = tuned["runs"][9 + s], &plain = tuned["runs"][6 + s];
    EXPECT_EQ(own["seed"], s);
    EXPECT_EQ(own["keep_prob"], .5);
    EXPECT_EQ(plain["keep_prob"], 1);
    change += (own["test"].get<double>() - plain["test"].get<double>()) / 3;
  }
  EXPECT_NEAR(tuned["groups"][3]["against_1"]["test"]["mean"], change, 1e-12);
}

TEST(StudyTune, SeesTestImagesOnFreshSeedsOnly) {
  const DeceivingData data;
  const TemporaryFolder output;
  ASSERT_EQ(run_program(tuned_study(data, output)).exit_code, 0);
  std::size_t judged = 0;
  for (const std::string& text : journal_lines(output)) {
    const Json line = Json::parse(text);
    const bool tuning = line["seed"].get<int>() >= 7;  // the others are 0 to 2
    const bool drawn = line.contains("validation_images");
    EXPECT_EQ(line.contains("test"), !tuning && drawn) << text;
    EXPECT_EQ(drawn, tuning || line.contains("test")) << text;
    judged += line.contains("test") ? 1 : 0;
  }
  EXPECT_EQ(judged, 12U);
  // Other test images are other runs of those that judge, and of no others.
  testing::overwrite(data / "x_test.npy", std::filesystem::file_size(data / "x_test.npy") - 1, "?");
  const ProgramRun again = run_program(tuned_study(data, output));
  EXPECT_TRUE(contains(again.out, "40 runs, 28 of them finished earlier")) << again.out;
}

TEST(StudyTune, IsTheSameToTheByteForEveryNumberOfJobsAndFromEveryLineOfItsJournal) {
  const DeceivingData data;
  const TemporaryFolder one, three, resumed;
  ASSERT_EQ(run_program(tuned_study(data, one, " --jobs 1")).exit_code, 0);
  ASSERT_EQ(run_program(tuned_study(data, three, " --jobs 3")).exit_code, 0);
  const std::string page = read_file(one / "study.html"), json = read_file(one / "study.json");
  EXPECT_EQ(read_file(three / "study.json"), json);
  EXPECT_EQ(read_file(three / "study.html"), page);
  const std::vector<std::string> lines = journal_lines(one);
  ASSERT_EQ(lines.size(), 40U);
  // Killed before, at and after the choice, in the middle of a line.
  for (const std::size_t kept : {std::size_t{5}, std::size_t{28}, std::size_t{33}, lines.size()}) {
    std::string journal;
    for (std::size_t i = 0; i < kept; ++i) journal += lines[i] + "\n";
    write_file(resumed / "runs.jsonl", journal + lines.front().substr(0, 40));
    const ProgramRun run = run_program(tuned_study(data, resumed));
    ASSERT_EQ(run.exit_code, 0) << run.err;
    EXPECT_TRUE(contains(run.out, "40 runs, " + std::to_string(kept) + " of them")) << run.out;
    EXPECT_EQ(read_file(resumed / "study.json"), json);
    EXPECT_EQ(read_file(resumed / "study.html"), page);
    EXPECT_EQ(journal_lines(resumed).size(), 40U);
  }
}

TEST(StudyTune, LeavesTheEqualBudgetAsItIsWithout) {
  const DeceivingData data;
  const TemporaryFolder output;
  const std::string plain = "dropout_study --data " + data.path() + " --output " + output.path() +
                            " --training 30,50 --validation 20 --batch 10 --hidden 8"
                            " --keep-probs 1,0.5 --seeds 0-2 --learning-rate 0.000001 --epochs 2";
  ASSERT_EQ(run_program(plain).exit_code, 0);
  const Json without = Json::parse(read_file(output / "study.json"));
  EXPECT_FALSE(without.contains("tuned"));
  const ProgramRun run = run_program(tuned_study(data, output));
  EXPECT_TRUE(contains(run.out, "40 runs, 12 of them finished earlier")) << run.out;
  const Json with = Json::parse(read_file(output / "study.json"));
  for (const char* part : {"sentence", "groups", "runs", "settings", "grid", "weights", "best"}) {
    EXPECT_EQ(with[part], without[part]) << part;
  }
}

}  // namespace
}  // namespace thinnet
