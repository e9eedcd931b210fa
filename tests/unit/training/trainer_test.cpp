#include "training/trainer.hpp"
#include "core/engine/mask.hpp"
#include "core/engine/threads.hpp"
#include "core/initialise.hpp"

#include <memory>
#include <set>

#include "layers/affine.hpp"
#include "layers/dropout.hpp"
#include "layers/mean_squared_error.hpp"
#include "layers/relu.hpp"
#include "optim/adam.hpp"
#include "optim/sgd.hpp"
#include "tests/support.hpp"
#include "training/smoothed_cross_entropy.hpp"

namespace thinnet {
namespace {

using testing::message_of;

/// Two overlapping clouds around (-1, -1) and (1, 1); label 1 is the second.
Dataset clouds(std::size_t N, std::uint64_t seed) {
  Matrix<double> x = testing::normals(N, 2, seed);
  Labels labels;
  for (std::size_t n = 0; n < N; ++n) {
    labels.push_back(static_cast<std::int32_t>(n % 2));
    for (std::size_t d = 0; d < 2; ++d) x(n, d) += labels.back() == 1 ? 1 : -1;
  }
  return {x, labels, 2};
}

struct Experiment {
  Sequential<float> net{2, Affine<float>(2, 16), Relu<float>(), Dropout<float>(0.5, 3),
                        Affine<float>(16, 2)};
  Dataset training = clouds(90, 1), validation = clouds(60, 2);
  Normaliser<float> normaliser = Normaliser<float>::mean_of(training);

  Experiment() { initialise(net.parameters(), he, 4); }

  History fit(const TrainerOptions& options, double learning_rate = 1e-2) {
    Adam<float> adam(net.parameters(), {learning_rate});
    return Trainer<float>(net, adam, options).fit(training, validation, normaliser);
  }

