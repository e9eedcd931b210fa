#include "exercises/training.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace thinnet {

template <typename T>
void standardise(Matrix<T>& training, Matrix<T>& validation) {
  const auto N = static_cast<double>(training.shape(0));
  for (std::size_t d = 0; d < training.shape(1); ++d) {
    std::vector<double> column(training.shape(0));
    for (std::size_t n = 0; n < column.size(); ++n) column[n] = training(n, d);
    const double mean = std::accumulate(column.begin(), column.end(), 0.0) / N;
    std::for_each(column.begin(), column.end(), [mean](double& a) { a -= mean; });
    const double square = std::inner_product(column.begin(), column.end(), column.begin(), 0.0);
    const double deviation = square == 0 ? 1 : std::sqrt(square / N);
    for (std::size_t n = 0; n < column.size(); ++n)
      training(n, d) = static_cast<T>(column[n] / deviation);
    for (std::size_t m = 0; m < validation.shape(0); ++m) {
      validation(m, d) = static_cast<T>((validation(m, d) - mean) / deviation);
    }
  }
}

std::vector<Examples> batches_of(const Examples& order, std::size_t batch_size) {
  std::vector<Examples> batches;
  auto first = order.begin();
  while (first != order.end()) {
    const auto left = static_cast<std::size_t>(std::distance(first, order.end()));
    const auto last = std::next(first, static_cast<std::ptrdiff_t>(std::min(batch_size, left)));
    batches.emplace_back(first, last);
    first = last;
  }
  return batches;
}

template <typename T>
double accuracy(TwoLayerNet<T>& net, const Matrix<T>& x, const Labels& labels) {
  const Labels classes = net.predict(x);
  const int right = std::inner_product(classes.begin(), classes.end(), labels.begin(), 0,
                                       std::plus<>(), std::equal_to<>());
  return 1.0 * right / static_cast<double>(classes.size());
}

template <typename T>
double train_epoch(TwoLayerNet<T>& net, Optimizer<T>& optimizer, const Matrix<T>& x,
                   const Labels& labels, const Examples& order, std::size_t batch_size,
                   std::uint64_t& step) {
  const auto batches = batches_of(order, batch_size);
  return std::accumulate(
      batches.begin(), batches.end(), 0.0, [&](double mean, const Examples& batch) {
        net.begin_step(step++, batch);
        const double loss = net.loss(rows_of(x, batch), labels_of(labels, batch));
        net.backward();
        optimizer.step();
        return mean + loss * static_cast<double>(batch.size()) / static_cast<double>(order.size());
      });
}

template <typename T>
Matrix<T> rows_of(const Matrix<T>& x, const Examples& examples) {
  Matrix<T> rows({examples.size(), x.shape(1)});
  for (std::size_t n = 0; n < examples.size(); ++n) {
    std::copy_n(&x(examples[n], 0), x.shape(1), &rows(n, 0));
  }
  return rows;
}

Labels labels_of(const Labels& labels, const Examples& examples) {
  Labels chosen;
  chosen.reserve(examples.size());
  for (const std::uint32_t example : examples) chosen.push_back(labels.at(example));
  return chosen;
}

template void standardise(Matrix<float>&, Matrix<float>&);
template void standardise(Matrix<double>&, Matrix<double>&);
template double accuracy(TwoLayerNet<float>&, const Matrix<float>&, const Labels&);
template double accuracy(TwoLayerNet<double>&, const Matrix<double>&, const Labels&);
template double train_epoch(TwoLayerNet<float>&, Optimizer<float>&, const Matrix<float>&,
                            const Labels&, const Examples&, std::size_t, std::uint64_t&);
template double train_epoch(TwoLayerNet<double>&, Optimizer<double>&, const Matrix<double>&,
                            const Labels&, const Examples&, std::size_t, std::uint64_t&);
template Matrix<float> rows_of(const Matrix<float>&, const Examples&);
template Matrix<double> rows_of(const Matrix<double>&, const Examples&);

}  // namespace thinnet
