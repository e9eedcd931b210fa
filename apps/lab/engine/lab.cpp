#include "apps/lab/engine/lab.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "core/check.hpp"
#include "core/initialise.hpp"
#include "examples/support/optimizer.hpp"
#include "layers/affine.hpp"
#include "layers/dropout.hpp"
#include "layers/relu.hpp"

namespace thinnet::lab {
namespace {

constexpr std::size_t most_layers = 8, widest = 256;
constexpr std::size_t rows_at_once = 500;  // of a long forward pass: its outputs stay in the cache
constexpr double saved_format = 2;         // 1 was of another split
constexpr double hopeless_loss = 1e6;      // nats; by chance there are log(C), 2 or so
constexpr Side sides[] = {Side::plain, Side::dropout};

/// The config itself, when it is sound.
const LabConfig& checked(const LabConfig& config) {
  require(config.hidden.size() <= most_layers, "there are {} hidden layers, expected at most {}",
          config.hidden.size(), most_layers);
  for (std::size_t i = 0; i < config.hidden.size(); ++i) {
    const auto& [width, keep_prob] = config.hidden[i];
    require(width >= 1 && width <= widest, "hidden layer {} has {} units, expected 1 to {}", i + 1,
            width, widest);
    require(keep_prob > 0 && keep_prob <= 1,
            "keep_prob of hidden layer {} is {}, expected a number above 0 and up to 1", i + 1,
            keep_prob);
  }
  require(config.batch_size > 0, "the batch size is 0, expected at least 1");
  require(std::isfinite(config.optimizer.weight_decay),
          "the weight decay is {}, expected a finite number", config.optimizer.weight_decay);
  return config;
}

/// Adam, or SGD: plain SGD is momentum 0.
examples::OptimizerSettings settings_of(const OptimizerConfig& config) {
  const bool adam = config.kind == OptimizerKind::adam;
  const bool with_momentum = config.kind == OptimizerKind::momentum;
  examples::OptimizerSettings settings;
  settings.kind = adam ? examples::OptimizerKind::adam : examples::OptimizerKind::sgd;
  settings.learning_rate = config.learning_rate;
  settings.momentum = with_momentum ? config.momentum : 0;
  settings.weight_decay = config.weight_decay;
  return settings;
}

/// Calls use(scores, first) for the net's scores of the rows from `first` on, part by part; pass_of
/// gives the pass for a part of so many rows.
template <typename P, typename F>
void forward_in_parts(Sequential<double>& net, const Matrix<double>& x, P pass_of, F use) {
  const std::size_t N = x.shape(0), D = x.shape(1);
  Matrix<double> part;
  for (std::size_t first = 0; first < N; first += rows_at_once) {
    const std::size_t rows = std::min(rows_at_once, N - first);
    resize(part, {rows, D});
    std::copy_n(x.data() + first * D, rows * D, part.data());
    use(net.forward(part, pass_of(rows)), first);
  }
}

Pass in_test(std::size_t /*rows*/) {
  return test();
}

/// The class with the highest score in row n; none when a score is no number.
std::optional<std::size_t> argmax(const Matrix<double>& scores, std::size_t n) {
  const double* s = &scores(n, 0);
  const double* end = s + scores.shape(1);
  if (std::any_of(s, end, [](double score) { return std::isnan(score); })) return std::nullopt;
  return static_cast<std::size_t>(std::max_element(s, end) - s);
}

/// The middles of resolution² cells of [-range, range]², from the top left on.
Matrix<double> plane(std::size_t resolution, double range) {
  require(resolution >= 1 && resolution <= 1000, "the resolution is {}, expected 1 to 1000",
          resolution);
  require(range > 0 && std::isfinite(range), "the range is {}, expected a finite number above 0",
          range);
  const std::size_t cells = resolution * resolution;
  const double cell = 2 * range / static_cast<double>(resolution);
  Matrix<double> x({cells, 2});
  for (std::size_t i = 0; i < cells; ++i) {
    const std::size_t row = i / resolution;
    const std::size_t column = i % resolution;
    x(i, 0) = -range + cell * (static_cast<double>(column) + 0.5);
    x(i, 1) = range - cell * (static_cast<double>(row) + 0.5);
  }
  return x;
}

Boundary no_boundary(std::size_t cells) {
  return {std::vector<std::uint8_t>(cells), std::vector<float>(cells)};
}

/// The answer that row n of the scores gives, as entry `cell` of a boundary.
void put_answer(const Matrix<double>& scores, std::size_t n, Boundary& boundary, std::size_t cell) {
  const std::optional<std::size_t> best = argmax(scores, n);
  if (!best) return;
  double sum = 0;  // of exp(s - largest), in which the winner's own is 1
  for (std::size_t c = 0; c < scores.shape(1); ++c)
    sum += c == *best ? 1 : std::exp(scores(n, c) - scores(n, *best));
  boundary.classes[cell] = static_cast<std::uint8_t>(*best);
  boundary.confidence[cell] = static_cast<float>(1 / sum);
}

/// p[c] = exp(s[c] - max s) / Σ exp(s - max s)
void softmax(const double* s, const double* end, double* p) {
  const double largest = *std::max_element(s, end);
  const auto C = static_cast<std::size_t>(end - s);
  double sum = 0;
  for (std::size_t c = 0; c < C; ++c) {
    p[c] = std::exp(s[c] - largest);
    sum += p[c];
  }
  for (std::size_t c = 0; c < C; ++c) p[c] /= sum;
}

Boundary boundary_of(const Matrix<double>& probabilities) {
  Boundary boundary = no_boundary(probabilities.shape(0));
  for (std::size_t n = 0; n < probabilities.shape(0); ++n) {
    const std::optional<std::size_t> best = argmax(probabilities, n);
    if (!best) continue;
    boundary.classes[n] = static_cast<std::uint8_t>(*best);
    boundary.confidence[n] = static_cast<float>(probabilities(n, *best));
  }
  return boundary;
}

double accuracy_of(const Matrix<double>& probabilities, const Labels& labels) {
  std::size_t correct = 0;
  for (std::size_t n = 0; n < labels.size(); ++n)
    if (argmax(probabilities, n) == static_cast<std::size_t>(labels[n])) ++correct;
  return static_cast<double>(correct) / static_cast<double>(labels.size());
}

constexpr const char* damaged =
    "the saved state does not belong to these settings, or it is damaged";

/// Reads one number after the other, and refuses what does not fit.
class SavedNumbers {
 public:
  explicit SavedNumbers(const std::vector<double>& numbers) : numbers_(numbers) {}

