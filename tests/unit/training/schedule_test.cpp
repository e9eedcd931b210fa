#include "training/schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "layers/affine.hpp"
#include "optim/sgd.hpp"
#include "tests/support.hpp"
#include "training/trainer.hpp"

namespace thinnet {
namespace {

using testing::message_of;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(ConstantRate, IsOneThroughout) {
  const Schedule schedule = constant_rate();
  for (const double epoch : {0., .5, 1., 1e9}) EXPECT_EQ(schedule(epoch), 1) << epoch;
}

TEST(StepDecay, FallsAtTheEndOfEverySoManyEpochs) {
  const Schedule schedule = step_decay(.1, 20);
  EXPECT_EQ(schedule(0), 1);
  EXPECT_EQ(schedule(19.999), 1);
  EXPECT_DOUBLE_EQ(schedule(20), .1);
  EXPECT_DOUBLE_EQ(schedule(39.999), .1);
  EXPECT_DOUBLE_EQ(schedule(40), .01);
  EXPECT_DOUBLE_EQ(schedule(105), 1e-5);
}

TEST(StepDecay, FallsAfterEachEpochUnlessToldOtherwise) {
  const Schedule schedule = step_decay(.5);
  EXPECT_EQ(schedule(.999), 1);
  EXPECT_EQ(schedule(1), .5);
  EXPECT_EQ(schedule(3.5), .125);
  const Schedule half_epochs = step_decay(.5, .5);
  EXPECT_EQ(half_epochs(.499), 1);
  EXPECT_EQ(half_epochs(.5), .5);
  EXPECT_EQ(half_epochs(1.25), .25);
  EXPECT_EQ(step_decay(1)(7), 1);  // a factor of 1 is allowed
}

TEST(StepDecay, RefusesWhatIsOutOfRange) {
  for (const double factor : {0., -.5, 1.5, nan}) {
    EXPECT_EQ(message_of([&] { step_decay(factor); }),
              fmt::format("the factor of step decay is {}, expected (0, 1]", factor));
  }
  for (const double every : {0., -1., nan}) {
    EXPECT_EQ(message_of([&] { step_decay(.5, every); }),
              fmt::format("step decay is every {} epochs, expected above 0", every));
  }
}

TEST(Cosine, FallsFromOneToZeroAndStaysThere) {
  const Schedule schedule = cosine(12);
  EXPECT_EQ(schedule(0), 1);
  EXPECT_DOUBLE_EQ(schedule(2), (1 + std::sqrt(.75)) / 2);  // cos 30°
  EXPECT_DOUBLE_EQ(schedule(3), (1 + std::sqrt(.5)) / 2);   // cos 45°
  EXPECT_DOUBLE_EQ(schedule(4), .75);                       // cos 60°
  EXPECT_DOUBLE_EQ(schedule(6), .5);
  EXPECT_DOUBLE_EQ(schedule(8), .25);
  EXPECT_EQ(schedule(12), 0);
  EXPECT_EQ(schedule(12.5), 0);  // no rise again
  EXPECT_EQ(schedule(24), 0);
}

TEST(Cosine, RefusesNoEpochs) {
  for (const double epochs : {0., -3., nan}) {
    EXPECT_EQ(message_of([&] { cosine(epochs); }),
              fmt::format("the cosine schedule lasts {} epochs, expected above 0", epochs));
  }
}

TEST(WarmUp, RisesInAStraightLineOnTopOfWhatFollows) {
  const Schedule alone = warm_up(5, constant_rate());
  EXPECT_EQ(alone(0), 0);
  EXPECT_DOUBLE_EQ(alone(1), .2);
  EXPECT_DOUBLE_EQ(alone(2.5), .5);
  EXPECT_EQ(alone(5), 1);
  EXPECT_EQ(alone(9), 1);
  const Schedule both = warm_up(5, cosine(10));
  const double cosine_of_36_degrees = (1 + std::sqrt(5.)) / 4;
  EXPECT_DOUBLE_EQ(both(2), .4 * (1 + cosine_of_36_degrees) / 2);
  EXPECT_DOUBLE_EQ(both(5), .5);
  EXPECT_DOUBLE_EQ(both(8), (1 - cosine_of_36_degrees) / 2);  // cos 144°
  EXPECT_EQ(both(10), 0);
}

TEST(WarmUp, RefusesNoEpochs) {
  for (const double epochs : {0., -1., nan}) {
    EXPECT_EQ(message_of([&] { warm_up(epochs, constant_rate()); }),
              fmt::format("warm-up lasts {} epochs, expected above 0", epochs));
  }
}

/// Plain SGD that notes the learning rate of each of its steps.
class NotingSgd : public Sgd<float> {
 public:
  using Sgd::Sgd;
  void step() override {
    rates.push_back(learning_rate());
    Sgd::step();
  }
  std::vector<double> rates;
};

/// Trains a tiny net on 10 examples in batches of 4, so that an epoch has 3 steps.
struct ScheduledRun {
  Sequential<float> net{2, Affine<float>(2, 2)};
  NotingSgd sgd{net.parameters(), SgdOptions{.06}};
  Dataset data{testing::normals(10, 2, 1), Labels{0, 1, 0, 1, 0, 1, 0, 1, 0, 1}, 2};

