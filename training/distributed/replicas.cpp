#include "training/distributed/replicas.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace thinnet {
namespace {

/// FNV-1a over words instead of bytes: any single difference changes it.
template <typename T>
std::uint64_t checksum(const std::vector<Parameter<T>*>& parameters) {
  std::uint64_t sum = 0xcbf29ce484222325;
  for (const auto* p : parameters) {
    for (const T& value : p->value) {
      std::uint64_t word = 0;
      std::memcpy(&word, &value, sizeof value);
      sum = (sum ^ word) * 0x100000001b3;
    }
  }
  return sum;
}

template <typename Value>
void broadcast_value(Ranks& ranks, Value& value) {
  ranks.broadcast(&value, sizeof value);
}

/// The same shape on every rank.
template <typename T>
void broadcast_matrix(Ranks& ranks, Matrix<T>& m) {
  ranks.broadcast(m.data(), m.size() * sizeof(T));
}

void broadcast_history(Ranks& ranks, History& history) {
  std::size_t epochs = history.epochs.size();
  broadcast_value(ranks, epochs);
  history.epochs.resize(epochs);
  static_assert(std::is_trivially_copyable_v<EpochRecord>);
  ranks.broadcast(history.epochs.data(), epochs * sizeof(EpochRecord));
  broadcast_value(ranks, history.best);
  broadcast_value(ranks, history.seconds);
}

template <typename T>
void broadcast_best(Ranks& ranks, const TrainingState<T>& state) {
  state.best.resize(state.parameters.size());
  for (std::size_t i = 0; i < state.parameters.size(); ++i) {
    resize(state.best[i], state.parameters[i]->value);
    broadcast_matrix(ranks, state.best[i]);
  }
}

}  // namespace

template <typename T>
GradientAverage<T>::GradientAverage(Ranks& ranks, std::vector<Parameter<T>*> parameters)
    : ranks_(ranks), parameters_(std::move(parameters)) {
  std::size_t size = 1;
  for (const auto* p : parameters_) size += p->grad.size();
  packed_.resize(size);
}

template <typename T>
void GradientAverage<T>::pack(double loss, double share) {
  if (share == 0) {
    std::fill(packed_.begin(), packed_.end(), T(0));
    return;
  }
  const T weight = T(share);
  auto to = packed_.begin();
  for (const auto* p : parameters_) {
    for (const T g : p->grad) *to++ = weight * g;
  }
  *to = T(share * loss);
}

template <typename T>
double GradientAverage<T>::unpack() {
  auto from = packed_.cbegin();
  for (auto* p : parameters_) {
    for (T& g : p->grad) g = *from++;
  }
  return *from;
}

template <typename T>
double GradientAverage<T>::average(double loss, double share) {
  pack(loss, share);
  ranks_.sum(packed_.data(), packed_.size());
  return unpack();
}

template <typename T>
void share_state(Ranks& ranks, const std::string& settings, const TrainingState<T>& state) {
  std::string first = settings;
  broadcast_text(ranks, first);
  const auto other = first_not_ok(ranks, first == settings);
  if (other) {
    throw std::runtime_error(fmt::format("rank {} has other settings or data than rank 0", *other));
  }
  for (auto* p : state.parameters) broadcast_matrix(ranks, p->value);
  for (auto* moment : state.optimizer.moments) {
    for (Matrix<T>& m : *moment) broadcast_matrix(ranks, m);
  }
  if (state.optimizer.t != nullptr) broadcast_value(ranks, *state.optimizer.t);
  broadcast_history(ranks, state.history);
  if (!state.history.epochs.empty()) broadcast_best(ranks, state);
}

template <typename T>
void require_equal_replicas(Ranks& ranks, const std::vector<Parameter<T>*>& parameters,
                            std::size_t epoch) {
  const std::uint64_t own = checksum(parameters);
  std::uint64_t first = own;
  ranks.broadcast(&first, sizeof first);
  const auto rank = first_not_ok(ranks, own == first);
  if (rank) {
    throw std::runtime_error(fmt::format(
        "after epoch {} the weights of rank {} differ from those of rank 0: every rank needs the "
        "same program on the same kind of CPU",
        epoch, *rank));
  }
}

template class GradientAverage<float>;
template class GradientAverage<double>;
template void share_state(Ranks&, const std::string&, const TrainingState<float>&);
template void share_state(Ranks&, const std::string&, const TrainingState<double>&);
template void require_equal_replicas(Ranks&, const std::vector<Parameter<float>*>&, std::size_t);
template void require_equal_replicas(Ranks&, const std::vector<Parameter<double>*>&, std::size_t);

}  // namespace thinnet
