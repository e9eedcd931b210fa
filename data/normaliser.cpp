#include "data/normaliser.hpp"

#include <cmath>
#include <limits>

#include "core/check.hpp"

namespace thinnet {

template <typename T>
Normaliser<T> Normaliser<T>::identity(std::size_t D) {
  return {xt::zeros<T>({std::size_t{1}, D}), xt::ones<T>({std::size_t{1}, D})};
}

template <typename T>
Normaliser<T> Normaliser<T>::mean_of(const Dataset& training) {
  require(training.size() > 0, "data set: no examples to fit a normaliser on");
  const std::size_t D = training.width();
  std::vector<double> row(D), sum(D);
  for (std::size_t i = 0; i < training.size(); ++i) {
    training.copy_row(i, row.data());
    for (std::size_t d = 0; d < D; ++d) sum[d] += row[d];
  }
  Normaliser normaliser = identity(D);
  for (std::size_t d = 0; d < D; ++d) {
    normaliser.mean(0, d) = static_cast<T>(sum[d] / static_cast<double>(training.size()));
  }
  return normaliser;
}

template <typename T>
Normaliser<T> Normaliser<T>::standard_of(const Dataset& training) {
  Normaliser normaliser = mean_of(training);
  const std::size_t D = training.width();
  const double rounding =
      std::numeric_limits<T>::epsilon() +
      std::numeric_limits<double>::epsilon() * static_cast<double>(training.size());
  std::vector<double> row(D), squares(D);
  for (std::size_t i = 0; i < training.size(); ++i) {
    training.copy_row(i, row.data());
    for (std::size_t d = 0; d < D; ++d) {
      const double deviation = row[d] - normaliser.mean(0, d);
      squares[d] += deviation * deviation;
    }
  }
  for (std::size_t d = 0; d < D; ++d) {
    const double variance = squares[d] / static_cast<double>(training.size());
    // A constant feature has only the rounding of its sum and of its mean as variance.
    const double tiny = rounding * std::abs(double(normaliser.mean(0, d)));
    if (std::sqrt(variance) > tiny)
      normaliser.scale(0, d) = static_cast<T>(1 / std::sqrt(variance));
  }
  return normaliser;
}

template struct Normaliser<float>;
template struct Normaliser<double>;

}  // namespace thinnet