  Evaluation validate() {
    Batches<float> batches(validation, normaliser, 7);
    return evaluate(net, batches);
  }
};

bool same(const EpochRecord& a, const EpochRecord& b) {
  return a.epoch == b.epoch && a.loss == b.loss && a.train_accuracy == b.train_accuracy &&
         a.validation_loss == b.validation_loss && a.validation_accuracy == b.validation_accuracy;
}

TEST(Predict, TakesTheLargestScoreAndTheFirstOfEquals) {
  const Matrix<float> scores = {{-3, -1, -2}, {5, 4, 5}, {0, 0, 1}};
  EXPECT_EQ(predict(scores), (Labels{1, 0, 2}));
}

TEST(Trainer, LearnsAndRecordsEveryEpoch) {
  Experiment run;
  const History history = run.fit({20, 32, 7});
  ASSERT_EQ(history.epochs.size(), 20U);
  EXPECT_FALSE(history.stopped_early);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(history.epochs[i].epoch, i + 1);
  const EpochRecord &first = history.epochs.front(), &last = history.epochs.back();
  EXPECT_LT(last.loss, first.loss);
  // The best line between the clouds is right with probability Φ(√2) = .921: 60 draws of it are
  // above .7 but for a probability of 1e-7 (binomial).
  EXPECT_GT(last.validation_accuracy, 0.7);
  const Evaluation now = run.validate();
  EXPECT_EQ(last.validation_accuracy, now.accuracy);
  EXPECT_NEAR(last.validation_loss, now.loss, 1e-6);
}

TEST(Trainer, RepeatsItselfToTheBitAtAnyNumberOfThreads) {
  const testing::SameThreadCountAfter same_after;
  Experiment one, two;
  set_thread_count(1);
  const History a = one.fit({5, 32, 7});
  set_thread_count(2);
  const History b = two.fit({5, 32, 7});
  for (std::size_t i = 0; i < 5; ++i) EXPECT_TRUE(same(a.epochs[i], b.epochs[i])) << i;
  for (std::size_t i = 0; i < one.net.parameters().size(); ++i) {
    EXPECT_TRUE(one.net.parameters()[i]->value == two.net.parameters()[i]->value) << i;
  }
  Experiment other;
  EXPECT_FALSE(same(other.fit({5, 32, 8}).epochs[4], a.epochs[4])) << "the seed shuffles";
}

TEST(Trainer, StopsEarlyAndPutsBackTheBestWeights) {
  Experiment run;
  Sgd<float> sgd(run.net.parameters(), {0.5});  // too fast on purpose: the accuracy wanders
  Trainer<float> trainer(run.net, sgd, {200, 10, 7, 4});
  EXPECT_EQ(message_of<std::logic_error>([&] { trainer.restore_best(); }),
            "trainer: restore_best was called before fit");
  const History history = trainer.fit(run.training, run.validation, run.normaliser);
  ASSERT_TRUE(history.stopped_early);
  ASSERT_EQ(history.epochs.size(), history.best + 1 + 4);
  const double best = history.epochs[history.best].validation_accuracy.value();
  for (std::size_t i = 0; i < history.epochs.size(); ++i) {
    const double accuracy = history.epochs[i].validation_accuracy.value();
    EXPECT_TRUE(i < history.best ? accuracy < best : accuracy <= best) << i;
  }
  trainer.restore_best();
  EXPECT_EQ(run.validate().accuracy, best);
}

TEST(Trainer, CountsTheFirstOfEquallyGoodEpochsAsBest) {
  Experiment run;
  const History history = run.fit({10, 32, 7, 3}, 1e-12);  // too slow to change any answer
  EXPECT_EQ(history.best, 0U);
  EXPECT_TRUE(history.stopped_early);
  EXPECT_EQ(history.epochs.size(), 4U);
}

TEST(Trainer, TellsDropoutTheStepAndTheExamplesOfEachBatch) {
  Experiment run;
  run.fit({2, 40, 7});
  const std::uint64_t last_step = 2 * 3 - 1;  // two epochs of 40, 40 and a short batch of 10
  Batches<float> batches(run.training, run.normaliser, 40, Sampling::shuffled, 7);
  Matrix<float> mask;
  draw_mask(mask, {10, 16}, 0.5, {3, 2, train(last_step, batches.at(last_step).examples)});
  const auto& dropout = dynamic_cast<const Dropout<float>&>(run.net.layer(2));
  EXPECT_TRUE(dropout.cache().mask == mask);
}

TEST(Trainer, MultipliesTheLearningRateByTheSchedule) {
  Experiment run;
  TrainerOptions options{4, 32, 7};
  options.schedule = step_decay(0.5);
  const History history = run.fit(options, 0.08);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_DOUBLE_EQ(history.epochs[i].learning_rate, 0.08 * std::pow(0.5, static_cast<double>(i)));
  }
}

TEST(Trainer, DoesWhatALoopOfOnesOwnWouldDo) {
  // Everything at once on 2 × 3 × 4 pixels: augmentation and smoothed labels are for training
  // batches alone.
  Labels labels(50);
  for (std::size_t n = 0; n < 50; ++n) labels[n] = static_cast<std::int32_t>(n % 3);
  const Dataset images(testing::normals(50, 24, 1), labels, 3, Picture{3, 4, 2});
  const Dataset training = images.range(0, 30), validation = images.range(30, 20);
  const auto normaliser = Normaliser<float>::standard_of(training);
  TrainerOptions options{2, 8, 7};
  options.sampling = Sampling::with_replacement;
  options.schedule = step_decay(.5);
  options.label_smoothing = .2;
  options.augmentation = {true, 1};
  const auto make_net = [] {
    return Sequential<float>(24, Dropout<float>(.8), Affine<float>(24, 3));
  };
  auto net = make_net(), own = make_net();
  initialise(net.parameters(), he, 4);
  initialise(own.parameters(), he, 4);
  Sgd<float> sgd(net.parameters(), {.1, .9}), own_sgd(own.parameters(), {.1, .9});
  const History history = Trainer<float>(net, sgd, options).fit(training, validation, normaliser);

  SmoothedCrossEntropy<float> loss(.2);
  Batches<float> batches(training, normaliser, 8, Sampling::with_replacement, 7, {true, 1});
  Batches<float> seen(training, normaliser, 30), unseen(validation, normaliser, 20);
  for (std::size_t epoch = 0; epoch < 2; ++epoch) {
    double sum = 0;
    for (std::size_t step = 4 * epoch; step < 4 * epoch + 4; ++step) {
      const Batch<float>& batch = batches.at(step);
      const Matrix<float>& scores = own.forward(batch.x, train(step, batch.examples));
      sum += loss.forward(scores, batch.labels);
      own.backward(loss.backward());
      own_sgd.set_learning_rate(epoch == 0 ? .1 : .05);
      own_sgd.step();
    }
    const EpochRecord& record = history.epochs[epoch];
    EXPECT_DOUBLE_EQ(record.loss, sum / 4);
    EXPECT_EQ(record.train_accuracy, evaluate(own, seen).accuracy);
    EXPECT_EQ(record.validation_accuracy, evaluate(own, unseen).accuracy);
    EXPECT_DOUBLE_EQ(record.validation_loss, evaluate(own, unseen).loss);
  }
  EXPECT_EQ(net.parameters()[0]->value, own.parameters()[0]->value);
  EXPECT_EQ(net.parameters()[1]->value, own.parameters()[1]->value);
}

TEST(Trainer, LeavesTheNetAsItWasButForItsWeights) {
  Experiment run;
  std::vector<bool> before, after;
  for (std::size_t i = 0; i < run.net.size(); ++i) before.push_back(run.net.layer(i).needs_dx());
  run.fit({1, 32, 7});
  for (std::size_t i = 0; i < run.net.size(); ++i) after.push_back(run.net.layer(i).needs_dx());
  EXPECT_EQ(after, before);

  run.net.set_needs_dx(true);
  run.fit({1, 32, 7});
  run.net.forward(testing::normals<float>(3, 2, 1), test());
  EXPECT_EQ(Shape(run.net.backward(testing::normals<float>(3, 2, 2))), Shape(3, 2));
}

TEST(Trainer, LeavesDropoutToDrawAMaskOfItsOwnForEveryStep) {
  // Monte-Carlo dropout: predictions of a trained net in training mode differ from step to step.
  Experiment run;
  run.fit({1, 32, 7});
  const Matrix<float> x = testing::normals<float>(5, 2, 1);
  std::set<std::vector<float>> predictions;
  for (std::uint64_t step = 0; step < 100; ++step) {
    const Matrix<float>& scores = run.net.forward(x, train(step));
    predictions.emplace(scores.begin(), scores.end());
  }
  // Two masks of 5×16 bits are equal with probability 2^-80; a few scores may be, by their ReLUs.
  EXPECT_GT(predictions.size(), 90U);
}

TEST(Trainer, RefusesAnOptimizerThatLeavesOutAParameterOfTheNet) {
  Experiment run;
  Sgd<float> sgd(run.net.parameters(), {0.01});
  run.net.add(std::make_unique<Affine<float>>(2, 2));
  initialise(run.net.parameters(), he, 4);
  TrainerOptions options;
  options.epochs = 1;
  const auto fit = [&] {
    Trainer<float>(run.net, sgd, options).fit(run.training, run.validation, run.normaliser);
  };
  EXPECT_EQ(message_of(fit),
            "trainer: the optimizer does not update affine3.w: make it when the net has all its "
            "layers, or set may_freeze");
  options.may_freeze = true;
  const Matrix<float> first = run.net.parameters()[0]->value;
  const Matrix<float> last = run.net.parameters()[4]->value;
  fit();
  EXPECT_NE(run.net.parameters()[0]->value, first);
  EXPECT_EQ(run.net.parameters()[4]->value, last);
}

/// Takes every gradient for 0, and notes what it is called for.
class ZeroGradients : public TrainerHook<float> {
 public:
  ZeroGradients(Sequential<float>& net, std::vector<std::string>& calls)
      : parameters_(net.parameters()), calls_(calls) {}

