// Started by mpirun: what several ranks train together is what one process trains alone. Every rank
// runs every test, and trains the process's own net beside the common one.
#include <numeric>
#include <thread>

#include "core/initialise.hpp"
#include "data/io/file.hpp"
#include "layers/affine.hpp"
#include "layers/dropout.hpp"
#include "layers/mean_squared_error.hpp"
#include "layers/relu.hpp"
#include "optim/adam.hpp"
#include "optim/sgd.hpp"
#include "tests/support.hpp"
#include "tests/unit/data/temporary_folder.hpp"
#include "training/distributed/data_parallel.hpp"
#include "training/distributed/mpi_ranks.hpp"
#include "training/trainer.hpp"

namespace thinnet {
namespace {

using testing::message_of;
using testing::TemporaryFolder;

/// Set by main while the job lasts.
Ranks* job = nullptr;

class RanksTest : public ::testing::Test {
 protected:
  Ranks& ranks = *job;
  bool first = ranks.rank() == 0;
};

/// Noisy images of 2 × 3 × 4 pixels in three classes.
Dataset images(std::size_t N, std::uint64_t seed) {
  Matrix<double> x = testing::normals(N, 24, seed);
  Labels labels(N);
  for (std::size_t n = 0; n < N; ++n) {
    labels[n] = static_cast<std::int32_t>(n % 3);
    x(n, 5 * (n % 3)) += 3;
  }
  return {x, labels, 3, Picture{3, 4, 2}};
}

/// A net with its optimizer and all else that training needs; equal ones train equally.
template <typename T>
struct Training {
  Sequential<T> net{24,        Dropout<T>(.9, 3), Affine<T>(24, 20),
                    Relu<T>(), Dropout<T>(.5, 3), Affine<T>(20, 3)};
  Dataset training = images(103, 1), validation = images(41, 2);
  Normaliser<T> normaliser = Normaliser<T>::standard_of(training);
  std::unique_ptr<Optimizer<T>> optimizer =
      std::make_unique<Sgd<T>>(net.parameters(), SgdOptions{.05, .9});
  TrainerOptions options;
  std::unique_ptr<MeanSquaredError<T>> mean_squared_error;  // null: softmax cross-entropy
  Ranks* ranks;                                             // null: alone
  std::vector<double> losses;                               // of every step

