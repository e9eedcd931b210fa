#include "exercises/training.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace thinnet {

template <typename T>
void standardise(Matrix<T>& training, Matrix<T>& validation) {
  // In one pass over the rows (Welford): mean and sum of squared distances, row by row.
  const std::size_t D = training.shape(1);
  std::vector<double> mean(D, 0.0), squares(D, 0.0);
  for (std::size_t n = 0; n < training.shape(0); ++n) {
    for (std::size_t d = 0; d < D; ++d) {
      const double distance = training(n, d) - mean[d];
      mean[d] += distance / static_cast<double>(n + 1);
      squares[d] += distance * (training(n, d) - mean[d]);
    }
  }
  for (Matrix<T>* rows : {&validation, &training}) {
    for (std::size_t n = 0; n < rows->shape(0); ++n) {
      for (std::size_t d = 0; d < D; ++d) {
        const double deviation = std::sqrt(squares[d] / static_cast<double>(training.shape(0)));
        const double shifted = (*rows)(n, d) - mean[d];
        (*rows)(n, d) = static_cast<T>(deviation > 0 ? shifted / deviation : shifted);
      }
    }
  }
}

std::vector<Examples> batches_of(const Examples& order, std::size_t batch_size) {
  std::vector<Examples> batches((order.size() + batch_size - 1) / batch_size);
  for (std::size_t n = 0; n < order.size(); ++n) batches[n / batch_size].push_back(order[n]);
  return batches;
}

template <typename T>
double accuracy(TwoLayerNet<T>& net, const Matrix<T>& x, const Labels& labels) {
  double share = 0;
  const Labels classes = net.predict(x);
  for (std::size_t n = labels.size(); n-- > 0;) {
    if (classes[n] == labels[n]) share += 1.0 / static_cast<double>(labels.size());
  }
  return share;
}

template <typename T>
double train_epoch(TwoLayerNet<T>& net, Optimizer<T>& optimizer, const Matrix<T>& x,
                   const Labels& labels, const Examples& order, std::size_t batch_size,
                   std::uint64_t& step) {
  double mean = 0;
  std::size_t seen = 0;
  for (const Examples& batch : batches_of(order, batch_size)) {
    net.begin_step(step, batch);
    const double loss = net.loss(rows_of(x, batch), labels_of(labels, batch));
    net.backward();
    optimizer.step();
    seen += batch.size();
    mean += (loss - mean) * static_cast<double>(batch.size()) / static_cast<double>(seen);
    ++step;
  }
  return mean;
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