  double next() {
    require(at_ < numbers_.size(), damaged);
    return numbers_[at_++];
  }
  void expect(double number) { require(next() == number, damaged); }
  void expect_end() const { require(at_ == numbers_.size(), damaged); }
  /// A whole number that a double holds exactly.
  std::uint64_t count() {
    const double number = next();
    require(number >= 0 && number < 0x1p53 && number == std::floor(number), damaged);
    return static_cast<std::uint64_t>(number);
  }
  /// Of a net that has diverged they need not be finite.
  Matrix<double> matrix_like(const Matrix<double>& wanted, bool finite) {
    for (const std::size_t side : wanted.shape()) expect(static_cast<double>(side));
    Matrix<double> m = wanted;
    for (double& value : m) {
      value = next();
      require(!finite || std::isfinite(value), damaged);
    }
    return m;
  }

 private:
  const std::vector<double>& numbers_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<Matrix<double>*> Lab::Learner::matrices() {
  std::vector<Matrix<double>*> all;
  for (auto* p : net.parameters()) all.push_back(&p->value);
  for (auto* moment : optimizer->state().moments)
    for (auto& m : *moment) all.push_back(&m);
  return all;
}

Lab::Learner Lab::make_learner(Side side) const {
  Sequential<double> net(2);
  std::size_t width = 2;
  for (const auto& layer : config_.hidden) {
    net.add(std::make_unique<Affine<double>>(width, layer.width));
    net.add(std::make_unique<Relu<double>>());
    if (side == Side::dropout)
      net.add(std::make_unique<Dropout<double>>(layer.keep_prob, config_.seed));
    width = layer.width;
  }
  net.add(std::make_unique<Affine<double>>(width, data_.training.classes));
  net.set_needs_dx(true);  // the lab shows it
  initialise(net.parameters(), he, config_.seed);
  auto optimizer = examples::make_optimizer(net.parameters(), settings_of(config_.optimizer));
  return {std::move(net), std::move(optimizer), SoftmaxCrossEntropy<double>(), std::nullopt};
}

Lab::Lab(const LabConfig& config)
    : config_(checked(config)),
      data_(
          split(make_points(config.data, config.seed), config.data.validation_share, config.seed)),
      original_(data_.training),
      plain_(make_learner(Side::plain)),
      dropout_(make_learner(Side::dropout)) {
  make_batches();
}

void Lab::make_batches() {
  const Points& points = data_.training;
  batches_ = std::make_unique<Batches<double>>(Dataset(points.x, points.labels, points.classes),
                                               Normaliser<double>::identity(2), config_.batch_size,
                                               Sampling::shuffled, config_.seed);
}

void Lab::train(std::size_t steps) {
  for (std::size_t i = 0; i < steps; ++i) {
    const Batch<double>& batch = batches_->at(step_);
    for (const Side side : sides)
      if (!diverged_at(side)) step(side, batch);
    if (diverged_at(Side::plain) && diverged_at(Side::dropout)) return;
    ++step_;
  }
}

void Lab::step(Side side, const Batch<double>& batch) {
  Learner& learns = learner(side);
  const Pass pass = thinnet::train(step_, batch.examples);
  const double loss = learns.loss.forward(learns.net.forward(batch.x, pass), batch.labels);
  if (!(loss <= hopeless_loss)) {  // nor NaN
    learns.diverged_at = step_;
    return;
  }
  learns.net.backward(learns.loss.backward());
  learns.optimizer->step();
}

Evaluation Lab::evaluate(Side side, const Points& points) {
  Learner& judged = learner(side);
  double loss = 0;
  std::size_t correct = 0;
  Labels labels;
  forward_in_parts(
      judged.net, points.x, in_test, [&](const Matrix<double>& scores, std::size_t first) {
        const auto begin = points.labels.begin() + static_cast<std::ptrdiff_t>(first);
        labels.assign(begin, begin + static_cast<std::ptrdiff_t>(scores.shape(0)));
        loss += judged.loss.forward(scores, labels) * static_cast<double>(labels.size());
        for (std::size_t n = 0; n < labels.size(); ++n)
          if (argmax(scores, n) == static_cast<std::size_t>(labels[n])) ++correct;
      });
  const auto N = static_cast<double>(points.labels.size());
  return {loss / N, static_cast<double>(correct) / N};
}

Boundary Lab::boundary(Side side, std::size_t resolution, double range) {
  const Matrix<double> x = plane(resolution, range);
  Boundary boundary = no_boundary(x.shape(0));
  forward_in_parts(net(side), x, in_test, [&](const Matrix<double>& scores, std::size_t first) {
    for (std::size_t n = 0; n < scores.shape(0); ++n) put_answer(scores, n, boundary, first + n);
  });
  return boundary;
}

std::vector<Matrix<double>> Lab::units(Side side, std::size_t resolution, double range) {
  const Matrix<double> x = plane(resolution, range);
  Sequential<double>& net = this->net(side);
  std::vector<Matrix<double>> units;
  for (const auto& layer : config_.hidden)
    units.push_back(Matrix<double>({layer.width, x.shape(0)}));
  forward_in_parts(net, x, in_test, [&](const Matrix<double>&, std::size_t first) {
    auto of_layer = units.begin();
    for (std::size_t i = 0; i < net.size(); ++i) {
      const auto* relu = dynamic_cast<const Relu<double>*>(&net.layer(i));
      if (relu == nullptr) continue;
      const Matrix<double>& out = relu->cache().out;  // (rows×H)
      for (std::size_t n = 0; n < out.shape(0); ++n)
        for (std::size_t h = 0; h < out.shape(1); ++h) (*of_layer)(h, first + n) = out(n, h);
      ++of_layer;
    }
  });
  return units;
}

Ensemble Lab::ensemble(std::size_t masks, std::size_t shown, std::size_t resolution, double range) {
  require(shown >= 1 && shown <= masks && masks <= 1000,
          "{} of {} masks cannot be shown, expected 1 to all of at most 1000", shown, masks);
  const Matrix<double> x = plane(resolution, range);
  const std::size_t C = data_.training.classes;
  Matrix<double> over_plane = xt::zeros<double>({x.shape(0), C});  // sums of probabilities
  Matrix<double> over_points = xt::zeros<double>({data_.validation.labels.size(), C});
  Ensemble ensemble;
  for (std::size_t mask = 0; mask < masks; ++mask) {
    const Matrix<double> p = probabilities_under(mask, x);
    if (mask < shown) ensemble.members.push_back(boundary_of(p));
    over_plane += p;
    const Matrix<double> p_points = probabilities_under(mask, data_.validation.x);
    ensemble.accuracies.push_back(accuracy_of(p_points, data_.validation.labels));
    over_points += p_points;
  }
  ensemble.mean = boundary_of(over_plane / static_cast<double>(masks));
  ensemble.mean_accuracy = accuracy_of(over_points, data_.validation.labels);
  return ensemble;
}

Matrix<double> Lab::probabilities_under(std::size_t mask, const Matrix<double>& x) {
  Matrix<double> p({x.shape(0), data_.training.classes});
  Examples examples;
  const auto pass_of = [&](std::size_t rows) {
    examples.assign(rows, static_cast<std::uint32_t>(mask));
    return thinnet::train(step_, examples);
  };
  forward_in_parts(net(Side::dropout), x, pass_of,
                   [&](const Matrix<double>& scores, std::size_t first) {
                     for (std::size_t n = 0; n < scores.shape(0); ++n) {
                       const double* s = &scores(n, 0);
                       softmax(s, s + scores.shape(1), &p(first + n, 0));
                     }
                   });
  return p;
}

Parameter<double>& Lab::parameter(Side side, const std::string& name) {
  for (auto* p : net(side).parameters())
    if (p->name == name) return *p;
  throw std::invalid_argument("the net has no weights named " + name);
}

void Lab::set_weight(Side side, const std::string& name, std::size_t index, double value) {
  Matrix<double>& weights = parameter(side, name).value;
  require(index < weights.size(), "{} has no entry {}, it has {}", name, index, weights.size());
  require(std::isfinite(value), "{} cannot become {}, expected a finite number", name, value);
  weights.data()[index] = value;
  learner(side).diverged_at.reset();
}

void Lab::set_input(std::size_t example, std::size_t column, double value) {
  Matrix<double>& x = data_.training.x;
  require(example < x.shape(0) && column < 2, "there is no coordinate {} of training point {}",
          column, example);
  require(std::isfinite(value), "a coordinate cannot become {}, expected a finite number", value);
  x(example, column) = value;
  make_batches();
  for (const Side side : sides) learner(side).diverged_at.reset();
}

std::vector<double> Lab::save() {
  std::vector<double> saved{saved_format, static_cast<double>(step_)};
  const auto append = [&](const Matrix<double>& m) {
    for (const std::size_t side : m.shape()) saved.push_back(static_cast<double>(side));
    saved.insert(saved.end(), m.begin(), m.end());
  };
  for (const Side side : sides) {
    const std::uint64_t* t = learner(side).optimizer->state().t;
    const auto diverged = diverged_at(side);
    saved.push_back(t == nullptr ? 0 : static_cast<double>(*t));
    saved.push_back(diverged ? static_cast<double>(*diverged) + 1 : 0);  // 0: it has not
    for (const Matrix<double>* m : learner(side).matrices()) append(*m);
  }
  // Most points are as they were made: only what was edited is kept.
  std::vector<double> edits;
  std::size_t count = 0;
  const Matrix<double>& x = data_.training.x;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x.data()[i] == original_.x.data()[i]) continue;
    edits.insert(edits.end(), {static_cast<double>(i), x.data()[i]});
    ++count;
  }
  saved.push_back(static_cast<double>(count));
  saved.insert(saved.end(), edits.begin(), edits.end());
  return saved;
}

void Lab::restore(const std::vector<double>& saved) {
  struct State {
    std::uint64_t t = 0;
    std::optional<std::uint64_t> diverged_at;
    std::vector<Matrix<double>> matrices;
  };
  SavedNumbers numbers(saved);
  numbers.expect(saved_format);
  const std::uint64_t step = numbers.count();
  std::vector<State> states;
  for (const Side side : sides) {
    State& state = states.emplace_back();
    state.t = numbers.count();
    if (const std::uint64_t diverged = numbers.count()) state.diverged_at = diverged - 1;
    for (const Matrix<double>* m : learner(side).matrices())
      state.matrices.push_back(numbers.matrix_like(*m, !state.diverged_at));
  }
  Matrix<double> x = original_.x;
  for (std::uint64_t edits = numbers.count(); edits > 0; --edits) {
    const std::uint64_t index = numbers.count();
    require(index < x.size(), damaged);
    x.data()[index] = numbers.next();
    require(std::isfinite(x.data()[index]), damaged);
  }
  numbers.expect_end();

  // All of it is there and fits.
  step_ = step;
  for (const Side side : sides) {
    const State& state = states[side == Side::plain ? 0 : 1];
    std::uint64_t* t = learner(side).optimizer->state().t;
    if (t != nullptr) *t = state.t;
    learner(side).diverged_at = state.diverged_at;
    const auto matrices = learner(side).matrices();
    for (std::size_t i = 0; i < matrices.size(); ++i) *matrices[i] = state.matrices[i];
  }
  data_.training.x = x;
  make_batches();
}

}  // namespace thinnet::lab
