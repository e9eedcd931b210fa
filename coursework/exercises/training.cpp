#include "exercises/training.hpp"

#include <algorithm>
#include <cmath>

namespace thinnet {

template <typename T>
void standardise(Matrix<T>& training, Matrix<T>& validation) {
  // BEGIN SOLUTION standardised inputs, see equation (16)
  const std::size_t N = training.shape(0), M = validation.shape(0), D = training.shape(1);
  for (std::size_t d = 0; d < D; ++d) {
    double sum = 0;
    for (std::size_t n = 0; n < N; ++n) sum += training(n, d);
    const double mean = sum / static_cast<double>(N);
    double squares = 0;
    for (std::size_t n = 0; n < N; ++n) squares += std::pow(training(n, d) - mean, 2);
    const double variance = squares / static_cast<double>(N);
    const double deviation = variance > 0 ? std::sqrt(variance) : 1;  // 1: a column of one value
    for (std::size_t n = 0; n < N; ++n)
      training(n, d) = static_cast<T>((training(n, d) - mean) / deviation);
    for (std::size_t m = 0; m < M; ++m)
      validation(m, d) = static_cast<T>((validation(m, d) - mean) / deviation);
  }
  // END SOLUTION
}

std::vector<Examples> batches_of(const Examples& order, std::size_t batch_size) {
  // BEGIN SOLUTION batches of an epoch, see equation (17)
  const std::size_t N = order.size();
  std::vector<Examples> batches;
  for (std::size_t first = 0; first < N; first += batch_size) {
    const std::size_t last = std::min(first + batch_size, N);
    batches.emplace_back(order.data() + first, order.data() + last);
  }
  return batches;
  // END SOLUTION
}

template <typename T>
double accuracy(TwoLayerNet<T>& net, const Matrix<T>& x, const Labels& labels) {
  // BEGIN SOLUTION accuracy, see equation (18)
  const std::size_t N = labels.size();
  const Labels predicted = net.predict(x);
  std::size_t right = 0;
  for (std::size_t n = 0; n < N; ++n) {
    if (predicted[n] == labels[n]) ++right;
  }
  return static_cast<double>(right) / static_cast<double>(N);
  // END SOLUTION
}

template <typename T>
double train_epoch(TwoLayerNet<T>& net, Optimizer<T>& optimizer, const Matrix<T>& x,
                   const Labels& labels, const Examples& order, std::size_t batch_size,
                   std::uint64_t& step) {
  // BEGIN SOLUTION an epoch of training, see equation (19)
  double sum = 0;
  for (const Examples& batch : batches_of(order, batch_size)) {
    const Matrix<T> rows = rows_of(x, batch);
    const Labels right = labels_of(labels, batch);
    const double loss = net.loss(rows, right, train(step, batch));
    net.backward();
    optimizer.step();
    sum += loss * static_cast<double>(batch.size());
    ++step;
  }
  return sum / static_cast<double>(order.size());
  // END SOLUTION
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