  void resume(const std::string&, const std::string&, const TrainingState<float>&) override {
    calls_.emplace_back("resume");
  }
  const Batch<float>& batch(Batches<float>& batches, std::uint64_t step) override {
    calls_.push_back("batch " + std::to_string(step));
    return batches.at(step);
  }
  double after_backward(double /*loss*/) override {
    calls_.emplace_back("after backward");
    for (auto* p : parameters_) p->grad.fill(0);
    return 5;
  }
  void after_epoch(std::size_t epoch) override {
    calls_.push_back("after epoch " + std::to_string(epoch));
  }
  Evaluation evaluate(Layer<float>& net, Batches<float>& batches,
                      const BatchLoss<float>& loss) override {
    calls_.push_back("evaluate " + std::to_string(batches.data().size()));
    return thinnet::evaluate(net, batches, loss);
  }
  void save(const std::string&, const std::string&, const TrainingState<float>&) override {
    calls_.emplace_back("save");
  }
  bool reports() const override { return false; }

 private:
  std::vector<Parameter<float>*> parameters_;
  std::vector<std::string>& calls_;
};

TEST(Trainer, LetsAHookTakePart) {
  Experiment run, fresh;
  Sgd<float> sgd(run.net.parameters(), {0.1});
  std::vector<std::string> calls;
  Trainer<float> trainer(run.net, sgd, {1, 45, 7}, std::make_unique<ZeroGradients>(run.net, calls));
  const History history =
      trainer.fit(run.training, run.validation, run.normaliser,
                  [](const Progress&) { FAIL() << "the hook does not report"; });
  EXPECT_EQ(calls, (std::vector<std::string>{"resume", "batch 0", "after backward", "batch 1",
                                             "after backward", "after epoch 1", "evaluate 90",
                                             "evaluate 60", "save"}));
  EXPECT_EQ(history.epochs[0].loss, 5);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(run.net.parameters()[i]->value, fresh.net.parameters()[i]->value);
}

TEST(History, CountsTheEpochsSinceTheBest) {
  History history;
  EXPECT_EQ(history.epochs_since_best(), 0U);
  const double accuracies[] = {.5, .6, .6, .4, .7};
  const std::size_t expected[] = {0, 0, 1, 2, 0};
  for (std::size_t i = 0; i < 5; ++i) {
    EpochRecord record;
    record.epoch = i + 1;
    record.validation_accuracy = accuracies[i];
    history.add(record);
    EXPECT_EQ(history.epochs_since_best(), expected[i]) << i;
  }
}

TEST(History, TakesTheLeastValidationLossForTheBestWhereThereIsNoAccuracy) {
  History history;
  const double losses[] = {.5, .4, .4, .6, .3};
  const std::size_t expected[] = {0, 0, 1, 2, 0};
  for (std::size_t i = 0; i < 5; ++i) {
    EpochRecord record;
    record.validation_loss = losses[i];
    history.add(record);
    EXPECT_EQ(history.epochs_since_best(), expected[i]) << i;
  }
  // Where there is one, it alone decides.
  EpochRecord accurate;
  accurate.validation_accuracy = .5;
  History of_labels;
  of_labels.add(accurate);
  accurate.validation_loss = -1;
  of_labels.add(accurate);
  EXPECT_EQ(of_labels.best, 0U);
}

TEST(Trainer, ReportsEveryBatchAndEveryEpoch) {
  Experiment run;
  Sgd<float> sgd(run.net.parameters(), {0.1});
  std::size_t batches = 0, epochs = 0;
  Trainer<float>(run.net, sgd, {3, 40, 7})
      .fit(run.training, run.validation, run.normaliser, [&](const Progress& p) {
        EXPECT_EQ(p.batches, 3U);  // 40, 40 and a short one of 10
        (p.record == nullptr ? batches : epochs) += 1;
        EXPECT_EQ(p.epoch, p.record == nullptr ? epochs + 1 : epochs);
      });
  EXPECT_EQ(batches, 9U);
  EXPECT_EQ(epochs, 3U);
}

/// Two targets of 2 features: x0 - 2·x1 and x1 + 3, each with so much normal noise.
Dataset lines(std::size_t N, double noise, std::uint64_t seed) {
  const Matrix<double> x = testing::normals(N, 2, seed);
  Matrix<double> targets = noise * testing::normals(N, 2, seed + 1000);
  for (std::size_t n = 0; n < N; ++n) {
    targets(n, 0) += x(n, 0) - 2 * x(n, 1);
    targets(n, 1) += x(n, 1) + 3;
  }
  return {x, targets};
}

struct Regression {
  Sequential<float> net{2, Affine<float>(2, 16), Relu<float>(), Dropout<float>(0.8, 3),
                        Affine<float>(16, 2)};
  Dataset training = lines(50, 1, 1), validation = lines(40, 1, 2);
  Normaliser<float> normaliser = Normaliser<float>::mean_of(training);
  Sgd<float> sgd{net.parameters(), {.05, .9}};
  MeanSquaredError<float> loss;