  explicit Training(Ranks* with, std::uint64_t seed = 4) : ranks(with) {
    initialise(net.parameters(), he, seed);
    options.batch_size = 30;  // 30, 30, 30 and 13: no multiple of 4
    options.epochs = 25;
    options.seed = 7;
    options.label_smoothing = .1;
    options.augmentation = {true, 1};
  }
  /// Three targets in place of the labels: one of them is a feature.
  void take_targets() {
    const auto targets_of = [](const Dataset& data, std::uint64_t seed) {
      Matrix<double> x({data.size(), data.width()}),
          targets = testing::normals(data.size(), 3, seed);
      for (std::size_t n = 0; n < data.size(); ++n) {
        data.copy_row(n, &x(n, 0));
        targets(n, 0) = x(n, 5);
      }
      return Dataset(x, targets, data.picture());
    };
    training = targets_of(training, 11);
    validation = targets_of(validation, 12);
    mean_squared_error = std::make_unique<MeanSquaredError<T>>();
    options.label_smoothing = 0;
    options.augmentation = {};
  }
  History fit() {
    const auto report = [&](const Progress& p) {
      if (p.record == nullptr) losses.push_back(p.loss);
    };
    auto hook = data_parallel(ranks, net);
    if (mean_squared_error != nullptr) {
      return Trainer<T>(net, *optimizer, *mean_squared_error, options, std::move(hook))
          .fit(training, validation, normaliser, report);
    }
    return Trainer<T>(net, *optimizer, options, std::move(hook))
        .fit(training, validation, normaliser, report);
  }
};

/// Rounding differs with the number of ranks and no further: each loss to `tolerance` of itself (or
/// of 1), and so the weights.
template <typename T>
void expect_same_training(Training<T>& alone, Training<T>& together, bool first, double tolerance) {
  const History one = alone.fit(), several = together.fit();
  ASSERT_EQ(together.losses.size(), first ? alone.losses.size() : 0U);
  for (std::size_t i = 0; i < together.losses.size(); ++i)
    EXPECT_NEAR(together.losses[i], alone.losses[i], tolerance * std::max(1.0, alone.losses[i]))
        << "step " << i;
  const auto a = alone.net.parameters(), b = together.net.parameters();
  for (std::size_t i = 0; i < a.size(); ++i)
    testing::expect_near(b[i]->value, a[i]->value, 10 * tolerance);
  ASSERT_EQ(several.epochs.size(), one.epochs.size());
  for (std::size_t i = 0; i < one.epochs.size(); ++i) {
    EXPECT_NEAR(several.epochs[i].loss, one.epochs[i].loss, tolerance);
    EXPECT_NEAR(several.epochs[i].validation_loss, one.epochs[i].validation_loss, 10 * tolerance);
    EXPECT_EQ(several.epochs[i].validation_accuracy, one.epochs[i].validation_accuracy);
    EXPECT_EQ(several.epochs[i].train_accuracy, one.epochs[i].train_accuracy);
  }
  EXPECT_EQ(several.best, one.best);
}

TEST_F(RanksTest, TrainAsOneProcessDoesInDouble) {
  Training<double> alone(nullptr), together(&ranks);
  expect_same_training(alone, together, first, 1e-12);
  EXPECT_EQ(alone.losses.size(), 100U);
  const double begin = std::accumulate(alone.losses.begin(), alone.losses.begin() + 4, 0.0),
               end = std::accumulate(alone.losses.end() - 4, alone.losses.end(), 0.0);
  EXPECT_LT(end, .8 * begin);  // something was learned
}

TEST_F(RanksTest, TrainAsOneProcessDoesInFloat) {
  Training<float> alone(nullptr), together(&ranks);
  expect_same_training(alone, together, first, 1e-5);
}

TEST_F(RanksTest, TrainOnTargetsAsOneProcessDoes) {
  Training<double> alone(nullptr), together(&ranks);
  for (auto* run : {&alone, &together}) {
    run->take_targets();
    run->optimizer->set_learning_rate(.005);
  }
  expect_same_training(alone, together, first, 1e-12);
  const double begin = std::accumulate(alone.losses.begin(), alone.losses.begin() + 4, 0.0),
               end = std::accumulate(alone.losses.end() - 4, alone.losses.end(), 0.0);
  EXPECT_LT(end, .9 * begin);  // something was learned
}

TEST_F(RanksTest, MayHaveNothingToDo) {
  // Batches of 3, the last of 1, and a single example to validate on.
  Training<double> alone(nullptr), together(&ranks);
  for (auto* run : {&alone, &together}) {
    run->options.batch_size = 3;
    run->options.epochs = 3;
    run->optimizer->set_learning_rate(.005);
    run->validation = run->validation.range(0, 1);
  }
  expect_same_training(alone, together, first, 1e-12);
  EXPECT_EQ(alone.losses.size(), 105U);
}

TEST_F(RanksTest, TwoOfTheSameNumberAgreeToTheBit) {
  Training<float> one(&ranks), two(&ranks);
  one.fit();
  two.fit();
  EXPECT_EQ(one.losses, two.losses);
  for (std::size_t i = 0; i < one.net.parameters().size(); ++i)
    EXPECT_EQ(one.net.parameters()[i]->value, two.net.parameters()[i]->value);
}

TEST_F(RanksTest, DrawTheMasksOfTheWholeBatch) {
  Training<float> alone(nullptr), together(&ranks);
  for (auto* run : {&alone, &together}) run->options.epochs = 2;
  alone.fit();
  together.fit();
  for (const std::size_t layer : {0U, 3U}) {
    const auto mask_of = [&](Training<float>& run) {
      return dynamic_cast<Dropout<float>&>(run.net.layer(layer)).cache().mask;
    };
    const Matrix<float> whole = mask_of(alone), slice = mask_of(together);
    const std::size_t N = whole.shape(0), begin = N * ranks.rank() / ranks.size();
    ASSERT_EQ(N, 13U);  // of the last, short batch
    ASSERT_EQ(begin + slice.shape(0), N * (ranks.rank() + 1) / ranks.size());
    for (std::size_t n = 0; n < slice.shape(0); ++n) {
      for (std::size_t h = 0; h < slice.shape(1); ++h) EXPECT_EQ(slice(n, h), whole(begin + n, h));
    }
  }
}

TEST_F(RanksTest, StartFromTheWeightsOfRank0) {
  Training<double> alone(nullptr), together(&ranks, 4 + ranks.rank());
  expect_same_training(alone, together, first, 1e-12);
}

TEST_F(RanksTest, GoOnFromACheckpointOfAnyNumberOfRanks) {
  // Every rank has a disk of its own; the folder of rank 0 alone has a checkpoint.
  const TemporaryFolder folder;
  const auto make = [&](Ranks* with, std::size_t epochs) {
    Training<double> run(with, with == nullptr ? 4 : 40 + with->rank());
    run.optimizer = std::make_unique<Adam<double>>(run.net.parameters(), AdamOptions{.01});
    run.options.epochs = epochs;
    return run;
  };
  auto whole = make(nullptr, 9);
  const History uninterrupted = whole.fit();
  const auto go_on = [&](Ranks* with, std::size_t epochs) {
    auto run = make(with, epochs);
    run.options.checkpoint = folder / "checkpoint.npz";
    const History history = run.fit();
    EXPECT_EQ(history.epochs.size(), epochs);
    EXPECT_EQ(history.best, [&] {
      History part;
      for (std::size_t i = 0; i < epochs; ++i) part.add(uninterrupted.epochs[i]);
      return part.best;
    }());
    for (std::size_t i = 0; i < epochs; ++i)
      EXPECT_NEAR(history.epochs[i].loss, uninterrupted.epochs[i].loss, 1e-12) << i;
    return run.net.parameters()[0]->value;
  };
  if (first) go_on(nullptr, 3);
  const Matrix<double> w = go_on(&ranks, 6);
  EXPECT_EQ(folder.names().size(), first ? 1U : 0U);
  if (first) testing::expect_near(go_on(nullptr, 9), whole.net.parameters()[0]->value, 1e-11);
  // Nothing is left to train: the state comes from the file alone.
  auto finished = make(&ranks, 6);
  finished.options.checkpoint = folder / "six.npz";
  auto six = make(nullptr, 6);
  six.options.checkpoint = folder / "six.npz";
  if (first) six.fit();
  Trainer<double> trainer(finished.net, *finished.optimizer, finished.options,
                          data_parallel(&ranks, finished.net));
  const History history = trainer.fit(finished.training, finished.validation, finished.normaliser);
  EXPECT_EQ(history.epochs.size(), 6U);
  testing::expect_near(finished.net.parameters()[0]->value, w, 1e-11);
  trainer.restore_best();  // every rank has the best weights too
  auto best = make(nullptr, history.best + 1);
  best.fit();
  testing::expect_near(finished.net.parameters()[0]->value, best.net.parameters()[0]->value, 1e-11);
}

TEST_F(RanksTest, NoticeWhenTheyDriftApart) {
  if (ranks.size() == 1) GTEST_SKIP() << "takes two";
  const std::size_t last = ranks.size() - 1;
  Training<float> run(&ranks);
  if (ranks.rank() == last) run.optimizer->set_learning_rate(.0500001);
  EXPECT_EQ(message_of<std::runtime_error>([&] { run.fit(); }),
            "after epoch 1 the weights of rank " + std::to_string(last) +
                " differ from those of rank 0: every rank needs the same program on the same kind "
                "of CPU");
}

TEST_F(RanksTest, RefuseDifferentSettings) {
  if (ranks.size() == 1) GTEST_SKIP() << "takes two";
  Training<float> run(&ranks);
  run.options.settings = ranks.rank() == 1 ? "data-sha256 1" : "data-sha256 0";
  EXPECT_EQ(message_of<std::runtime_error>([&] { run.fit(); }),
            "rank 1 has other settings or data than rank 0");
}

TEST_F(RanksTest, StopTogetherWhenTheLossOfOneIsNotFinite) {
  Training<float> run(&ranks);
  // One row is too large for float: its slice alone has no finite loss.
  Matrix<double> x = testing::normals(103, 24, 1);
  x(50, 0) = 3e38;
  run.training = Dataset(x, Labels(103), 3, Picture{3, 4, 2});
  run.normaliser = Normaliser<float>::identity(24);
  const std::string message = message_of<std::runtime_error>([&] { run.fit(); });
  EXPECT_EQ(message.rfind("the loss is ", 0), 0U) << message;
  EXPECT_NE(message.find("at step "), std::string::npos) << message;
}

TEST_F(RanksTest, FailTogetherWhenRank0Cannot) {
  const TemporaryFolder folder;
  std::string path = folder / "missing/checkpoint.npz";
  std::size_t length = path.size();
  ranks.broadcast(&length, sizeof length);
  ASSERT_EQ(length, path.size());  // random letters, always as many
  std::string of_first = path;
  ranks.broadcast(of_first.data(), length);
  Training<float> run(&ranks);
  run.options.checkpoint = path;
  const std::string written = message_of<std::runtime_error>([&] { run.fit(); });
  EXPECT_EQ(written.rfind(of_first, 0), 0U) << written;
  if (first) write_file(folder / "damaged.npz", "PK");
  Training<float> other(&ranks);
  other.options.checkpoint = folder / "damaged.npz";
  const std::string read = message_of<std::runtime_error>([&] { other.fit(); });
  EXPECT_NE(read.find("/damaged.npz: "), std::string::npos) << read;
}

TEST_F(RanksTest, SumBroadcastAndSend) {
  const auto R = static_cast<float>(ranks.size()), r = static_cast<float>(ranks.rank());
  std::vector<float> values{1, r};
  ranks.sum(values.data(), values.size());
  EXPECT_EQ(values, (std::vector<float>{R, R * (R - 1) / 2}));
  int number = first ? 5 : 6;
  ranks.broadcast(&number, sizeof number);
  EXPECT_EQ(number, 5);

  EXPECT_FALSE(first_not_ok(ranks, true));
  EXPECT_EQ(first_not_ok(ranks, ranks.rank() + 1 < ranks.size()), ranks.size() - 1);

  // A ring: long texts and empty ones come whole, in order and from whom they say.
  if (ranks.size() == 1) return;
  const std::size_t next = (ranks.rank() + 1) % ranks.size(),
                    before = (ranks.rank() + ranks.size() - 1) % ranks.size();
  const std::string text(ranks.rank() % 2 == 0 ? 1000000 : 0, 'x');
  const auto wait = [&] {
    while (true) {
      if (auto message = ranks.receive()) return *message;
      std::this_thread::yield();
    }
  };
  std::vector<Ranks::Message> received;
  if (ranks.rank() % 2 == 1) {
    received.push_back(wait());
    received.push_back(wait());
  }
  ranks.send(next, text);
  ranks.send(next, "second");
  while (received.size() < 2) received.push_back(wait());
  EXPECT_EQ(received[0].from, before);
  EXPECT_EQ(received[0].bytes, std::string(before % 2 == 0 ? 1000000 : 0, 'x'));
  EXPECT_EQ(received[1].bytes, "second");
  EXPECT_FALSE(ranks.receive());
}

}  // namespace
}  // namespace thinnet

int main(int argc, char** argv) {
  const auto ranks = thinnet::join_mpi();
  thinnet::job = ranks.get();
  ::testing::GTEST_FLAG(brief) = ranks->rank() > 0;  // failures alone
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
