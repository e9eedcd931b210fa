// The engine of the lab: its data, its pair of nets, a pass taken apart, saving, and its settings.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "apps/lab/engine/config.hpp"
#include "apps/lab/engine/trace.hpp"
#include "core/initialise.hpp"
#include "layers/affine.hpp"
#include "layers/dropout.hpp"
#include "layers/relu.hpp"
#include "optim/adam.hpp"
#include "optim/sgd.hpp"
#include "tests/support.hpp"
#include "tests/system/programs/program_run.hpp"
#include "training/trainer.hpp"

namespace thinnet::lab {
namespace {

using testing::contains;
using testing::expect_near;
using testing::expect_refused;
using testing::message_of;

constexpr DataKind made_up[] = {DataKind::moons, DataKind::circles, DataKind::exclusive_or,
                                DataKind::spiral, DataKind::blobs};
constexpr Side both[] = {Side::plain, Side::dropout};

DataConfig data_of(DataKind kind, std::size_t count, double noise) {
  DataConfig config;
  config.kind = kind;
  config.count = count;
  config.noise = noise;
  return config;
}

LabConfig small_config(OptimizerKind kind = OptimizerKind::adam) {
  LabConfig config;
  config.data = data_of(DataKind::spiral, 120, 0.2);
  config.hidden = {{8, 0.75}, {6, 0.5}};
  config.optimizer.kind = kind;
  config.optimizer.weight_decay = 1e-3;
  config.batch_size = 16;
  config.seed = 5;
  return config;
}

const Matrix<double>& find(const std::vector<NamedTensor>& list, const std::string& name) {
  for (const auto& tensor : list)
    if (tensor.name == name) return tensor.values;
  throw std::out_of_range("no tensor " + name);
}

// ---- data

TEST(LabPoints, AreAFunctionOfTheSeedAndTheClassesTakeTurns) {
  for (const DataKind kind : made_up) {
    DataConfig config = data_of(kind, 100, 0.1);
    config.classes = 5;
    const Points a = make_points(config, 3), b = make_points(config, 3), c = make_points(config, 4);
    EXPECT_EQ(a.x, b.x);
    EXPECT_NE(a.x, c.x);
    ASSERT_EQ(a.labels.size(), 100U);
    const std::size_t classes = kind == DataKind::blobs ? 5 : kind == DataKind::spiral ? 3 : 2;
    EXPECT_EQ(a.classes, classes);
    for (std::size_t n = 0; n < 100; ++n)
      EXPECT_EQ(static_cast<std::size_t>(a.labels[n]), n % classes);
  }
}

TEST(LabPoints, WithoutNoiseLieWhereTheirClassDoes) {
  const auto each = [](DataKind kind, const auto& check) {
    DataConfig config = data_of(kind, 300, 0);
    config.classes = 4;
    const Points points = make_points(config, 1);
    for (std::size_t n = 0; n < 300; ++n) check(points.x(n, 0), points.x(n, 1), points.labels[n]);
  };
  each(DataKind::circles, [](double x, double y, int label) {
    EXPECT_NEAR(std::hypot(x, y), label == 0 ? 0.9 : 0.45, 1e-12);
  });
  each(DataKind::exclusive_or, [](double x, double y, int label) {
    EXPECT_EQ(x * y < 0, label == 1);
    EXPECT_LE(std::max(std::abs(x), std::abs(y)), 1);
  });
  each(DataKind::moons, [](double x, double y, int label) {
    const double side = label == 0 ? 1 : -1;  // the one is the other turned by half a turn
    const double u = 1.5 * side * x + 0.5, v = 1.5 * side * y + 0.25;
    EXPECT_NEAR(std::hypot(u, v), 1, 1e-12);
    EXPECT_GE(v, -1e-12);
  });
  each(DataKind::spiral, [](double x, double y, int label) {
    const double t = std::hypot(x, y);
    EXPECT_NEAR(x, t * std::sin(4 * (label + t)), 1e-12);
    EXPECT_NEAR(y, t * std::cos(4 * (label + t)), 1e-12);
  });
  each(DataKind::blobs, [](double x, double y, int label) {
    EXPECT_NEAR(std::remainder(std::atan2(y, x) - label * std::acos(0.0), 4 * std::acos(0.0)), 0,
                1e-12);
    EXPECT_NEAR(std::hypot(x, y), 0.7, 1e-12);
  });
}

TEST(LabPoints, NoiseHasTheStandardDeviationAskedFor) {
  for (const DataKind kind : made_up) {
    if (kind == DataKind::spiral) continue;  // there it moves along the arm's circle
    const Points blurred = make_points(data_of(kind, 20000, 0.2), 9);
    const Points sharp = make_points(data_of(kind, 20000, 0), 9);
    const Matrix<double> noise = blurred.x - sharp.x;
    double squares = 0;
    for (const double v : noise) squares += v * v;
    // 40,000 squares of standard normals average 1 ± 0.007; five of those.
    EXPECT_NEAR(squares / 40000 / 0.04, 1, 0.035);
  }
}

TEST(LabPoints, SplitDealsOutEveryPointOnce) {
  const Points points = make_points(data_of(DataKind::moons, 101, 0.1), 2);
  const Split parts = split(points, 0.3, 2);
  ASSERT_EQ(parts.validation.labels.size(), 30U);
  ASSERT_EQ(parts.training.labels.size(), 71U);
  using Point = std::tuple<double, double, int>;
  std::multiset<Point> all, dealt;
  const auto add = [](const Points& from, std::multiset<Point>& to) {
    for (std::size_t n = 0; n < from.labels.size(); ++n)
      to.insert({from.x(n, 0), from.x(n, 1), from.labels[n]});
  };
  add(points, all);
  add(parts.training, dealt);
  add(parts.validation, dealt);
  EXPECT_EQ(all, dealt);
  EXPECT_NE(split(points, 0.3, 3).training.x, parts.training.x);
  EXPECT_EQ(split(points, 1e-9, 2).validation.labels.size(), 1U);
  EXPECT_EQ(split(points, 1 - 1e-9, 2).training.labels.size(), 2U);  // one of each class
}

TEST(LabPoints, SplitDealsOutClassByClass) {
  // 40 points of class 0, 7 of class 1, 1 of class 2 and none of class 3.
  Points points{Matrix<double>({48, 2}), Labels(48), 4};
  for (std::size_t n = 40; n < 47; ++n) points.labels[n] = 1;
  points.labels[47] = 2;
  for (const std::uint64_t seed : {0U, 1U, 2U}) {
    const Split parts = split(points, 0.3, seed);
    const auto of_class = [](const Points& part, std::int32_t label) {
      return std::count(part.labels.begin(), part.labels.end(), label);
    };
    EXPECT_EQ(of_class(parts.validation, 0), 12);
    EXPECT_EQ(of_class(parts.validation, 1), 2);  // 2.1
    EXPECT_EQ(of_class(parts.validation, 2), 0);
    EXPECT_EQ(of_class(parts.training, 2), 1);
    EXPECT_EQ(parts.training.labels.size(), 34U);
  }
}

// ---- the pair

TEST(LabPair, StartsAlikeAndSeesTheSameBatches) {
  LabConfig config = small_config();
  Lab paired(config);
  for (auto* p : paired.net(Side::plain).parameters())
    EXPECT_EQ(p->value, paired.parameter(Side::dropout, p->name).value);
  // Where nothing is dropped the two must stay alike, which they do on the same batches only.
  for (auto& layer : config.hidden) layer.keep_prob = 1;
  Lab twins(config);
  twins.train(50);
  paired.train(50);
  bool differs = false;
  for (auto* p : twins.net(Side::plain).parameters()) {
    EXPECT_EQ(p->value, twins.parameter(Side::dropout, p->name).value);
    EXPECT_EQ(p->value, paired.parameter(Side::plain, p->name).value);
    differs = differs || p->value != paired.parameter(Side::dropout, p->name).value;
  }
  EXPECT_TRUE(differs);
}

TEST(LabPair, TrainsLikeTheLibrarysTrainerToTheBit) {
  for (const auto kind : {OptimizerKind::sgd, OptimizerKind::momentum, OptimizerKind::adam}) {
    LabConfig config = small_config(kind);
    for (const Side side : both) {
      Lab lab(config);
      Sequential<double> net(2);
      std::size_t width = 2;
      for (const auto& layer : config.hidden) {
        net.add(std::make_unique<Affine<double>>(width, layer.width));
        net.add(std::make_unique<Relu<double>>());
        if (side == Side::dropout)
          net.add(std::make_unique<Dropout<double>>(layer.keep_prob, config.seed));
        width = layer.width;
      }
      net.add(std::make_unique<Affine<double>>(width, 3));
      initialise(net.parameters(), he, config.seed);
      Adam<double> adam(net.parameters(), {1e-2, 0.9, 0.999, 1e-8, 1e-3});
      Sgd<double> sgd(net.parameters(),
                      {1e-2, kind == OptimizerKind::momentum ? 0.9 : 0, false, 1e-3});
      Optimizer<double>& optimizer =
          kind == OptimizerKind::adam ? static_cast<Optimizer<double>&>(adam) : sgd;
      TrainerOptions options;
      options.epochs = 10;
      options.batch_size = config.batch_size;
      options.seed = config.seed;
      const auto dataset = [](const Points& points) {
        return Dataset(points.x, points.labels, points.classes);
      };
      const History history = Trainer<double>(net, optimizer, options)
                                  .fit(dataset(lab.training()), dataset(lab.validation()),
                                       Normaliser<double>::identity(2));
      lab.train(10 * lab.steps_per_epoch());
      for (auto* p : net.parameters()) EXPECT_EQ(p->value, lab.parameter(side, p->name).value);
      EXPECT_EQ(history.epochs.back().validation_loss, lab.evaluate(side, lab.validation()).loss);
      EXPECT_EQ(history.epochs.back().validation_accuracy,
                lab.evaluate(side, lab.validation()).accuracy);
      EXPECT_EQ(history.epochs.back().train_accuracy, lab.evaluate(side, lab.training()).accuracy);
    }
  }
}

/// Bit by bit: of nets that have diverged some numbers are NaN, which equals nothing.
std::vector<std::uint64_t> bits(const std::vector<double>& numbers) {
  std::vector<std::uint64_t> bits(numbers.size());
  if (!numbers.empty()) std::memcpy(bits.data(), numbers.data(), 8 * numbers.size());
  return bits;
}

TEST(LabPair, StopsBothNetsWhenBothHaveDiverged) {
  LabConfig config = small_config(OptimizerKind::sgd);
  config.optimizer.learning_rate = 1e6;
  Lab lab(config);
  lab.train(1000);
  const auto plain = lab.diverged_at(Side::plain), dropout = lab.diverged_at(Side::dropout);
  ASSERT_TRUE(plain && dropout);
  EXPECT_EQ(lab.step(), std::max(*plain, *dropout));
  EXPECT_LT(lab.step(), 1000U);
  const auto saved = lab.save();
  lab.train(10);
  EXPECT_EQ(bits(lab.save()), bits(saved));

  Lab restored(config);
  restored.restore(saved);
  EXPECT_EQ(bits(restored.save()), bits(saved));
  EXPECT_EQ(restored.diverged_at(Side::plain), plain);
  EXPECT_EQ(restored.diverged_at(Side::dropout), dropout);
}

TEST(LabPair, StopsTheNetThatDivergesAndTrainsTheOtherOn) {
  const LabConfig config = small_config();
  Lab lab(config), same(config);
  for (Lab* one : {&lab, &same}) one->train(5);
  lab.set_weight(Side::dropout, "affine1.w", 0, 1e308);
  lab.set_weight(Side::dropout, "affine2.w", 0, 1e308);
  for (Lab* one : {&lab, &same}) one->train(20);
  ASSERT_TRUE(lab.diverged_at(Side::dropout));
  EXPECT_GE(*lab.diverged_at(Side::dropout), 5U);
  EXPECT_FALSE(lab.diverged_at(Side::plain));
  EXPECT_EQ(lab.step(), 25U);
  for (auto* p : lab.net(Side::plain).parameters())
    EXPECT_EQ(p->value, same.parameter(Side::plain, p->name).value);
  lab.set_weight(Side::dropout, "affine1.w", 0, 0.1);  // it trains on, and may diverge anew
  EXPECT_FALSE(lab.diverged_at(Side::dropout));
}

TEST(LabPair, ScoresThatAreNoNumbersNameNoClass) {
  LabConfig config = small_config();
  config.hidden = {};
  Lab lab(config);
  EXPECT_GT(lab.evaluate(Side::plain, lab.training()).accuracy, 0);
  for (auto* p : lab.net(Side::plain).parameters()) p->value.fill(NAN);
  EXPECT_EQ(lab.evaluate(Side::plain, lab.training()).accuracy, 0);
  EXPECT_TRUE(std::isnan(lab.evaluate(Side::plain, lab.training()).loss));
  for (const float confidence : lab.boundary(Side::plain, 3, 1).confidence)
    EXPECT_EQ(confidence, 0);
}

TEST(LabPair, LearnsTheSpiral) {
  LabConfig config = small_config();
  config.data.count = 400;
  config.hidden = {{32, 0.9}, {32, 0.9}};
  config.optimizer.weight_decay = 0;
  Lab lab(config);
  const double before = lab.evaluate(Side::plain, lab.training()).loss;
  EXPECT_NEAR(before, lab.evaluate(Side::dropout, lab.training()).loss, 0);
  lab.train(200 * lab.steps_per_epoch());
  for (const Side side : both) {
    EXPECT_GT(lab.evaluate(side, lab.training()).accuracy, 0.95);
    EXPECT_LT(lab.evaluate(side, lab.training()).loss, before / 4);
  }
}

TEST(LabBoundary, RunsFromTheTopLeftRowByRow) {
  LabConfig config = small_config();
  config.hidden = {};
  Lab lab(config);
  // Scores (x, y, 0): class 0 where x is the largest, class 1 where y is, class 2 where both are
  // negative.
  const double w[] = {1, 0, 0, 0, 1, 0};
  for (std::size_t i = 0; i < 6; ++i) lab.set_weight(Side::plain, "affine1.w", i, w[i]);
  const Boundary boundary = lab.boundary(Side::plain, 4, 2);
  const std::vector<std::uint8_t> expected{1, 1, 1, 0,   // y = 1.5: x = -1.5, -.5, .5, 1.5 (a tie)
                                           1, 1, 0, 0,   // y = .5
                                           2, 2, 0, 0,   // y = -.5
                                           2, 2, 0, 0};  // y = -1.5
  EXPECT_EQ(boundary.classes, expected);
  const double p = std::exp(1.5) / (std::exp(1.5) + std::exp(-0.5) + 1);  // x = -.5, y = 1.5
  EXPECT_NEAR(boundary.confidence[1], p, 1e-7);
  // More cells than go through the net at once.
  const Boundary fine = lab.boundary(Side::plain, 40, 2);
  for (std::size_t i = 0; i < fine.classes.size(); ++i) {
    const std::size_t row = i / 40, column = i % 40;
    const double x = -2 + 0.1 * (static_cast<double>(column) + 0.5);
    const double y = 2 - 0.1 * (static_cast<double>(row) + 0.5);
    if (std::abs(x - y) > 1e-9) {
      EXPECT_EQ(fine.classes[i], x < 0 && y < 0 ? 2 : x > y ? 0 : 1) << i;
    }
  }
}

TEST(LabUnits, AreWhatReluGivesInTheMiddleOfEveryCell) {
  Lab lab(small_config());
  lab.train(20);
  constexpr std::size_t resolution = 30;  // more cells than go through the net at once
  for (const Side side : both) {
    const auto units = lab.units(side, resolution, 1.5);
    ASSERT_EQ(units.size(), 2U);
    EXPECT_EQ(units[0].shape(0), 8U);
    EXPECT_EQ(units[1].shape(0), 6U);
    for (const std::size_t cell : {0U, 29U, 30U, 512U, 899U}) {
      const std::size_t row = cell / resolution, column = cell % resolution;
      lab.set_input(3, 0, -1.5 + 0.1 * (static_cast<double>(column) + 0.5));
      lab.set_input(3, 1, 1.5 - 0.1 * (static_cast<double>(row) + 0.5));
      std::size_t layer = 0;
      for (const Operation& op : trace(lab, side, {3}, Mode::test).operations) {
        if (op.kind != OperationKind::relu) continue;
        const Matrix<double>& out = find(op.outputs, "out");
        for (std::size_t h = 0; h < out.shape(1); ++h)
          EXPECT_NEAR(units[layer](h, cell), out(0, h), 1e-14);
        ++layer;
      }
    }
  }
  EXPECT_NE(lab.units(Side::plain, 4, 1), lab.units(Side::dropout, 4, 1));
  EXPECT_TRUE(contains(message_of([&] { lab.units(Side::plain, 0, 1); }), "resolution is 0"));
}

// ---- a pass taken apart

using Entry = std::function<double(std::size_t, std::size_t)>;

Matrix<double> made(std::size_t rows, std::size_t columns, const Entry& entry) {
  Matrix<double> m({rows, columns});
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) m(i, j) = entry(i, j);
  return m;
}

double sum(std::size_t count, const std::function<double(std::size_t)>& term) {
  double total = 0;
  for (std::size_t i = 0; i < count; ++i) total += term(i);
  return total;
}

/// Every number of an operation, from the ones that it was given, by the formulas of
/// docs/derivations.md.
void expect_by_hand(const Operation& op, Mode mode) {
  SCOPED_TRACE(op.name);
  const Matrix<double>&x = find(op.inputs, "x"), &out = find(op.outputs, "out");
  const Matrix<double>&dout = find(op.backward_inputs, "dout"),
        &dx = find(op.backward_outputs, "dx");
  const std::size_t N = x.shape(0), D = x.shape(1), H = out.shape(1);
  if (op.kind == OperationKind::affine) {
    const Matrix<double>&w = find(op.inputs, "w"), &b = find(op.inputs, "b");
    EXPECT_EQ(find(op.cache, "x"), x);
    expect_near(out,
                made(N, H,
                     [&](auto n, auto h) {
                       return b(0, h) + sum(D, [&](auto d) { return x(n, d) * w(d, h); });
                     }),
                1e-13);
    expect_near(
        dx,
        made(N, D,
             [&](auto n, auto d) { return sum(H, [&](auto h) { return dout(n, h) * w(d, h); }); }),
        1e-13);
    expect_near(
        find(op.backward_outputs, "dw"),
        made(D, H,
             [&](auto d, auto h) { return sum(N, [&](auto n) { return x(n, d) * dout(n, h); }); }),
        1e-13);
    expect_near(
        find(op.backward_outputs, "db"),
        made(1, H, [&](auto, auto h) { return sum(N, [&](auto n) { return dout(n, h); }); }),
        1e-13);
  } else if (op.kind == OperationKind::relu) {
    EXPECT_EQ(find(op.cache, "out"), out);
    EXPECT_EQ(out, made(N, H, [&](auto n, auto h) { return x(n, h) > 0 ? x(n, h) : 0; }));
    expect_near(dx, made(N, H, [&](auto n, auto h) { return x(n, h) > 0 ? dout(n, h) : 0; }), 0);
  } else if (mode == Mode::test) {
    EXPECT_TRUE(op.cache.empty());
    EXPECT_EQ(out, x);
    EXPECT_EQ(dx, dout);
  } else {
    const Matrix<double>& mask = find(op.cache, "mask");
    const double p = *op.keep_prob;
    expect_near(out, made(N, H, [&](auto n, auto h) { return x(n, h) * mask(n, h) / p; }), 1e-15);
    expect_near(dx, made(N, H, [&](auto n, auto h) { return dout(n, h) * mask(n, h) / p; }), 1e-15);
    for (const double entry : mask) EXPECT_TRUE(entry == 0 || entry == 1);
  }
}

TEST(LabTrace, EveryNumberFollowsFromTheOnesBefore) {
  Lab lab(small_config());
  lab.train(30);
  const std::vector<std::uint32_t> examples{7, 0, 31, 12};
  for (const Side side : both) {
    for (const Mode mode : {Mode::train, Mode::test}) {
      const Trace pass = trace(lab, side, examples, mode);
      ASSERT_EQ(pass.operations.size(), side == Side::plain ? 6U : 8U);
      const Matrix<double>& x = find(pass.operations[0].inputs, "x");
      for (std::size_t n = 0; n < examples.size(); ++n) {
        EXPECT_EQ(x(n, 0), lab.training().x(examples[n], 0));
        EXPECT_EQ(x(n, 1), lab.training().x(examples[n], 1));
        EXPECT_EQ(pass.labels[n], lab.training().labels[examples[n]]);
      }
      for (std::size_t i = 0; i + 1 < pass.operations.size(); ++i) {
        const Operation &op = pass.operations[i], &next = pass.operations[i + 1];
        const bool last = next.kind == OperationKind::loss;
        expect_by_hand(op, mode);
        EXPECT_EQ(find(op.outputs, "out"), find(next.inputs, last ? "scores" : "x"));
        EXPECT_EQ(find(op.backward_inputs, "dout"),
                  find(next.backward_outputs, last ? "dscores" : "dx"));
      }
      const Operation& loss = pass.operations.back();
      EXPECT_EQ(loss.name, "loss");
      const Matrix<double>& s = find(loss.inputs, "scores");
      const std::size_t N = s.shape(0), C = s.shape(1);
      const Matrix<double> p = made(N, C, [&](auto n, auto c) {
        return std::exp(s(n, c)) / sum(C, [&](auto k) { return std::exp(s(n, k)); });
      });
      const auto right = [&](std::size_t n) { return static_cast<std::size_t>(pass.labels[n]); };
      expect_near(find(loss.cache, "probabilities"), p, 1e-13);
      EXPECT_NEAR(pass.loss, sum(N, [&](auto n) { return -std::log(p(n, right(n))); }) / double(N),
                  1e-13);
      EXPECT_EQ(find(loss.outputs, "loss")(0, 0), pass.loss);
      expect_near(
          find(loss.backward_outputs, "dscores"),
          made(N, C,
               [&](auto n, auto c) { return (p(n, c) - (c == right(n) ? 1 : 0)) / double(N); }),
          1e-13);
    }
  }
}

TEST(LabTrace, TheMaskShownIsTheMaskThatTheNextStepUses) {
  Lab lab(small_config());
  const auto mask_of = [&](std::size_t layer) {
    return dynamic_cast<Dropout<double>&>(lab.net(Side::dropout).layer(layer)).cache().mask;
  };
  Matrix<double> earlier = xt::zeros<double>({16, 8});
  for (int i = 0; i < 5; ++i) {
    const Trace shown = trace(lab, Side::dropout, lab.next_batch(), Mode::train);
    trace(lab, Side::dropout, {1, 2, 3}, Mode::train);  // leaves other masks in the layers
    lab.train(1);
    EXPECT_EQ(find(shown.operations[2].cache, "mask"), mask_of(2));
    EXPECT_EQ(find(shown.operations[5].cache, "mask"), mask_of(5));
    EXPECT_NE(mask_of(2), earlier);
    earlier = mask_of(2);
  }
}

TEST(LabTrace, TheUpdateShownIsTheNextStep) {
  for (const auto kind : {OptimizerKind::sgd, OptimizerKind::momentum, OptimizerKind::adam}) {
    LabConfig config = small_config(kind);
    config.optimizer.learning_rate = 0.03;
    Lab lab(config);
    lab.train(7);
    for (const Side side : both) {
      EXPECT_TRUE(trace(lab, side, {1}, Mode::test).operations[0].updated.empty());
      const auto matrices = [&] {
        std::map<std::string, Matrix<double>> all;
        const auto& parameters = lab.optimizer(side).parameters();
        const auto moments = lab.optimizer(side).state().moments;
        for (std::size_t i = 0; i < parameters.size(); ++i) {
          all[parameters[i]->name] = parameters[i]->value;
          for (std::size_t k = 0; k < moments.size(); ++k)
            all[fmt::format("{} {}", parameters[i]->name, k)] = (*moments[k])[i];
        }
        return all;
      };
      const Trace shown = trace(lab, side, lab.next_batch(), Mode::train);
      const auto before = matrices();
      Lab next(config);
      next.restore(lab.save());
      lab.train(1);
      const auto after = matrices();
      lab.restore(next.save());

      EXPECT_EQ(shown.optimizer.config.kind, kind);
      EXPECT_EQ(shown.optimizer.config.learning_rate, 0.03);
      EXPECT_EQ(shown.optimizer.t, kind == OptimizerKind::adam ? 8U : 0U);
      for (const Operation& op : shown.operations) {
        if (op.kind != OperationKind::affine) {
          EXPECT_TRUE(op.updated.empty());
          continue;
        }
        for (const std::string name : {"w", "b"}) {
          const std::string parameter = op.name + "." + name;
          EXPECT_EQ(find(op.inputs, name), before.at(parameter));
          EXPECT_EQ(find(op.updated, name + "′"), after.at(parameter));
          EXPECT_NE(after.at(parameter), before.at(parameter));
          std::vector<std::string> moments;
          if (kind == OptimizerKind::adam) moments = {"m_", "v_"};
          if (kind == OptimizerKind::momentum) moments = {"v_"};
          ASSERT_EQ(op.moments.size(), 2 * moments.size());
          for (std::size_t k = 0; k < moments.size(); ++k) {
            const std::string place = fmt::format("{} {}", parameter, k);
            EXPECT_EQ(find(op.moments, moments[k] + name), before.at(place));
            EXPECT_EQ(find(op.updated, moments[k] + name + "′"), after.at(place));
          }
        }
      }
    }
  }
}

TEST(LabTrace, GradientChecksAndEnsemblesLeaveTrainingAsItWas) {
  Lab watched(small_config()), alone(small_config());
  for (int i = 0; i < 5; ++i) {
    for (const Side side : both) {
      trace(watched, side, {3, 1}, Mode::train);
      check_entry(watched, side, "affine2.w", 7, {3, 1}, Mode::train);
      check_entry(watched, side, "x", 1, {3, 1}, Mode::test);
      watched.boundary(side, 10, 1);
    }
    watched.ensemble(3, 2, 5, 1);
    watched.train(3);
    alone.train(3);
    EXPECT_EQ(watched.save(), alone.save());
  }
}

TEST(LabEnsemble, NetKHasTheMaskOfExampleK) {
  Lab lab(small_config());
  lab.train(20);
  constexpr std::uint32_t masks = 7;
  // The first of 2×2 cells of [-1, 1]² has its middle at (-.5, .5): every example goes there.
  for (std::uint32_t k = 0; k < masks; ++k) {
    lab.set_input(k, 0, -0.5);
    lab.set_input(k, 1, 0.5);
  }
  const Ensemble ensemble = lab.ensemble(masks, 5, 2, 1);
  ASSERT_EQ(ensemble.members.size(), 5U);
  ASSERT_EQ(ensemble.accuracies.size(), masks);
  Matrix<double> mean = xt::zeros<double>({1, 3});
  std::set<float> different;
  for (std::uint32_t k = 0; k < masks; ++k) {
    const Operation loss = trace(lab, Side::dropout, {k}, Mode::train).operations.back();
    const Matrix<double>& p = find(loss.cache, "probabilities");
    mean += p / static_cast<double>(masks);
    if (k >= 5) continue;
    const Boundary& member = ensemble.members[k];
    EXPECT_FLOAT_EQ(member.confidence[0], static_cast<float>(xt::amax(p)()));
    EXPECT_EQ(member.classes[0], std::max_element(p.begin(), p.end()) - p.begin());
    different.insert(member.confidence[0]);
  }
  EXPECT_EQ(different.size(), 5U);
  EXPECT_FLOAT_EQ(ensemble.mean.confidence[0], static_cast<float>(xt::amax(mean)()));
  EXPECT_EQ(ensemble.mean.classes[0], std::max_element(mean.begin(), mean.end()) - mean.begin());
}

TEST(LabEnsemble, OfANetThatDropsNothingIsTheNet) {
  LabConfig config = small_config();
  config.hidden = {{8, 1}, {6, 1}};
  Lab lab(config);
  lab.train(20);
  const Boundary net = lab.boundary(Side::dropout, 30, 1);  // more cells than go through at once
  const double accuracy = lab.evaluate(Side::dropout, lab.validation()).accuracy;
  const Ensemble ensemble = lab.ensemble(4, 2, 30, 1);
  std::vector<Boundary> alike = ensemble.members;
  alike.push_back(ensemble.mean);
  for (const Boundary& one : alike) {
    EXPECT_EQ(one.classes, net.classes);
    for (std::size_t i = 0; i < net.confidence.size(); ++i)
      EXPECT_FLOAT_EQ(one.confidence[i], net.confidence[i]);
  }
  EXPECT_EQ(ensemble.accuracies, std::vector<double>(4, accuracy));
  EXPECT_EQ(ensemble.mean_accuracy, accuracy);
}

TEST(LabGradients, OfEveryEntryAgreeWithNumericOnes) {
  Lab lab(small_config());
  lab.train(20);
  for (const Side side : both) {
    for (const Mode mode : {Mode::train, Mode::test}) {
      const std::vector<std::uint32_t> examples{4, 9, 2};
      const Trace pass = trace(lab, side, examples, mode);
      const auto check = [&](const std::string& name, const Matrix<double>& shown) {
        for (std::size_t i = 0; i < shown.size(); ++i) {
          const GradientOfEntry both_ways = check_entry(lab, side, name, i, examples, mode);
          EXPECT_LE(both_ways.relative_error, 1e-7)
              << name << " " << i << ": " << both_ways.analytic;
          EXPECT_EQ(both_ways.analytic, shown.data()[i]) << name << " " << i;
          EXPECT_FALSE(both_ways.at_kink);
        }
      };
      check("x", find(pass.operations[0].backward_outputs, "dx"));
      for (const Operation& op : pass.operations) {
        if (op.kind != OperationKind::affine) continue;
        check(op.name + ".w", find(op.backward_outputs, "dw"));
        check(op.name + ".b", find(op.backward_outputs, "db"));
      }
    }
  }
}

TEST(LabTrace, RefusesWhatIsNotThere) {
  Lab lab(small_config());
  const auto refusal = [&](const auto& action) { return message_of([&] { action(); }); };
  EXPECT_EQ(refusal([&] { trace(lab, Side::plain, {}, Mode::test); }),
            "no examples are given, expected at least 1");
  EXPECT_EQ(refusal([&] {
              trace(lab, Side::plain, {0, 60}, Mode::test);
            }),
            "there is no training point 60, there are 60");
  EXPECT_EQ(refusal([&] { check_entry(lab, Side::plain, "x", 2, {0}, Mode::test); }),
            "x has no entry 2, it has 2");
  EXPECT_EQ(refusal([&] { check_entry(lab, Side::plain, "affine4.w", 0, {0}, Mode::test); }),
            "the net has no weights named affine4.w");
  EXPECT_EQ(refusal([&] { lab.set_weight(Side::plain, "affine1.b", 8, 0); }),
            "affine1.b has no entry 8, it has 8");
  EXPECT_EQ(refusal([&] { lab.set_weight(Side::plain, "affine1.b", 0, NAN); }),
            "affine1.b cannot become nan, expected a finite number");
  EXPECT_EQ(refusal([&] { lab.set_input(60, 0, 0); }),
            "there is no coordinate 0 of training point 60");
  EXPECT_EQ(refusal([&] { lab.set_input(0, 2, 0); }),
            "there is no coordinate 2 of training point 0");
  EXPECT_EQ(refusal([&] { lab.set_input(0, 0, INFINITY); }),
            "a coordinate cannot become inf, expected a finite number");
  EXPECT_TRUE(contains(refusal([&] { lab.boundary(Side::plain, 0, 1); }), "resolution is 0"));
  EXPECT_TRUE(contains(refusal([&] { lab.boundary(Side::plain, 9, 0); }), "range is 0"));
  EXPECT_TRUE(contains(refusal([&] { lab.ensemble(9, 1, 0, 1); }), "resolution is 0"));
  EXPECT_TRUE(contains(refusal([&] { lab.ensemble(3, 4, 9, 1); }), "4 of 3 masks"));
  EXPECT_TRUE(contains(refusal([&] { lab.ensemble(3, 0, 9, 1); }), "0 of 3 masks"));
}

// ---- editing, saving

TEST(LabEdits, ChangeOneNumberAndWhatFollowsFromIt) {
  Lab lab(small_config()), same(small_config());
  lab.set_weight(Side::dropout, "affine2.w", 10, 0.125);
  EXPECT_EQ(lab.parameter(Side::dropout, "affine2.w").value(1, 4), 0.125);  // 8×6, row-major
  EXPECT_EQ(lab.evaluate(Side::plain, lab.training()).loss,
            same.evaluate(Side::plain, same.training()).loss);
  EXPECT_NE(lab.evaluate(Side::dropout, lab.training()).loss,
            same.evaluate(Side::dropout, same.training()).loss);

  const auto batch = lab.next_batch();
  lab.set_input(batch[2], 1, 0.75);
  EXPECT_EQ(lab.training().x(batch[2], 1), 0.75);
  EXPECT_EQ(lab.next_batch(), batch);
  lab.train(1);  // on the edited point
  same.train(1);
  EXPECT_NE(lab.parameter(Side::plain, "affine1.w").value,
            same.parameter(Side::plain, "affine1.w").value);
}

TEST(LabSave, GoesOnToTheSameBits) {
  for (const auto kind : {OptimizerKind::sgd, OptimizerKind::momentum, OptimizerKind::adam}) {
    Lab original(small_config(kind));
    original.train(33);  // in the middle of an epoch
    original.set_input(4, 0, -0.3);
    original.set_weight(Side::plain, "affine1.b", 2, 0.1);
    const auto saved = original.save();

    Lab fresh(small_config(kind)), busy(small_config(kind));
    busy.train(7);
    busy.set_input(9, 1, 3);  // not of the saved state
    for (Lab* lab : {&fresh, &busy}) {
      lab->restore(saved);
      EXPECT_EQ(lab->save(), saved);
      EXPECT_EQ(lab->step(), 33U);
      EXPECT_EQ(lab->training().x, original.training().x);
    }
    for (Lab* lab : {&original, &fresh, &busy}) lab->train(50);
    EXPECT_EQ(fresh.save(), original.save());
    EXPECT_EQ(busy.save(), original.save());
    for (const Side side : both) {
      EXPECT_EQ(fresh.evaluate(side, fresh.validation()).loss,
                original.evaluate(side, original.validation()).loss);
    }
  }
}

TEST(LabSave, RefusesWhatDoesNotFitAndChangesNothing) {
  Lab lab(small_config());
  lab.train(3);
  lab.set_input(0, 0, 0.5);
  const auto saved = lab.save();
  const auto expect_refusal = [&](std::vector<double> damaged) {
    EXPECT_EQ(message_of([&] { lab.restore(damaged); }),
              "the saved state does not belong to these settings, or it is damaged");
    EXPECT_EQ(lab.save(), saved);
  };
  const auto with = [&](std::size_t index, double value) {
    auto damaged = saved;
    damaged.at(index) = value;
    return damaged;
  };
  expect_refusal({});
  expect_refusal({1, 3});
  expect_refusal(with(0, 1));   // another format
  expect_refusal(with(1, -1));  // steps
  expect_refusal(with(1, 0.5));
  expect_refusal(with(2, 1e300));                    // Adam's t
  expect_refusal(with(3, 0.5));                      // the step of divergence
  expect_refusal(with(10, NAN));                     // a weight
  expect_refusal(with(saved.size() - 1, NAN));       // an edited coordinate
  expect_refusal(with(saved.size() - 2, 1000));      // an edited coordinate that is not there
  expect_refusal({saved.begin(), saved.end() - 1});  // cut off
  expect_refusal({saved.begin(), saved.end() - 4});
  auto longer = saved;
  longer.push_back(0);
  expect_refusal(longer);
  LabConfig other = small_config();
  other.hidden[0].width = 9;
  expect_refusal(Lab(other).save());
  other.hidden = {{5, 0.75}, {9, 0.5}};  // as many weights, of other shapes
  ASSERT_EQ(Lab(other).save().size(), Lab(small_config()).save().size());
  expect_refusal(Lab(other).save());
  expect_refusal(Lab(small_config(OptimizerKind::sgd)).save());
}

// ---- settings

nlohmann::json settings() {
  return nlohmann::json::parse(R"({
    "data": {"kind": "spiral", "count": 90, "noise": 0.2, "classes": 3, "validationShare": 0.5},
    "hidden": [{"width": 4, "keepProb": 0.5}, {"width": 3, "keepProb": 1}],
    "optimizer": {"kind": "momentum", "learningRate": 0.125, "momentum": 0.75, "weightDecay": 0.5},
    "batchSize": 10, "seed": 7})");
}

