#include "data/whitening.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.hpp"
#include "core/product.hpp"
#include "data/principal_components.hpp"

namespace thinnet {
namespace {

constexpr std::size_t chunk = 1000;  // images at a time: all of them as float would take 600 MB

/// Rows first to first + rows of the data set at equal contrast, less `mean` (1×D): (rows×D).
void read_contrast(const Dataset& images, std::size_t first, std::size_t rows,
                   const Matrix<float>& mean, Matrix<float>& c) {
  const std::size_t D = images.width();
  resize(c, {rows, D});
  for (std::size_t n = 0; n < rows; ++n) {
    float* row = &c(n, 0);
    images.copy_row(first + n, row);
    double sum = 0, squares = 0;
    for (std::size_t d = 0; d < D; ++d) sum += row[d];
    const double centre = sum / static_cast<double>(D);
    for (std::size_t d = 0; d < D; ++d) squares += (row[d] - centre) * (row[d] - centre);
    const double scale = 1 / std::sqrt(squares / static_cast<double>(D) + 10);
    for (std::size_t d = 0; d < D; ++d)
      row[d] = static_cast<float>((row[d] - centre) * scale) - mean(0, d);
  }
}

/// Calls use(c) for the data set cut into chunks.
template <typename Use>
void for_each_chunk(const Dataset& images, const Matrix<float>& mean, const Use& use) {
  Matrix<float> c;
  for (std::size_t first = 0; first < images.size(); first += chunk) {
    read_contrast(images, first, std::min(chunk, images.size() - first), mean, c);
    use(c);
  }
}

/// mean_n c (1×D).
Matrix<float> mean_contrast(const Dataset& training) {
  const std::size_t D = training.width();
  const auto N = static_cast<double>(training.size());
  Matrix<float> mean = xt::zeros<float>({std::size_t{1}, D});
  std::vector<double> sum(D);
  for_each_chunk(training, mean, [&](const Matrix<float>& c) {
    for (std::size_t n = 0; n < c.shape(0); ++n) {
      for (std::size_t d = 0; d < D; ++d) sum[d] += c(n, d);
    }
  });
  for (std::size_t d = 0; d < D; ++d) mean(0, d) = static_cast<float>(sum[d] / N);
  return mean;
}

/// (D×D) of c, of the given mean.
Matrix<double> covariance_of_contrast(const Dataset& training, const Matrix<float>& mean) {
  const std::size_t D = training.width();
  const auto N = static_cast<double>(training.size());
  Matrix<double> covariance = xt::zeros<double>({D, D});
  Matrix<float> product;
  for_each_chunk(training, mean, [&](const Matrix<float>& c) {
    matmul(transposed(c), c, product);  // (D×D)
    for (std::size_t i = 0; i < product.size(); ++i) covariance.data()[i] += product.data()[i] / N;
  });
  return covariance;
}

/// (D×K) u_k / √(λ_k + ε), scaled so that its outputs have the mean square 1. ε is in units of the
/// largest λ.
Matrix<float> whitening_projection(const Components& components, double epsilon) {
  const std::size_t K = components.vectors.shape(0), D = components.vectors.shape(1);
  const double largest = components.values[K - 1];
  // The covariance is made of floats: what is below their rounding may as well be nothing.
  const double rounding = std::numeric_limits<float>::epsilon() * largest;
  double mean_square = 0;
  Matrix<float> projection({D, K});
  for (std::size_t k = 0; k < K; ++k) {
    const std::size_t from_last = K - 1 - k;
    const double lambda = std::max(components.values[from_last], 0.0);  // rounding may leave -1e-15
    const double variance = lambda + epsilon * largest;
    require(variance > rounding, "whitening: component {} is 0: take fewer, or an epsilon above 0",
            k + 1);
    mean_square += lambda / variance / static_cast<double>(K);
    for (std::size_t d = 0; d < D; ++d) {
      const double u = components.vectors(from_last, d);
      projection(d, k) = static_cast<float>(u / std::sqrt(variance));
    }
  }
  projection *= static_cast<float>(1 / std::sqrt(mean_square));
  return projection;
}

}  // namespace

Whitening::Whitening(const Dataset& training, std::size_t components, double epsilon) {
  const std::size_t D = training.width(), K = components;
  require(training.size() > 0, "whitening: no examples to learn from");
  require(K > 0 && K <= D, "whitening: {} components asked for, expected 1 to {}", K, D);
  require(epsilon >= 0 && std::isfinite(epsilon), "whitening: epsilon is {}, expected >= 0",
          epsilon);
  require_lapack();
  mean_ = mean_contrast(training);
  Matrix<double> covariance = covariance_of_contrast(training, mean_);
  const Components found = principal_components(covariance, K);
  projection_ = whitening_projection(found, epsilon);
}

Dataset Whitening::apply(const Dataset& images) const {
  const std::size_t N = images.size(), K = projection_.shape(1);
  require(images.width() == mean_.shape(1), "whitening: images are N×{}, expected N×{}",
          images.width(), mean_.shape(1));
  Matrix<float> out({N, K}), part;
  Labels labels(N);
  for (std::size_t n = 0; n < N; ++n) labels[n] = images.label(n);
  float* to = out.data();
  for_each_chunk(images, mean_, [&](const Matrix<float>& c) {
    matmul(c, projection_, part);
    to = std::copy(part.begin(), part.end(), to);
  });
  return {std::move(out), std::move(labels), images.classes()};
}

}  // namespace thinnet