  Regression() { initialise(net.parameters(), he, 4); }

  History fit(const TrainerOptions& options, const ProgressReporter& report = nullptr) {
    return Trainer<float>(net, sgd, loss, options).fit(training, validation, normaliser, report);
  }

  double validate() {
    Batches<float> batches(validation, normaliser, 40);
    const Evaluation evaluation = evaluate(net, batches, BatchLoss(loss));
    EXPECT_FALSE(evaluation.accuracy.has_value());
    return evaluation.loss;
  }
};

TEST(Trainer, FindsTheLineThatTargetsLieOn) {
  Sequential<double> net(2, Affine<double>(2, 2));
  initialise(net.parameters(), he, 4);
  Sgd<double> sgd(net.parameters(), {.3});
  MeanSquaredError<double> loss;
  const Dataset training = lines(50, 0, 1), validation = lines(40, 0, 2);
  const History history = Trainer<double>(net, sgd, loss, {200, 10, 7})
                              .fit(training, validation, Normaliser<double>::identity(2));
  EXPECT_LT(history.epochs.back().validation_loss, 1e-20);
  testing::expect_near(net.parameters()[0]->value, {{1, 0}, {-2, 1}}, 1e-9);
  testing::expect_near(net.parameters()[1]->value, {{0, 3}}, 1e-9);
}

TEST(Trainer, DoesWithTargetsWhatALoopOfOnesOwnWouldDo) {
  Regression run, own;
  const History history = run.fit({3, 16, 7});
  Batches<float> batches(own.training, own.normaliser, 16, Sampling::shuffled, 7);
  ASSERT_EQ(history.epochs.size(), 3U);
  for (std::size_t epoch = 0; epoch < 3; ++epoch) {
    double sum = 0;
    for (std::size_t step = 4 * epoch; step < 4 * epoch + 4; ++step) {
      const Batch<float>& batch = batches.at(step);
      const Matrix<float>& out = own.net.forward(batch.x, train(step, batch.examples));
      sum += own.loss.forward(out, batch.targets);
      own.net.backward(own.loss.backward());
      own.sgd.step();
    }
    const EpochRecord& record = history.epochs[epoch];
    EXPECT_DOUBLE_EQ(record.loss, sum / 4);
    EXPECT_EQ(record.validation_loss, own.validate());
    EXPECT_FALSE(record.train_accuracy || record.validation_accuracy);
  }
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(run.net.parameters()[i]->value, own.net.parameters()[i]->value) << i;
}

TEST(Trainer, StopsEarlyByTheValidationLossWhereThereIsNoAccuracy) {
  Regression run;
  Trainer<float> trainer(run.net, run.sgd, run.loss, {200, 10, 7, 4});
  const History history = trainer.fit(run.training, run.validation, run.normaliser);
  ASSERT_TRUE(history.stopped_early);
  ASSERT_EQ(history.epochs.size(), history.best + 1 + 4);
  ASSERT_GT(history.best, 0U);
  const double best = history.epochs[history.best].validation_loss;
  for (std::size_t i = 0; i < history.epochs.size(); ++i) {
    const double loss = history.epochs[i].validation_loss;
    EXPECT_TRUE(i < history.best ? loss > best : loss >= best) << i;
  }
  EXPECT_NE(run.validate(), best);
  trainer.restore_best();
  EXPECT_EQ(run.validate(), best);
}

TEST(Trainer, TakesAnyLossOfLabels) {
  const auto losses = [](Experiment& run, Loss<float, Labels>& loss) {
    Adam<float> adam(run.net.parameters(), {1e-2});
    return Trainer<float>(run.net, adam, loss, {2, 32, 7})
        .fit(run.training, run.validation, run.normaliser);
  };
  Experiment own, given, smoothed, smoothed_by_option;
  SoftmaxCrossEntropy<float> plain;
  const History a = own.fit({2, 32, 7}), b = losses(given, plain);
  EXPECT_TRUE(same(a.epochs[1], b.epochs[1]));

  SmoothedCrossEntropy<float> smooth(.2);
  TrainerOptions options{2, 32, 7};
  options.label_smoothing = .2;
  const History c = losses(smoothed, smooth), d = smoothed_by_option.fit(options);
  EXPECT_EQ(c.epochs[1].loss, d.epochs[1].loss);
  // The option leaves the validation loss plain; a loss that is given is that of validation, too.
  EXPECT_GT(c.epochs[1].validation_loss, d.epochs[1].validation_loss);
}

TEST(Trainer, RefusesDataThatAreNotOfItsLoss) {
  Experiment labelled;
  Regression numbers;
  const std::string no_labels =
      "the loss is one of labels, but the data set has targets: take a loss of targets, such as "
      "MeanSquaredError";
  const std::string no_targets =
      "the loss is one of targets, but the data set has labels: take a loss of labels, such as "
      "SoftmaxCrossEntropy";
  const auto fit = [&](Trainer<float> trainer, const Dataset& training, const Dataset& validation) {
    return message_of([&] { trainer.fit(training, validation, numbers.normaliser); });
  };
  const auto of_labels = [&] { return Trainer<float>(numbers.net, numbers.sgd, {1}); };
  const auto of_targets = [&] {
    return Trainer<float>(numbers.net, numbers.sgd, numbers.loss, {1});
  };
  EXPECT_EQ(fit(of_labels(), numbers.training, numbers.validation), no_labels);
  EXPECT_EQ(fit(of_labels(), labelled.training, numbers.validation), no_labels);
  EXPECT_EQ(fit(of_targets(), labelled.training, labelled.validation), no_targets);
  EXPECT_EQ(fit(of_targets(), numbers.training, labelled.validation), no_targets);

  Batches<float> batches(numbers.validation, numbers.normaliser, 7);
  EXPECT_EQ(message_of([&] { evaluate(numbers.net, batches); }), no_labels);
}

TEST(Trainer, RefusesOptionsAndTargetsThatItsLossCannotTake) {
  Regression run;
  TrainerOptions options{1};
  options.label_smoothing = .1;
  EXPECT_EQ(message_of([&] { run.fit(options); }),
            "label smoothing is 0.1, but a loss is given: leave it at 0, or give "
            "SmoothedCrossEntropy");
  run.training = Dataset(testing::normals(20, 2, 1), testing::normals(20, 3, 2));
  EXPECT_EQ(message_of([&] {
              run.fit({1, 10, 7});
            }),
            "mean squared error: out is 10×2, targets are 10×3");
}

TEST(Trainer, NamesTheTargetThatIsNotFiniteOnceInABatch) {
  Regression run;
  Matrix<double> targets({50, 2}, 1);
  targets(33, 1) = 1e300;  // infinite as a float
  run.training = Dataset(testing::normals(50, 2, 1), targets);
  EXPECT_EQ(message_of<std::runtime_error>([&] {
              run.fit({1, 50, 7});
            }),
            "the loss is inf at step 0 (epoch 1): target 1 of example 33 is inf once in a batch: "
            "scale the targets");
}

TEST(Trainer, StopsAtAValidationLossOfTargetsThatIsNotFinite) {
  Regression run;
  Matrix<double> targets({600, 2}, 1);
  targets(555, 0) = 1e300;  // infinite as a float
  run.validation = Dataset(testing::normals(600, 2, 9), targets);
  EXPECT_EQ(message_of<std::runtime_error>([&] {
              run.fit({1, 50, 7});
            }),
            "the validation loss is inf after step 0 (epoch 1): target 0 of example 555 is inf "
            "once in a batch: scale the targets");
}

TEST(Progress, TellsAccuraciesOrElseTheValidationLoss) {
  const ProgressReporter report = report_on_stderr("mine");
  EpochRecord record;
  record.validation_loss = .25;
  ::testing::internal::CaptureStderr();
  report({2, 9, 5, 5, .5, &record});
  record.train_accuracy = .75;
  record.validation_accuracy = .625;
  report({3, 9, 5, 5, .5, &record});
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "mine  epoch 2/9  loss 0.5000  validation loss 0.2500\n"
            "mine  epoch 3/9  loss 0.5000  train 0.750  validation 0.625\n");
}

