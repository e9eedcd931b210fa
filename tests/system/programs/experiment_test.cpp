// The published experiment on real CIFAR-10, over five seeds. Slow: half a minute on two cores.
#include "examples/dropout_cifar10/experiment.hpp"

#include <array>
#include <cmath>

#include "examples/dropout_cifar10/report.hpp"
#include "examples/support/images.hpp"
#include "tests/support.hpp"
#include "tests/system/programs/program_run.hpp"

namespace thinnet::examples {
namespace {

struct Sample {
  double mean, deviation;
};

constexpr std::size_t seeds = 5;

Sample sample_of(const std::array<double, seeds>& values) {
  double sum = 0, squares = 0;
  for (const double v : values) sum += v;
  const double mean = sum / seeds;
  for (const double v : values) squares += (v - mean) * (v - mean);
  return {mean, std::sqrt(squares / (seeds - 1))};
}

/// Two means of five seeds each, with the pooled deviation of both samples, differ by more than
/// 5.04 standard errors with probability .001 (Student's t, 8 degrees of freedom, two-sided).
void expect_agrees(const Sample& ours, const Sample& reference, const char* what) {
  constexpr double quantile = 5.04;
  const double pooled =
      std::sqrt((ours.deviation * ours.deviation + reference.deviation * reference.deviation) / 2);
  EXPECT_NEAR(ours.mean, reference.mean, quantile * pooled * std::sqrt(2.0 / seeds)) << what;
}

TEST(PublishedExperiment, DropoutNarrowsTheGapOnCifar10AsPublished) {
  const Images images = find_images("");
  if (images.name != "CIFAR-10") GTEST_SKIP() << "CIFAR-10 was not found";
  std::array<double, seeds> train{}, validation{}, dropout_train{}, dropout_validation{}, shrunk{};
  for (std::size_t s = 0; s < seeds; ++s) {
    ExperimentOptions options;
    options.seed = s;
    const auto runs = run_experiment(images.training, options, false);
    const EpochRecord &plain = runs[0].history.epochs.back(),
                      &dropped = runs[1].history.epochs.back();
    train[s] = plain.train_accuracy.value();
    validation[s] = plain.validation_accuracy.value();
    dropout_train[s] = dropped.train_accuracy.value();
    dropout_validation[s] = dropped.validation_accuracy.value();
    shrunk[s] = (train[s] - validation[s]) - (dropout_train[s] - dropout_validation[s]);
  }
  // The reference: the same experiment recomputed independently with five other seeds.
  expect_agrees(sample_of(train), {.991, .007}, "train accuracy without dropout");
  expect_agrees(sample_of(validation), {.296, .009}, "validation accuracy without dropout");
  expect_agrees(sample_of(dropout_train), {.906, .011}, "train accuracy at keep_prob .25");
  expect_agrees(sample_of(dropout_validation), {.319, .019},
                "validation accuracy at keep_prob .25");
  EXPECT_GT(sample_of(shrunk).mean, .05);
}

/// A run that ends at these accuracies.
ExperimentRun run_of(double keep_prob, double train, double validation) {
  ExperimentRun run{keep_prob, {}};
  run.history.add({1, 0.1, 1, train, 1, validation});
  return run;
}

TEST(ResultWords, SayWhereNothingHasChanged) {
  const std::string words = result_words(
      {run_of(1, .9, .3), run_of(.5, .9, .3), run_of(.25, .7, .4), run_of(.1, .9, .2)});
  EXPECT_TRUE(testing::contains(words,
                                "to 0.5 the gap between train and validation accuracy stayed the "
                                "same; validation accuracy stayed the same.\n"))
      << words;
  EXPECT_TRUE(testing::contains(words,
                                "to 0.25 the gap between train and validation accuracy shrank by "
                                "0.300; validation accuracy rose by 0.100.\n"))
      << words;
  EXPECT_TRUE(testing::contains(words,
                                "to 0.1 the gap between train and validation accuracy grew by "
                                "0.100; validation accuracy fell by 0.100.\n"))
      << words;
}

TEST(PublishedExperiment, NetsDifferInDropoutAlone) {
  ExperimentOptions options;
  const auto plain = make_net(20, 10, options, 1), dropped = make_net(20, 10, options, 0.25);
  for (std::size_t layer : {std::size_t{0}, std::size_t{3}}) {
    const auto a = plain.layer(layer).parameters(), b = dropped.layer(layer).parameters();
    for (std::size_t i = 0; i < 2; ++i) EXPECT_TRUE(a[i]->value == b[i]->value) << a[i]->name;
  }
}

TEST(PublishedExperiment, OverfitsFiftyImagesOfCifar10) {
  const Images images = find_images("");
  ExperimentOptions options;
  options.keep_probs = {1};
  options.training = 50;
  options.batch_size = 25;
  options.epochs = 40;
  const auto runs = run_experiment(images.training, options, false);
  EXPECT_EQ(runs[0].history.epochs.back().train_accuracy, 1);
}

}  // namespace
}  // namespace thinnet::examples
