#include "data/whitening.hpp"
#include "core/engine/threads.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "tests/support.hpp"

namespace thinnet {
namespace {

using testing::message_of;

constexpr double unit = std::numeric_limits<float>::epsilon() / 2;  // a float's relative rounding

/// N images of D bytes; neighbours resemble each other.
Dataset correlated(std::size_t N, std::size_t D, std::uint64_t seed) {
  const Matrix<double> noise = testing::normals(N, D, seed);
  Matrix<std::uint8_t> x({N, D});
  Labels labels(N);
  for (std::size_t n = 0; n < N; ++n) {
    labels[n] = static_cast<std::int32_t>(n % 3);
    double level = 0;
    for (std::size_t d = 0; d < D; ++d) {
      level = .6 * level + noise(n, d);
      const double share = static_cast<double>(d) / static_cast<double>(D);
      x(n, d) = static_cast<std::uint8_t>(std::clamp(128 + 40 * share + 25 * level, 0., 255.));
    }
  }
  return {std::move(x), std::move(labels), 3};
}

Matrix<double> rows_of(const Dataset& data) {
  Matrix<double> x({data.size(), data.width()});
  for (std::size_t n = 0; n < data.size(); ++n) data.copy_row(n, &x(n, 0));
  return x;
}

struct Eigen {
  std::vector<double> values;  // descending
  Matrix<double> vectors;      // one a row
};

/// Jacobi's method: rotations that make one entry after the other 0.
Eigen eigen_of(Matrix<double> a) {
  const std::size_t D = a.shape(0);
  Matrix<double> v = xt::eye<double>(D);
  constexpr int sweeps = 30;  // it converges quadratically: 10 would do for these sizes
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    for (std::size_t p = 0; p < D; ++p) {
      for (std::size_t q = p + 1; q < D; ++q) {
        if (std::abs(a(p, q)) < 1e-300) continue;
        const double angle = std::atan2(2 * a(p, q), a(q, q) - a(p, p)) / 2;
        const double c = std::cos(angle), s = std::sin(angle);
        for (std::size_t k = 0; k < D; ++k) {
          const double kp = a(k, p), kq = a(k, q);
          a(k, p) = c * kp - s * kq;
          a(k, q) = s * kp + c * kq;
        }
        for (std::size_t k = 0; k < D; ++k) {
          const double pk = a(p, k), qk = a(q, k);
          a(p, k) = c * pk - s * qk;
          a(q, k) = s * pk + c * qk;
          const double vp = v(p, k), vq = v(q, k);
          v(p, k) = c * vp - s * vq;
          v(q, k) = s * vp + c * vq;
        }
      }
    }
  }
  std::vector<std::size_t> order(D);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t i, std::size_t j) { return a(i, i) > a(j, j); });
  Eigen eigen{std::vector<double>(D), Matrix<double>({D, D})};
  for (std::size_t k = 0; k < D; ++k) {
    eigen.values[k] = a(order[k], order[k]);
    for (std::size_t d = 0; d < D; ++d) eigen.vectors(k, d) = v(order[k], d);
  }
  return eigen;
}

/// The same images by the formulas of the header, all in double and all at once.
struct Reference {
  explicit Reference(const Dataset& data) : c(rows_of(data)) {
    const std::size_t N = c.shape(0), D = c.shape(1);
    for (std::size_t n = 0; n < N; ++n) {
      double mean = 0, variance = 0;
      for (std::size_t d = 0; d < D; ++d) mean += c(n, d) / static_cast<double>(D);
      for (std::size_t d = 0; d < D; ++d)
        variance += std::pow(c(n, d) - mean, 2) / static_cast<double>(D);
      for (std::size_t d = 0; d < D; ++d) c(n, d) = (c(n, d) - mean) / std::sqrt(variance + 10);
    }
    for (std::size_t d = 0; d < D; ++d) {
      double mean = 0;
      for (std::size_t n = 0; n < N; ++n) mean += c(n, d) / static_cast<double>(N);
      for (std::size_t n = 0; n < N; ++n) c(n, d) -= mean;
    }
    eigen = eigen_of(covariance(c));
  }

  static Matrix<double> covariance(const Matrix<double>& x) {
    const std::size_t N = x.shape(0), D = x.shape(1);
    Matrix<double> out = xt::zeros<double>({D, D});
    for (std::size_t n = 0; n < N; ++n) {
      for (std::size_t i = 0; i < D; ++i)
        for (std::size_t j = 0; j < D; ++j) out(i, j) += x(n, i) * x(n, j) / static_cast<double>(N);
    }
    return out;
  }

