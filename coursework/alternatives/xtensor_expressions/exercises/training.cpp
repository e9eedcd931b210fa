#include "exercises/training.hpp"

#if __has_include(<xtensor/views/xview.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xview.hpp>
#endif

#include <algorithm>

namespace thinnet {

template <typename T>
void standardise(Matrix<T>& training, Matrix<T>& validation) {
  const Matrix<T> mean = xt::mean(training, {0}, xt::keep_dims);
  const Matrix<T> variance = xt::mean(xt::square(training - mean), {0}, xt::keep_dims);
  const Matrix<T> deviation = xt::where(variance > T(0), xt::sqrt(variance), T(1));
  training = (training - mean) / deviation;
  validation = (validation - mean) / deviation;
}

std::vector<Examples> batches_of(const Examples& order, std::size_t batch_size) {
  std::vector<Examples> batches;
  const auto all = xt::adapt(order);
  for (std::size_t first = 0; first < order.size(); first += batch_size) {
    const auto batch = xt::view(all, xt::range(first, std::min(first + batch_size, order.size())));
    batches.emplace_back(batch.begin(), batch.end());
  }
  return batches;
}

template <typename T>
double accuracy(TwoLayerNet<T>& net, const Matrix<T>& x, const Labels& labels) {
  const Labels classes = net.predict(x);
  return xt::mean(xt::cast<double>(xt::equal(xt::adapt(classes), xt::adapt(labels))))();
}

template <typename T>
double train_epoch(TwoLayerNet<T>& net, Optimizer<T>& optimizer, const Matrix<T>& x,
                   const Labels& labels, const Examples& order, std::size_t batch_size,
                   std::uint64_t& step) {
  double sum = 0;
  for (const auto& batch : batches_of(order, batch_size)) {
    net.begin_step(step, batch);
    ++step;
    sum +=
        static_cast<double>(batch.size()) * net.loss(rows_of(x, batch), labels_of(labels, batch));
    net.backward();
    optimizer.step();
  }
  return sum / static_cast<double>(order.size());
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
