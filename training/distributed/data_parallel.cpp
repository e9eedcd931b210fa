#include "training/distributed/data_parallel.hpp"

#include <iterator>
#include <utility>

#include "core/check.hpp"
#include "layers/softmax_cross_entropy.hpp"
#include "training/distributed/replicas.hpp"

namespace thinnet {
namespace {

/// Of every batch, for this rank.
Slice slice_of(const Ranks& ranks) {
  return {ranks.rank(), ranks.size()};
}

template <typename T>
class DataParallel final : public TrainerHook<T> {
 public:
  DataParallel(Ranks& ranks, std::vector<Parameter<T>*> parameters)
      : ranks_(ranks), parameters_(std::move(parameters)), gradients_(ranks, parameters_) {}

  void resume(const std::string& path, const std::string& settings,
              const TrainingState<T>& state) override {
    if (!path.empty()) on_rank_0(&ranks_, [&] { load_checkpoint(path, settings, state); });
    share_state(ranks_, settings, state);
  }

  const Batch<T>& batch(Batches<T>& batches, std::uint64_t step) override {
    const Batch<T>& slice = batches.at(step, slice_of(ranks_));
    share_ = slice.share;
    if (share_ > 0) return slice;
    // Fewer rows than ranks, and none for this one: what it makes of all of them will not count.
    return batches.at(step);
  }

  double after_backward(double loss) override { return gradients_.average(loss, share_); }

  void after_epoch(std::size_t epoch) override {
    require_equal_replicas(ranks_, parameters_, epoch);
  }

  Evaluation evaluate(Layer<T>& net, Batches<T>& batches, const BatchLoss<T>& loss) override {
    return thinnet::evaluate(net, batches, loss, &ranks_);
  }

  void save(const std::string& path, const std::string& settings,
            const TrainingState<T>& state) override {
    if (!path.empty()) on_rank_0(&ranks_, [&] { save_checkpoint(path, settings, state); });
  }

  bool reports() const override { return ranks_.rank() == 0; }

 private:
  Ranks& ranks_;
  std::vector<Parameter<T>*> parameters_;
  GradientAverage<T> gradients_;
  double share_ = 0;  // of the step's rows on this rank
};

}  // namespace

template <typename T>
std::unique_ptr<TrainerHook<T>> data_parallel(Ranks* ranks, Sequential<T>& net) {
  if (ranks == nullptr) return nullptr;
  for (const auto* p : net.parameters()) {
    require(p->role != Role::buffer, "{} is a buffer: on every process it would become another",
            p->name);
  }
  return std::make_unique<DataParallel<T>>(*ranks, net.parameters());
}

template <typename T>
Evaluation evaluate(Layer<T>& net, Batches<T>& batches, const BatchLoss<T>& loss, Ranks* ranks) {
  if (ranks == nullptr) return evaluate(net, batches, loss);
  const EvaluationSums own = evaluate_slice(net, batches, loss, slice_of(*ranks));
  double sums[] = {own.loss, own.correct};
  ranks->sum(std::begin(sums), std::size(sums));
  return means_of({sums[0], sums[1]}, batches.data());
}

template <typename T>
Evaluation evaluate(Layer<T>& net, Batches<T>& batches, Ranks* ranks) {
  SoftmaxCrossEntropy<T> loss;
  return evaluate(net, batches, BatchLoss<T>(loss), ranks);
}

template std::unique_ptr<TrainerHook<float>> data_parallel(Ranks*, Sequential<float>&);
template std::unique_ptr<TrainerHook<double>> data_parallel(Ranks*, Sequential<double>&);
template Evaluation evaluate(Layer<float>&, Batches<float>&, const BatchLoss<float>&, Ranks*);
template Evaluation evaluate(Layer<double>&, Batches<double>&, const BatchLoss<double>&, Ranks*);
template Evaluation evaluate(Layer<float>&, Batches<float>&, Ranks*);
template Evaluation evaluate(Layer<double>&, Batches<double>&, Ranks*);

}  // namespace thinnet