  /// (N×K); the sign of each column is free.
  Matrix<double> whitened(std::size_t K, double epsilon) const {
    const std::size_t N = c.shape(0), D = c.shape(1);
    Matrix<double> out = xt::zeros<double>({N, K});
    double mean_square = 0;
    for (std::size_t k = 0; k < K; ++k) {
      const double variance = eigen.values[k] + epsilon * eigen.values[0];
      mean_square += eigen.values[k] / variance / static_cast<double>(K);
      for (std::size_t n = 0; n < N; ++n)
        for (std::size_t d = 0; d < D; ++d)
          out(n, k) += c(n, d) * eigen.vectors(k, d) / std::sqrt(variance);
    }
    return out / std::sqrt(mean_square);
  }

  /// How far the float covariance may be off, as a spectral norm: a float sum of n products is off
  /// by at most n·unit times the sum of their sizes (Higham, "Accuracy and stability of numerical
  /// algorithms", section 3.1), n is at most 1000 (a chunk) and some for the values of c
  /// themselves, and Σ_ij mean |c_i c_j| <= D · trace.
  double covariance_error(std::size_t N) const {
    const double trace = std::accumulate(eigen.values.begin(), eigen.values.end(), 0.);
    const double terms = static_cast<double>(std::min<std::size_t>(N, 1000)) + 6;
    return terms * unit * static_cast<double>(c.shape(1)) * trace;
  }

  Matrix<double> c;  // (N×D) at equal contrast, less its mean
  Eigen eigen;
};

TEST(Whitening, MakesFeaturesUncorrelatedOfVarianceOne) {
  constexpr std::size_t N = 400, D = 12, K = D - 1;  // equal contrast has taken one away
  const Dataset data = correlated(N, D, 1);
  const Dataset white = Whitening(data, K, 0).apply(data);
  ASSERT_EQ(white.width(), K);
  Matrix<double> x = rows_of(white);
  const Reference reference(data);
  // The covariance E too much or too little changes that of the output by E / λ at most, and
  // the output's own rounding by 2·K·unit.
  const double tolerance =
      reference.covariance_error(N) / reference.eigen.values[K - 1] + 2 * K * unit;
  ASSERT_LT(tolerance, .01);
  testing::expect_near(Reference::covariance(x), Matrix<double>(xt::eye<double>(K)), tolerance);
  // Means: what the rounding of the float mean of c (each below 1 in size) leaves, times 1/√λ.
  const double mean_tolerance = D * unit / std::sqrt(reference.eigen.values[K - 1]) + D * unit;
  for (std::size_t k = 0; k < K; ++k) {
    double mean = 0;
    for (std::size_t n = 0; n < N; ++n) mean += x(n, k) / N;
    EXPECT_NEAR(mean, 0, mean_tolerance) << k;
  }
}

void expect_reference(std::size_t N, std::size_t D, std::size_t K, double epsilon) {
  SCOPED_TRACE(epsilon);
  const Dataset data = correlated(N, D, 2);
  const Matrix<double> x = rows_of(Whitening(data, K, epsilon).apply(data));
  const Reference reference(data);
  const Matrix<double> expected = reference.whitened(K, epsilon);
  // An error E of the covariance turns u by an angle of at most 2E/gap (Davis, Kahan; Yu, Wang,
  // Samworth 2015, corollary 1: 2^1.5 E/gap for the difference of the vectors) and λ by E. An image
  // is of length √D at most, twice that less the mean.
  const double error = reference.covariance_error(N);
  const auto& values = reference.eigen.values;
  double gap = values[0];
  for (std::size_t k = 0; k < K; ++k) gap = std::min(gap, values[k] - values[k + 1]);
  const double smallest = values[K - 1] + epsilon * values[0];
  const double length = 2 * std::sqrt(static_cast<double>(D));
  const double tolerance = length / std::sqrt(smallest) *
                           (std::pow(2, 1.5) * error / gap + (1 + epsilon) * error / smallest);
  ASSERT_LT(tolerance, .25);
  double squares = 0;
  for (std::size_t k = 0; k < K; ++k) {
    double product = 0, largest = 0;
    for (std::size_t n = 0; n < N; ++n) product += x(n, k) * expected(n, k);
    const double sign = product < 0 ? -1 : 1;
    for (std::size_t n = 0; n < N; ++n) {
      largest = std::max(largest, std::abs(sign * x(n, k) - expected(n, k)));
      squares += x(n, k) * x(n, k);
    }
    EXPECT_LT(largest, tolerance) << "component " << k;
  }
  // The same number of values, all scaled by one: λ and u cancel but for E.
  EXPECT_NEAR(squares / static_cast<double>(N * K), 1, error / smallest + 4 * unit);
}