TEST(LabConfigs, AreReadAsWritten) {
  const LabConfig config = parse_config(settings().dump());
  EXPECT_EQ(config.data.kind, DataKind::spiral);
  EXPECT_EQ(config.data.count, 90U);
  EXPECT_EQ(config.data.noise, 0.2);
  EXPECT_EQ(config.data.validation_share, 0.5);
  ASSERT_EQ(config.hidden.size(), 2U);
  EXPECT_EQ(config.hidden[0].width, 4U);
  EXPECT_EQ(config.hidden[0].keep_prob, 0.5);
  EXPECT_EQ(config.optimizer.kind, OptimizerKind::momentum);
  EXPECT_EQ(config.optimizer.learning_rate, 0.125);
  EXPECT_EQ(config.optimizer.momentum, 0.75);
  EXPECT_EQ(config.optimizer.weight_decay, 0.5);
  EXPECT_EQ(config.batch_size, 10U);
  EXPECT_EQ(config.seed, 7U);

  auto own = settings();
  own["data"]["kind"] = "own";
  own["data"]["own"] = {{"x", {0.5, -1, 2, 3}}, {"labels", {2, 0}}};
  const Points points = parse_config(own.dump()).data.own;
  EXPECT_EQ(points.x, (Matrix<double>{{0.5, -1}, {2, 3}}));
  EXPECT_EQ(points.labels, (Labels{2, 0}));
  EXPECT_EQ(points.classes, 3U);
}

