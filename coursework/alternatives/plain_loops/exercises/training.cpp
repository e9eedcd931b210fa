#include "exercises/training.hpp"

#include <algorithm>
#include <cmath>

namespace thinnet {

template <typename T>
void standardise(Matrix<T>& training, Matrix<T>& validation) {
  for (std::size_t d = 0; d < training.shape(1); ++d) {
    double sum = 0;
    for (std::size_t n = 0; n < training.shape(0); ++n) sum += training(n, d);
    const double mean = sum / static_cast<double>(training.shape(0));
    double squares = 0;
    for (std::size_t n = 0; n < training.shape(0); ++n) {
      squares += (training(n, d) - mean) * (training(n, d) - mean);
    }
    const double deviation = std::sqrt(squares / static_cast<double>(training.shape(0)));
    for (std::size_t n = 0; n < training.shape(0); ++n) {
      training(n, d) -= static_cast<T>(mean);
      if (deviation != 0) training(n, d) /= static_cast<T>(deviation);
    }
    for (std::size_t n = 0; n < validation.shape(0); ++n) {
      validation(n, d) -= static_cast<T>(mean);
      if (deviation != 0) validation(n, d) /= static_cast<T>(deviation);
    }
  }
}

std::vector<Examples> batches_of(const Examples& order, std::size_t batch_size) {
  std::vector<Examples> batches;
  for (std::size_t n = 0; n < order.size(); ++n) {
    if (n % batch_size == 0) batches.push_back({});
    batches.back().push_back(order[n]);
  }
  return batches;
}

template <typename T>
double accuracy(TwoLayerNet<T>& net, const Matrix<T>& x, const Labels& labels) {
  const Labels classes = net.predict(x);
  double right = 0;
  for (std::size_t n = 0; n < x.shape(0); ++n) {
    if (classes[n] == labels[n]) right += 1;
  }
  return right / static_cast<double>(x.shape(0));
}

template <typename T>
double train_epoch(TwoLayerNet<T>& net, Optimizer<T>& optimizer, const Matrix<T>& x,
                   const Labels& labels, const Examples& order, std::size_t batch_size,
                   std::uint64_t& step) {
  const std::vector<Examples> batches = batches_of(order, batch_size);
  double total = 0;
  double seen = 0;
  for (std::size_t k = 0; k < batches.size(); ++k) {
    net.begin_step(step, batches[k]);
    const Matrix<T> rows = rows_of(x, batches[k]);
    const double loss = net.loss(rows, labels_of(labels, batches[k]));
    net.backward();
    optimizer.step();
    total += loss * static_cast<double>(batches[k].size());
    seen += static_cast<double>(batches[k].size());
    step += 1;
  }
  return total / seen;
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