TEST(Whitening, IsWhatItsFormulasSay) {
  expect_reference(400, 6, 5, 0);
  expect_reference(400, 6, 4, .1);
  expect_reference(400, 6, 2, 1);
}

TEST(Whitening, CutsManyImagesIntoChunksThatDoNotShow) {
  expect_reference(2001, 5, 3, .01);  // chunks of 1000, 1000 and 1
}

/// ±a along (1, 1, -1, -1) and ±b along (1, -1, 1, -1), around 100.
Dataset cross(double a, double b) {
  Matrix<double> x({4, 4});
  for (std::size_t n = 0; n < 4; ++n) {
    const double length = (n < 2 ? a : b) * (n % 2 == 0 ? 1 : -1);
    for (std::size_t d = 0; d < 4; ++d)
      x(n, d) = 100 + length * ((n < 2 ? d < 2 : d % 2 == 0) ? 1 : -1);
  }
  return {x, Labels{0, 1, 0, 1}, 2};
}

TEST(Whitening, IsWhatComesOutByHand) {
  // The pixels of an image have the variance a² or b², so that at equal contrast it has the length
  // 2a/√(a²+10) = 2·5/√35 or 2·3/√19; there are two of each among the four, in two directions.
  const double first = 100. / 35, second = 36. / 19;  // squared lengths; λ is half of each
  for (const double epsilon : {0., .5, 3.}) {
    const double first_variance = first / 2 * (1 + epsilon);
    const double second_variance = second / 2 + epsilon * first / 2;
    const double mean_square = (first / 2 / first_variance + second / 2 / second_variance) / 2;
    const double out1 = std::sqrt(first / first_variance / mean_square);
    const double out2 = std::sqrt(second / second_variance / mean_square);
    Matrix<double> x = rows_of(Whitening(cross(5, 3), 2, epsilon).apply(cross(5, 3)));
    const double sign1 = x(0, 0) < 0 ? -1 : 1, sign2 = x(2, 1) < 0 ? -1 : 1;
    const Matrix<double> expected = {
        {sign1 * out1, 0}, {-sign1 * out1, 0}, {0, sign2 * out2}, {0, -sign2 * out2}};
    testing::expect_near(x, expected, 100 * unit);  // some dozen roundings
  }
}

TEST(Whitening, LearnsFromTheTrainingImagesAlone) {
  const Dataset all = correlated(60, 8, 3);
  Matrix<double> x = rows_of(all);
  for (std::size_t n = 40; n < 60; ++n)
    for (std::size_t d = 0; d < 8; ++d) x(n, d) = 255 - x(n, d) / 2;
  Labels labels(60);
  const Dataset other(x, labels, 3);
  const Matrix<double> ours = rows_of(Whitening(all.range(0, 40), 5, .1).apply(all));
  const Matrix<double> theirs = rows_of(Whitening(other.range(0, 40), 5, .1).apply(other));
  for (std::size_t n = 0; n < 40; ++n)
    for (std::size_t k = 0; k < 5; ++k) EXPECT_EQ(ours(n, k), theirs(n, k)) << n;
  EXPECT_NE(ours(40, 0), theirs(40, 0));
}

TEST(Whitening, KeepsLabelsAndClassesAndNumbersRowsAnew) {
  const Dataset data = correlated(20, 6, 4);
  const Whitening whitening(data, 3, .1);
  const Dataset whole = whitening.apply(data), part = whitening.apply(data.range(7, 5));
  EXPECT_EQ(whole.classes(), 3U);
  ASSERT_EQ(part.size(), 5U);
  const Matrix<double> rows = rows_of(whole), few = rows_of(part);
  for (std::size_t n = 0; n < 5; ++n) {
    EXPECT_EQ(part.label(n), data.label(7 + n));
    EXPECT_EQ(part.example(n), n);
    EXPECT_EQ(whole.example(7 + n), 7 + n);
    // The product may be cut in another way.
    for (std::size_t k = 0; k < 3; ++k)
      EXPECT_NEAR(few(n, k), rows(7 + n, k), 8 * unit * 6 * 10) << n;
  }
}