TEST(LabConfigs, AreRefusedWithASentence) {
  const auto refusal = [](const std::string& path, const nlohmann::json& value) {
    auto wrong = settings();
    wrong[nlohmann::json::json_pointer(path)] = value;
    return message_of([&] { Lab lab(parse_config(wrong.dump())); });
  };
  const std::pair<std::pair<const char*, nlohmann::json>, const char*> cases[] = {
      {{"/data/kind", "stars"}, "there is no data set named \"stars\""},
      {{"/data/count", 1}, "there are 1 points, expected 2 to 20000"},
      {{"/data/count", 2.5}, "count is 2.5, expected a whole number"},
      {{"/data/count", -1}, "count is -1, expected a whole number"},
      {{"/data/noise", -0.1}, "the noise is -0.1, expected"},
      {{"/data/noise", nullptr}, "noise must be a number"},
      {{"/data/validationShare", 1}, "the validation share is 1, expected"},
      {{"/hidden", 3}, "hidden must be a list"},
      {{"/hidden/1/width", 0}, "hidden layer 2 has 0 units, expected 1 to 256"},
      {{"/hidden/0/width", 257}, "hidden layer 1 has 257 units, expected 1 to 256"},
      {{"/hidden/0/keepProb", 0}, "keep_prob of hidden layer 1 is 0, expected"},
      {{"/hidden/0/keepProb", 1.5}, "keep_prob of hidden layer 1 is 1.5, expected"},
      {{"/optimizer/kind", "rmsprop"}, "there is no optimizer named \"rmsprop\""},
      {{"/optimizer/learningRate", 0}, "learning rate is 0.000000, expected a finite number > 0"},
      {{"/optimizer/momentum", 1}, "momentum is 1, expected [0, 1)"},
      {{"/optimizer/weightDecay", -1}, "weight decay is -1, expected a finite number >= 0"},
      {{"/batchSize", 0}, "the batch size is 0, expected at least 1"},
      {{"/seed", -1}, "seed is -1, expected a whole number"},
      {{"/seed", 9007199254740992}, "seed is 9007199254740992, expected a whole number"},
      {{"/optimizer", 5}, "the settings lack kind"},
  };
  for (const auto& [change, message] : cases) {
    const std::string said = refusal(change.first, change.second);
    EXPECT_TRUE(contains(said, message)) << change.first << ": " << said;
  }
  auto layers = settings();
  for (int i = 0; i < 7; ++i) layers["hidden"].push_back({{"width", 1}, {"keepProb", 1}});
  EXPECT_EQ(message_of([&] { Lab lab(parse_config(layers.dump())); }),
            "there are 9 hidden layers, expected at most 8");
  EXPECT_EQ(message_of([] { parse_config("{"); }), "the settings are not JSON");
  const auto all = settings();
  for (const auto& item : all.items()) {
    auto lacking = settings();
    lacking.erase(item.key());
    EXPECT_EQ(message_of([&] { parse_config(lacking.dump()); }), "the settings lack " + item.key());
  }
}