std::string failure_of(Experiment& run, double learning_rate = 1e-2) {
  return message_of<std::runtime_error>([&] { run.fit({2, 32, 7}, learning_rate); });
}

const std::string less = "try a learning rate below 0.01, or smaller weights";

TEST(Trainer, NamesTheWeightThatIsNotFinite) {
  Experiment run;
  run.net.parameters()[2]->value(3, 1) = std::nanf("");
  EXPECT_EQ(failure_of(run), "the loss is nan at step 0 (epoch 1): affine2.w[3,1] is nan: " + less);
}

TEST(Trainer, NamesTheFirstLayerWhoseOutputIsNotFinite) {
  Experiment run;
  run.net.parameters()[0]->value.fill(3e38F);  // finite, and too large
  const std::string message = failure_of(run);
  EXPECT_EQ(message.find("the loss is nan at step 0 (epoch 1): the first output to be so is of "
                         "affine1, where out["),
            0U)
      << message;
  EXPECT_EQ(message.substr(message.size() - less.size()), less);
}

TEST(Trainer, TellsTheStepAtWhichNumbersBecameTooLarge) {
  Experiment run;
  const std::string message = failure_of(run, 1e38);
  EXPECT_NE(message.find(" at step 1 (epoch 1): the first output to be so is of affine"),
            std::string::npos)
      << message;
  EXPECT_NE(message.find("try a learning rate below 1e+38, or"), std::string::npos) << message;
}