TEST(Whitening, TakesContrastAndBrightnessAway) {
  const Dataset data = correlated(50, 6, 5);
  const Whitening whitening(data, 4, .1);
  Matrix<double> images(
      {4, 6});  // grey, an image, the image brighter, the image of triple contrast
  double variance = 0;
  const double pattern[] = {10, -20, 5, 15, -25, 15};  // their mean is 0
  for (std::size_t d = 0; d < 6; ++d) {
    images(0, d) = 100;
    images(1, d) = 100 + pattern[d];
    images(2, d) = 140 + pattern[d];
    images(3, d) = 100 + 3 * pattern[d];
    variance += pattern[d] * pattern[d] / 6;
  }
  const Matrix<double> x = rows_of(whitening.apply({images, Labels(4), 1}));
  // (3p)/√(9v+10) is p/√(v+10) but for the 10; what is said of p is linear around grey.
  const double ratio = 3 * std::sqrt((variance + 10) / (9 * variance + 10));
  EXPECT_NEAR(ratio, 1, .02);
  for (std::size_t k = 0; k < 4; ++k) {
    // Sums of six products, each of which is below 10 here.
    EXPECT_NEAR(x(2, k), x(1, k), 6 * 6 * 10 * unit) << k;
    EXPECT_NEAR(x(3, k) - x(0, k), ratio * (x(1, k) - x(0, k)), 3 * 6 * 6 * 10 * unit) << k;
    EXPECT_GT(std::abs(x(1, k) - x(0, k)), .01) << k;
  }
}

TEST(Whitening, RefusesWhatIsOutOfRange) {
  const Dataset data = correlated(20, 6, 6);
  const auto error = [&](std::size_t components, double epsilon) {
    return message_of([&] { Whitening(data, components, epsilon); });
  };
  EXPECT_EQ(error(0, .1), "whitening: 0 components asked for, expected 1 to 6");
  EXPECT_EQ(error(7, .1), "whitening: 7 components asked for, expected 1 to 6");
  EXPECT_EQ(error(3, -.1), "whitening: epsilon is -0.1, expected >= 0");
  EXPECT_EQ(error(3, std::nan("")), "whitening: epsilon is nan, expected >= 0");
  EXPECT_EQ(error(3, std::numeric_limits<double>::infinity()),
            "whitening: epsilon is inf, expected >= 0");
  EXPECT_EQ(message_of([&] { Whitening(data, 3, .1).apply(correlated(5, 7, 1)); }),
            "whitening: images are N×7, expected N×6");
  EXPECT_EQ(message_of([&] { Whitening(data.range(0, 0), 3, .1); }),
            "whitening: no examples to learn from");
}

TEST(Whitening, RefusesToRaiseAComponentThatIsNothing) {
  const auto error = [](const Dataset& data, std::size_t components) {
    return message_of([&] { Whitening(data, components, 0); });
  };
  const auto reason = [](int component) {
    return "whitening: component " + std::to_string(component) +
           " is 0: take fewer, or an epsilon above 0";
  };
  // Equal contrast takes one dimension away, whatever sign rounding gives to what is left of it.
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    EXPECT_EQ(error(correlated(50, 6, seed), 6), reason(6)) << seed;
  EXPECT_EQ(error(cross(5, 3), 3), reason(3));
  EXPECT_EQ(error(correlated(4, 8, 1), 4), reason(4));  // four images around their mean
  EXPECT_EQ(error(correlated(1, 8, 1), 1), reason(1));
  const Dataset data = correlated(50, 6, 1);
  EXPECT_EQ(Whitening(data, 6, 1e-3).apply(data).width(), 6U);
}

TEST(Whitening, HasTheSameBitsAtAnyNumberOfThreads) {
  const Dataset data = correlated(40, 520, 7);  // wide enough for products in several panels
  const testing::SameThreadCountAfter same_after;
  set_thread_count(1);
  const Matrix<double> one = rows_of(Whitening(data, 20, .1).apply(data));
  set_thread_count(2);
  const Matrix<double> two = rows_of(Whitening(data, 20, .1).apply(data));
  EXPECT_EQ(one, two);
}

}  // namespace
}  // namespace thinnet