TEST(LabConfigs, RefuseOwnPointsThatDoNotFit) {
  const auto refusal = [](const nlohmann::json& x, const nlohmann::json& labels, int classes) {
    auto own = settings();
    own["data"]["kind"] = "own";
    own["data"]["classes"] = classes;
    own["data"]["own"] = {{"x", x}, {"labels", labels}};
    return message_of([&] { Lab lab(parse_config(own.dump())); });
  };
  EXPECT_EQ(refusal({1, 2, 3}, {0, 1}, 2),
            "there are 3 coordinates for 2 points, expected 2 for each");
  EXPECT_EQ(refusal({1, 2, 3, 4}, {0, 2}, 2), "point 2 has class 2, expected a number from 0 to 1");
  EXPECT_EQ(refusal({1, 2, nullptr, 4}, {0, 1}, 2), "a coordinate must be a number");
  EXPECT_EQ(refusal({1, 2, 3, 4}, {0, 0}, 1), "there are 1 classes, expected 2 to 10");
  EXPECT_EQ(refusal({1, 2}, {0}, 2), "there are 1 points, expected 2 to 20000");
  Points none{Matrix<double>({3, 2}), {0, 1, 0}, 2};
  none.x.fill(0);
  none.x(1, 1) = NAN;
  DataConfig config = data_of(DataKind::own, 0, 0);
  config.own = none;
  EXPECT_EQ(message_of([&] { make_points(config, 0); }),
            "point 2 does not have two finite coordinates");
  config.own.x = Matrix<double>({3, 1});
  EXPECT_EQ(message_of([&] { make_points(config, 0); }),
            "there are 3 coordinates for 3 points, expected 2 for each");
}

