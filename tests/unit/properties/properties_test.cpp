// What must hold for every net, on random shapes and settings: case n of a property is drawn with
// seed n, which a failure names.
#include <algorithm>
#include <cstring>
#include <limits>

#include "core/engine/threads.hpp"
#include "core/initialise.hpp"
#include "core/random.hpp"
#include "core/sequential.hpp"
#include "data/batches.hpp"
#include "data/io/weights.hpp"
#include "layers/affine.hpp"
#include "layers/dropout.hpp"
#include "layers/relu.hpp"
#include "layers/softmax_cross_entropy.hpp"
#include "optim/adam.hpp"
#include "tests/support.hpp"
#include "tests/unit/data/temporary_folder.hpp"
#include "training/checkpoint.hpp"
#include "training/distributed/data_parallel.hpp"
#include "training/distributed/replicas.hpp"

namespace thinnet {
namespace {

using testing::normals;

/// Settings of a case.
class Draw {
 public:
  explicit Draw(std::uint64_t number) : random_(number) {}
  /// In [first, last].
  std::size_t between(std::uint32_t first, std::uint32_t last) {
    return first + random_.below(last - first + 1);
  }
  bool coin() { return random_.below(2) == 0; }
  /// In (0, 1], and 1 itself now and then.
  double keep_prob() { return coin() && coin() ? 1 : static_cast<double>(between(1, 99)) / 100; }