TEST(Trainer, AdvisesALargerKeepProbWhereDropoutMadeTheOutputsTooLarge) {
  Sequential<float> net(2, Affine<float>(Matrix<float>({2, 8}, 1), Matrix<float>({1, 8}, 1)),
                        Dropout<float>(.25), Affine<float>(8, 2));
  initialise(net.parameters(), he, 4);
  net.parameters()[1]->value.fill(1.5e38F);  // four times as much is no float
  Sgd<float> sgd(net.parameters(), {.1});
  const Experiment of;
  const std::string message = message_of<std::runtime_error>([&] {
    Trainer<float>(net, sgd, {1, 30, 7}).fit(of.training, of.validation, of.normaliser);
  });
  EXPECT_NE(message.find("the first output to be so is of dropout1, where out["), std::string::npos)
      << message;
  EXPECT_NE(message.find(" is inf: it divides by its keep_prob of 0.25: try a larger one"),
            std::string::npos)
      << message;
}

TEST(Trainer, NamesTheFeatureThatIsNotFiniteOnceNormalised) {
  Experiment run;
  run.normaliser.scale(0, 1) = std::numeric_limits<float>::infinity();
  const std::string message = failure_of(run);
  EXPECT_NE(message.find(" at step 0 (epoch 1): feature 1 of example "), std::string::npos)
      << message;
  EXPECT_NE(message.find("inf once normalised: look at the data's range and the normaliser"),
            std::string::npos)
      << message;
}