  History fit(std::size_t epochs, Schedule schedule, const ProgressReporter& report = nullptr) {
    TrainerOptions options{epochs, 4};
    options.schedule = std::move(schedule);
    const auto normaliser = Normaliser<float>::identity(2);
    return Trainer<float>(net, sgd, options).fit(data, data, normaliser, report);
  }
};

TEST(ScheduleOfTrainer, IsAskedAtTheMiddleOfEachStep) {
  ScheduledRun run;
  const History history = run.fit(2, [](double epoch) { return epoch; });
  ASSERT_EQ(run.sgd.rates.size(), 6U);
  for (std::size_t i = 0; i < 6; ++i) {
    const double middle = static_cast<double>(2 * i + 1) / 6;  // of step i, in epochs
    EXPECT_DOUBLE_EQ(run.sgd.rates[i], .06 * middle) << "step " << i;
  }
  EXPECT_EQ(history.epochs[0].learning_rate, run.sgd.rates[2]);
  EXPECT_EQ(history.epochs[1].learning_rate, run.sgd.rates[5]);
  EXPECT_EQ(run.sgd.learning_rate(), .06) << "fit gives the learning rate back";
}

TEST(ScheduleOfTrainer, WarmsUpAndFallsWithoutAStepAtZero) {
  ScheduledRun run;
  run.fit(3, warm_up(1, cosine(3)));
  ASSERT_EQ(run.sgd.rates.size(), 9U);
  // The middle of step i is (2i+1)·10° of the half turn.
  const double pi = std::acos(-1.0);
  for (std::size_t i = 0; i < 9; ++i) {
    const double rise = std::min(1., static_cast<double>(2 * i + 1) / 6);
    const double fall = (1 + std::cos(static_cast<double>(2 * i + 1) * pi / 18)) / 2;
    EXPECT_NEAR(run.sgd.rates[i], .06 * rise * fall, 1e-15) << "step " << i;
    EXPECT_GT(run.sgd.rates[i], 0) << "step " << i;
  }
}

TEST(ScheduleOfTrainer, GivesTheLearningRateBackWhenTrainingIsStopped) {
  ScheduledRun run;
  const auto stop = [](const Progress& p) {
    if (p.batch == 2) throw std::runtime_error("stopped");
  };
  const auto fit = [&] { run.fit(2, step_decay(.5, .5), stop); };
  EXPECT_EQ(message_of<std::runtime_error>(fit), "stopped");
  EXPECT_EQ(run.sgd.learning_rate(), .06);
}

TEST(ScheduleOfTrainer, MayNotMakeTheLearningRateZero) {
  ScheduledRun run;
  EXPECT_EQ(message_of([&] { run.fit(3, cosine(2)); }),
            "learning rate is 0.000000, expected a finite number > 0");
  EXPECT_EQ(run.sgd.rates.size(), 6U);  // the two epochs that the cosine lasts
}

}  // namespace
}  // namespace thinnet