 private:
  Random random_;
};

/// Up to three hidden layers of up to `widest` units, with ReLU and dropout here and there.
template <typename T>
Sequential<T> random_net(Draw& draw, std::uint32_t widest, std::size_t C) {
  std::size_t D = draw.between(1, widest);
  Sequential<T> net(D);
  const std::size_t depth = draw.between(0, 3);
  for (std::size_t i = 0; i < depth; ++i) {
    const std::size_t H = draw.between(1, widest);
    if (draw.coin()) net.add(std::make_unique<Dropout<T>>(draw.keep_prob(), draw.between(0, 9)));
    net.add(std::make_unique<Affine<T>>(D, H));
    if (draw.coin()) net.add(std::make_unique<Relu<T>>());
    if (draw.coin()) net.add(std::make_unique<Dropout<T>>(draw.keep_prob(), draw.between(0, 9)));
    D = H;
  }
  net.add(std::make_unique<Affine<T>>(D, C));
  initialise(net.parameters(), he, draw.between(0, 999));
  for (auto* p : net.parameters())
    if (p->role == Role::bias) p->value = normals<T>(1, p->value.size(), draw.between(0, 999));
  return net;
}

Labels random_labels(Draw& draw, std::size_t N, std::size_t C) {
  Labels labels(N);
  for (auto& label : labels)
    label = static_cast<std::int32_t>(draw.between(0, static_cast<std::uint32_t>(C - 1)));
  return labels;
}

std::vector<std::uint32_t> random_examples(Draw& draw, std::size_t N) {
  std::vector<std::uint32_t> examples(N);
  for (auto& example : examples) example = static_cast<std::uint32_t>(draw.between(0, 59999));
  return examples;
}

/// Equal to the last bit, NaN and the sign of 0 too.
template <typename T>
bool same_bits(const Matrix<T>& a, const Matrix<T>& b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <typename T>
std::vector<Matrix<T>> gradients(Sequential<T>& net) {
  std::vector<Matrix<T>> all;
  for (const auto* p : net.parameters()) all.push_back(p->grad);
  return all;
}

TEST(Properties, ForwardInTestModeDependsOnNothingButItsInput) {
  for (std::uint64_t number = 0; number < 200; ++number) {
    SCOPED_TRACE(number);
    Draw draw(number);
    auto net = random_net<float>(draw, 40, draw.between(1, 12));
    const std::size_t N = draw.between(1, 30);
    const auto x = normals<float>(N, net.input_width(), number);
    const Matrix<float> first = net.forward(x, test());
    const Examples examples = random_examples(draw, N);
    net.forward(normals<float>(N, net.input_width(), number + 1),
                train(draw.between(0, 99), examples));
    net.backward(first);
    ASSERT_TRUE(same_bits<float>(net.forward(x, test()), first));
  }
}

/// Whether every input of a ReLU is further from its kink than the steps of a gradient check move
/// it.
bool away_from_kinks(Sequential<double>& net, const Matrix<double>& x) {
  const Matrix<double>* out = &x;
  for (std::size_t i = 0; i < net.size(); ++i) {
    const bool is_relu = dynamic_cast<Relu<double>*>(&net.layer(i)) != nullptr;
    // A unit all of whose inputs are dropped stands still.
    const bool close = std::any_of(
        out->begin(), out->end(), [](double value) { return value != 0 && std::abs(value) < .01; });
    if (is_relu && close) return false;
    out = &net.layer(i).forward(*out, train(0));
  }
  return true;
}

TEST(Properties, GradientsMatchNumericOnesWithDropoutFrozen) {
  std::size_t checked = 0;
  for (std::uint64_t number = 0; checked < 100; ++number) {
    SCOPED_TRACE(number);
    ASSERT_LT(number, 1000U);
    Draw draw(number);
    auto net = random_net<double>(draw, 6, draw.between(1, 4));
    const std::size_t N = draw.between(1, 4);
    const auto x = normals(N, net.input_width(), number);
    if (!away_from_kinks(net, x)) continue;
    testing::expect_passed(check_layer(net, x, draw.coin() ? train(0) : test()));
    ++checked;
  }
}

template <typename T>
void expect_saving_keeps_bits(std::uint64_t number) {
  SCOPED_TRACE(number);
  const testing::TemporaryFolder folder;
  Draw draw(number);
  auto net = random_net<T>(draw, 30, draw.between(1, 12));
  using Limits = std::numeric_limits<T>;
  for (const T special :
       {Limits::quiet_NaN(), -Limits::infinity(), Limits::denorm_min(), T(-0.0), Limits::max()}) {
    auto& value = net.parameters()[draw.between(0, 1)]->value;
    value.data()[draw.between(0, static_cast<std::uint32_t>(value.size() - 1))] = special;
  }
  Draw again(number);
  auto other = random_net<T>(again, 30, again.between(1, 12));
  initialise(other.parameters(), he, 1000);
  const std::string path = folder / (draw.coin() ? "weights.npz" : "weights");
  save_weights(path, net.parameters());
  load_weights(path, other.parameters());
  for (std::size_t i = 0; i < net.parameters().size(); ++i)
    ASSERT_TRUE(same_bits(net.parameters()[i]->value, other.parameters()[i]->value)) << i;
}

TEST(Properties, LoadingWhatWasSavedGivesTheSameBits) {
  for (std::uint64_t number = 0; number < 20; ++number) {
    expect_saving_keeps_bits<float>(number);
    expect_saving_keeps_bits<double>(number);
  }
}

TEST(Properties, GoingOnFromACheckpointMakesTheSameStep) {
  for (std::uint64_t number = 0; number < 60; ++number) {
    SCOPED_TRACE(number);
    const testing::TemporaryFolder folder;
    Draw draw(number), again(number);
    auto net = random_net<float>(draw, 20, 3), other = random_net<float>(again, 20, 3);
    Adam<float> adam(net.parameters(), {1e-2}), other_adam(other.parameters(), {1e-2});
    const auto step = [&](Sequential<float>& of, Adam<float>& with, std::uint64_t seed) {
      for (auto* p : of.parameters())
        p->grad = normals<float>(p->value.shape(0), p->value.shape(1), seed);
      with.step();
    };
    for (std::uint64_t seed = 0; seed < draw.between(1, 5); ++seed) step(net, adam, seed);
    std::vector<Matrix<float>> best, other_best;
    for (const auto* p : net.parameters()) best.push_back(p->value);
    History history, other_history;
    history.add({1, .1, .2, .3, .4, .5});
    const std::string path = folder / "checkpoint.npz";
    save_checkpoint<float>(path, "settings", {net.parameters(), adam.state(), history, best});
    ASSERT_TRUE(load_checkpoint<float>(
        path, "settings", {other.parameters(), other_adam.state(), other_history, other_best}));
    step(net, adam, 99);
    step(other, other_adam, 99);
    for (std::size_t i = 0; i < net.parameters().size(); ++i)
      ASSERT_TRUE(same_bits(net.parameters()[i]->value, other.parameters()[i]->value)) << i;
  }
}

TEST(Properties, OneAndTwoThreadsGiveTheSameBits) {
  const testing::SameThreadCountAfter same_after;
  for (std::uint64_t number = 0; number < 20; ++number) {
    SCOPED_TRACE(number);
    std::vector<std::vector<Matrix<float>>> results;
    for (const std::size_t threads : {1U, 2U}) {
      set_thread_count(threads);
      Draw draw(number);
      const std::size_t C = draw.between(1, 12);
      auto net = random_net<float>(draw, 400, C);
      const std::size_t N = draw.between(1, 300);  // 32768 numbers are shared by threads
      const auto x = normals<float>(N, net.input_width(), number);
      const std::uint64_t step = draw.between(0, 99);
      const Examples examples = random_examples(draw, N);
      net.set_needs_dx(true);
      SoftmaxCrossEntropy<float> loss;
      const Matrix<float> scores = net.forward(x, train(step, examples));
      loss.forward(scores, random_labels(draw, N, C));
      const Matrix<float> dx = net.backward(loss.backward());
      results.push_back(gradients(net));
      results.back().insert(results.back().end(), {scores, dx});
    }
    for (std::size_t i = 0; i < results[0].size(); ++i)
      ASSERT_TRUE(same_bits(results[0][i], results[1][i])) << i;
  }
}

TEST(Properties, MasksAreTheSameForAnySplitOfABatch) {
  for (std::uint64_t number = 0; number < 200; ++number) {
    SCOPED_TRACE(number);
    Draw draw(number);
    const std::size_t N = draw.between(1, 60), H = draw.between(1, 70), step = draw.between(0, 999);
    Dropout<float> whole(draw.keep_prob(), number), part(whole.keep_prob(), number);
    const auto examples = random_examples(draw, N);
    whole.forward(Matrix<float>({N, H}, 1), train(step, examples));
    for (std::size_t first = 0; first < N;) {
      const std::size_t last = first + draw.between(1, static_cast<std::uint32_t>(N - first));
      const Examples some{&examples[first], examples.data() + last};
      part.forward(Matrix<float>({last - first, H}, 1), train(step, some));
      const auto& mask = part.cache().mask;
      ASSERT_TRUE(std::equal(mask.begin(), mask.end(), &whole.cache().mask(first, 0)));
      first = last;
    }
  }
}

/// Ranks that come one after the other: the last of them sees the sum over all.
class Turns : public Ranks {
 public:
  explicit Turns(std::size_t size) : size_(size) {}
  std::size_t rank() const override { return 0; }
  std::size_t size() const override { return size_; }
  void sum(float*, std::size_t) override { ADD_FAILURE(); }
  void sum(double* values, std::size_t count) override {
    so_far_.resize(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = so_far_[i] += values[i];
  }
  void broadcast(void*, std::size_t) override {}
  void send(std::size_t, const std::string&) override {}
  std::optional<Message> receive() override { return std::nullopt; }
  bool meet(std::chrono::milliseconds) override { return true; }
  void abort(int) override {}

 private:
  std::size_t size_;
  std::vector<double> so_far_;
};

TEST(DataParallel, RefusesANetWithABuffer) {
  Sequential<double> net(2, Affine<double>(2, 3));
  Turns turns(2);
  EXPECT_NE(data_parallel<double>(&turns, net), nullptr);
  net.parameters()[1]->role = Role::buffer;
  EXPECT_EQ(testing::message_of([&] { data_parallel<double>(&turns, net); }),
            "affine1.b is a buffer: on every process it would become another");
}

TEST(Properties, SlicesOfABatchAddUpToItsGradient) {
  for (std::uint64_t number = 0; number < 100; ++number) {
    SCOPED_TRACE(number);
    Draw draw(number);
    const std::size_t C = draw.between(1, 6), N = draw.between(1, 40);
    auto net = random_net<double>(draw, 20, C);
    const Dataset data(normals(N, net.input_width(), number), random_labels(draw, N, C), C);
    Batches<double> batches(data, Normaliser<double>::mean_of(data), draw.between(1, 50),
                            Sampling::shuffled, number);
    const std::uint64_t step = draw.between(0, 9);
    SoftmaxCrossEntropy<double> loss;
    const auto pass = [&](const Batch<double>& batch) {
      const Matrix<double>& scores = net.forward(batch.x, train(step, batch.examples));
      const double value = loss.forward(scores, batch.labels);
      net.backward(loss.backward());
      return value;
    };
    const double whole_loss = pass(batches.at(step));
    const auto whole = gradients(net);
    const std::size_t parts = draw.between(1, 50);  // some of them empty
    Turns turns(parts);
    GradientAverage<double> average(turns, net.parameters());
    double sum = 0;
    for (std::size_t k = 0; k < parts; ++k) {
      const Batch<double>& slice = batches.at(step, {k, parts});
      sum = average.average(slice.labels.empty() ? 0 : pass(slice), slice.share);
    }
    EXPECT_NEAR(sum, whole_loss, 1e-12 * std::max(1.0, whole_loss));
    // 40 roundings of 1e-16, of terms that the largest entry bounds but for dropout's division.
    for (std::size_t i = 0; i < whole.size(); ++i)
      testing::expect_near(net.parameters()[i]->grad, whole[i],
                           1e-12 * std::max(1.0, xt::amax(xt::abs(whole[i]))()));
  }
}

}  // namespace
}  // namespace thinnet