TEST(Trainer, StopsAtWeightsThatNoLossShows) {
  Experiment run;
  // ReLU makes 0 of that unit, whatever the example.
  run.net.parameters()[1]->value(0, 5) = -std::numeric_limits<float>::infinity();
  const std::string message = message_of<std::runtime_error>([&] { run.fit({2, 90, 7}); });
  EXPECT_EQ(message, "affine1.b[0,5] is nan after step 0 (epoch 1): " + less);
}

TEST(Trainer, StopsAtAValidationLossThatIsNotFinite) {
  Experiment run;
  Matrix<double> x = testing::normals(600, 2, 9);
  x(555, 1) = 1e300;  // infinite as a float
  run.validation = Dataset(x, Labels(600, 0), 2);
  EXPECT_EQ(failure_of(run),
            "the validation loss is nan after step 2 (epoch 1): feature 1 of example 555 is inf "
            "once normalised: look at the data's range and the normaliser");
}

TEST(Trainer, TrainsOnOneExampleOfOneFeatureAndOneClassThroughOneUnit) {
  for (const float keep_prob : {1.0F, std::numeric_limits<float>::denorm_min()}) {
    SCOPED_TRACE(keep_prob);
    Sequential<float> net(1, Affine<float>(1, 1), Relu<float>(), Dropout<float>(keep_prob),
                          Affine<float>(1, 1));
    initialise(net.parameters(), he, 4);
    const Dataset one(Matrix<float>{{3}}, {0}, 1);
    Adam<float> adam(net.parameters(), {1e-2});
    const History history = Trainer<float>(net, adam, {3, 100, 7})  // a batch larger than the data
                                .fit(one, one, Normaliser<float>::standard_of(one));
    ASSERT_EQ(history.epochs.size(), 3U);
    for (const EpochRecord& e : history.epochs) {
      EXPECT_EQ(e.loss, 0);  // one class is certain
      EXPECT_EQ(e.validation_accuracy, 1);
    }
  }
}

