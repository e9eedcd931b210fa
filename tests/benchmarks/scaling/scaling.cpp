// Started by mpirun: measures the parts of a training step and prints them as lines of CSV.
//   kind   "slice": one process computes the largest slice that a rank of `ranks` would
//          "run": `ranks` ranks train together
//   rows   in that slice; then the median milliseconds of each part of a step
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "core/random.hpp"
#include "core/sequential.hpp"
#include "data/dataset.hpp"
#include "layers/affine.hpp"
#include "layers/dropout.hpp"
#include "layers/relu.hpp"
#include "layers/softmax_cross_entropy.hpp"
#include "optim/sgd.hpp"
#include "training/mpi_ranks.hpp"
#include "training/replicas.hpp"

namespace thinnet {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// The same ranks, but it tells how long the latest sum took.
class TimedRanks final : public Ranks {
 public:
  explicit TimedRanks(Ranks& ranks) : ranks_(ranks) {}
  std::size_t rank() const override { return ranks_.rank(); }
  std::size_t size() const override { return ranks_.size(); }
  void sum(float* values, std::size_t count) override {
    const auto start = Clock::now();
    ranks_.sum(values, count);
    latest = milliseconds_since(start);
  }
  void sum(double* values, std::size_t count) override { ranks_.sum(values, count); }
  void broadcast(void* bytes, std::size_t count) override { ranks_.broadcast(bytes, count); }
  void send(std::size_t to, const std::string& bytes) override { ranks_.send(to, bytes); }
  std::optional<Message> receive() override { return ranks_.receive(); }
  bool meet(std::chrono::milliseconds patience) override { return ranks_.meet(patience); }
  void abort(int exit_code) override { ranks_.abort(exit_code); }

  double latest = 0;  // milliseconds

 private:
  Ranks& ranks_;
};

struct Net {
  std::vector<std::size_t> widths;
  std::size_t batch;
};

Dataset random_images(std::size_t N, std::size_t D) {
  Random random(1);
  Matrix<std::uint8_t> x({N, D});
  for (auto& pixel : x) pixel = static_cast<std::uint8_t>(random.below(256));
  Labels labels(N);
  for (auto& label : labels) label = static_cast<std::int32_t>(random.below(10));
  return {std::move(x), std::move(labels), 10};
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void measure(const Net& shape, const Dataset& images, Slice slice, const char* kind, Ranks& ranks) {
  Sequential<float> net(shape.widths.front());
  for (std::size_t i = 1; i < shape.widths.size(); ++i) {
    net.add(std::make_unique<Affine<float>>(shape.widths[i - 1], shape.widths[i]));
    if (i + 1 == shape.widths.size()) break;
    net.add(std::make_unique<Relu<float>>());
    net.add(std::make_unique<Dropout<float>>(.5));
  }
  initialise(net.parameters(), he, 0);
  Sgd<float> sgd(net.parameters(), {1e-3, .9});
  SoftmaxCrossEntropy<float> loss;
  Batches<float> batches(images, Normaliser<float>::standard_of(images), shape.batch,
                         Sampling::shuffled);
  TimedRanks timed(ranks);
  GradientAverage<float> average(timed, net.parameters());

  std::array<std::vector<double>, 5> parts;  // compute, packing, allreduce, update, step
  std::size_t rows = 0;
  constexpr std::uint64_t unmeasured = 3, steps = 23;
  for (std::uint64_t step = 0; step < steps; ++step) {
    const auto begin = Clock::now();
    const Batch<float>& batch = batches.at(step, slice);
    rows = batch.labels.size();
    net.begin_step(step, batch.examples);
    const double slice_loss = loss.forward(net.forward(batch.x, Mode::train), batch.labels);
    net.backward_parameters(loss.backward());
    const double compute = milliseconds_since(begin);
    average.average(slice_loss, batch.share);
    const double averaged = milliseconds_since(begin);
    sgd.step();
    const double whole = milliseconds_since(begin);
    if (step < unmeasured) continue;
    const double times[] = {compute, averaged - compute - timed.latest, timed.latest,
                            whole - averaged, whole};
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i].push_back(times[i]);
  }
  if (ranks.rank() > 0) return;
  std::size_t parameters = 0;
  std::string name;
  for (const auto* p : net.parameters()) parameters += p->value.size();
  for (const std::size_t width : shape.widths)
    name += (name.empty() ? "" : "-") + std::to_string(width);
  fmt::print("{},{},{},{},{},{}", kind, name, shape.batch, parameters, slice.parts, rows);
  for (const auto& part : parts) fmt::print(",{:.3f}", median(part));
  fmt::print("\n");
}

void measure_all(Ranks& ranks) {
  const Net nets[] = {{{3072, 500, 500, 10}, 100},
                      {{3072, 1024, 1024, 10}, 128},
                      {{3072, 4000, 1000, 4000, 10}, 256}};
  const Dataset images = random_images(2560, 3072);
  for (const Net& net : nets) {
    measure(net, images, {ranks.rank(), ranks.size()}, "run", ranks);
    if (ranks.size() > 1) continue;
    for (const std::size_t parts : {1U, 2U, 4U, 8U, 16U, 32U, 64U})
      measure(net, images, {parts - 1, parts}, "slice", ranks);  // the last is no smaller
  }
}

}  // namespace
}  // namespace thinnet

int main() {
  const auto ranks = thinnet::join_mpi();
  thinnet::measure_all(*ranks);
}