TEST(LabLosses, PrintsWhatTheEngineReaches) {
  const testing::TemporaryFolder folder;
  write_file(folder / "config.json", settings().dump());
  const auto run = testing::run_program("lab_losses " + (folder / "config.json") + " --epochs 3");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  Lab lab(parse_config(settings().dump()));
  lab.train(3 * lab.steps_per_epoch());
  const auto state = nlohmann::json::parse(run.out);
  EXPECT_EQ(state["step"], 15);
  EXPECT_EQ(state["epoch"], 3);
  EXPECT_EQ(state["stepsPerEpoch"], 5);
  for (const Side side : both) {
    const auto& shown = state[side == Side::plain ? "plain" : "dropout"];
    EXPECT_EQ(shown["trainLoss"], lab.evaluate(side, lab.training()).loss);
    EXPECT_EQ(shown["trainAccuracy"], lab.evaluate(side, lab.training()).accuracy);
    EXPECT_EQ(shown["validationLoss"], lab.evaluate(side, lab.validation()).loss);
    EXPECT_EQ(shown["validationAccuracy"], lab.evaluate(side, lab.validation()).accuracy);
  }
  EXPECT_TRUE(contains(run.err, "epoch 3/3")) << run.err;
}

TEST(LabLosses, RefusesBadInputInOneLine) {
  const testing::TemporaryFolder folder;
  write_file(folder / "bad.json", "{\"data\": 5}");
  expect_refused(testing::run_program("lab_losses " + (folder / "bad.json")), "lack");
  expect_refused(testing::run_program("lab_losses " + (folder / "none.json")), "none.json");
  expect_refused(testing::run_program("lab_losses"), "config");
  EXPECT_EQ(testing::run_program("lab_losses --help").exit_code, 0);
}

}  // namespace
}  // namespace thinnet::lab