TEST(Trainer, TakesABatchLargerThanTheDataAsAllOfIt) {
  Experiment all, more;
  const History a = all.fit({3, 90, 7}), b = more.fit({3, 1000000, 7});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(same(a.epochs[i], b.epochs[i])) << i;
}

TEST(Trainer, HasNoEmptyBatchAtTheEndOfAnEpoch) {
  Experiment run;
  std::size_t batches = 0;
  Sgd<float> sgd(run.net.parameters(), {0.1});
  Trainer<float>(run.net, sgd, {1, 45, 7})  // 90 examples are exactly two batches
      .fit(run.training, run.validation, run.normaliser, [&](const Progress& p) {
        EXPECT_EQ(p.batches, 2U);
        batches += p.record == nullptr ? 1 : 0;
      });
  EXPECT_EQ(batches, 2U);
}

TEST(Trainer, RefusesOptionsOutsideTheirRange) {
  Experiment run;
  EXPECT_EQ(message_of([&] { run.fit({0}); }), "epochs is 0, expected at least 1");
  EXPECT_EQ(message_of([&] { run.fit({1, 0}); }), "batch size is 0, expected at least 1");
  TrainerOptions options;
  options.label_smoothing = 1;
  EXPECT_EQ(message_of([&] { run.fit(options); }), "label smoothing is 1, expected [0, 1)");
}

}  // namespace
}  // namespace thinnet
