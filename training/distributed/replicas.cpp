#include "training/distributed/replicas.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>
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

}  // namespace

template <typename T>
GradientAverage<T>::GradientAverage(Ranks& ranks, std::vector<Parameter<T>*> parameters)
    : ranks_(ranks), parameters_(std::move(parameters)) {
  std::size_t size = 1;
  for (const auto* p : parameters_) size += p->grad.size();
  packed_.resize(size);
}

template <typename T>
double GradientAverage<T>::average(double loss, double share) {
  auto weighted = packed_.begin();
  for (const auto* p : parameters_) {
    weighted = std::transform(p->grad.begin(), p->grad.end(), weighted,
                              [weight = T(share)](T g) { return weight * g; });
  }
  *weighted = T(share * loss);
  ranks_.sum(packed_.data(), packed_.size());
  auto summed = packed_.cbegin();
  for (auto* p : parameters_) {
    const auto end = summed + static_cast<std::ptrdiff_t>(p->grad.size());
    std::copy(summed, end, p->grad.begin());
    summed = end;
  }
  return *summed;
}

template <typename T>
void require_equal_replicas(Ranks& ranks, const std::vector<Parameter<T>*>& parameters,
                            std::size_t epoch) {
  const std::uint64_t own = checksum(parameters);
  std::uint64_t first = own;
  ranks.broadcast(&first, sizeof first);
  if (const auto rank = first_not_ok(ranks, own == first)) {
    throw std::runtime_error(fmt::format(
        "after epoch {} the weights of rank {} differ from those of rank 0: every rank needs the "
        "same program on the same kind of CPU",
        epoch, *rank));
  }
}

template class GradientAverage<float>;
template class GradientAverage<double>;
template void require_equal_replicas(Ranks&, const std::vector<Parameter<float>*>&, std::size_t);
template void require_equal_replicas(Ranks&, const std::vector<Parameter<double>*>&, std::size_t);

}  // namespace thinnet
