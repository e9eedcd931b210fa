// Started by mpirun: measures the parts of a training step and prints them as lines of CSV.
//   kind   "slice": one process computes the largest slice that a rank of `ranks` would
//          "run": `ranks` ranks train together
//   rows   in that slice; then the median milliseconds of each part of a step
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "layers/softmax_cross_entropy.hpp"
#include "optim/sgd.hpp"
#include "tests/benchmarks/nets.hpp"
#include "training/distributed/mpi_ranks.hpp"
#include "training/distributed/replicas.hpp"

namespace thinnet::benchmarks {
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

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void measure(const NetSize& size, const Dataset& images, Slice slice, const char* kind,
             Ranks& ranks) {
  Sequential<float> net = make_net(size);
  Sgd<float> sgd(net.parameters(), {1e-3, .9});
  SoftmaxCrossEntropy<float> loss;
  Batches<float> batches(images, Normaliser<float>::standard_of(images), size.batch,
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
    const double slice_loss =
        loss.forward(net.forward(batch.x, train(step, batch.examples)), batch.labels);
    net.backward(loss.backward());
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
  for (const auto* p : net.parameters()) parameters += p->value.size();
  fmt::print("{},{},{},{},{},{}", kind, size.name(), size.batch, parameters, slice.parts, rows);
  for (const auto& part : parts) fmt::print(",{:.3f}", median(part));
  fmt::print("\n");
}

void measure_all(Ranks& ranks) {
  const Dataset images = random_data(2560, 3072, 10);
  for (const NetSize& net : large_nets()) {
    measure(net, images, {ranks.rank(), ranks.size()}, "run", ranks);
    if (ranks.size() > 1) continue;
    for (const std::size_t parts : {1U, 2U, 4U, 8U, 16U, 32U, 64U})
      measure(net, images, {parts - 1, parts}, "slice", ranks);  // the last is no smaller
  }
}

}  // namespace
}  // namespace thinnet::benchmarks

int main() {
  const auto ranks = thinnet::join_mpi();
  thinnet::benchmarks::measure_all(*ranks);
}
