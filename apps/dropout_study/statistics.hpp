// Means over seeds, and how far they can be trusted.
#pragma once

#include <optional>
#include <vector>

namespace thinnet::examples {

/// Accuracies are fractions of whole images: what is nearer than this differs by rounding alone.
constexpr double rounding_noise = 1e-12;

/// A mean and its confidence interval mean ± half.
struct Interval {
  double mean = 0;
  std::optional<double> half;  ///< none with one value: it does not tell how others would scatter

  double low() const { return mean - half.value(); }
  double high() const { return mean + half.value(); }
  /// Whether the interval lies on one side of 0. Values that are all alike show nothing: they have
  /// no scatter to compute an interval from.
  bool excludes_zero() const;
};

/// The number that Student's t, with so many degrees of freedom, stays below with probability p.
double student_t_quantile(double p, double degrees_of_freedom);

/// Student's interval for the mean of independent values: mean ± t · s/√n, with s the standard
/// deviation (n - 1) and t the quantile for n - 1 degrees of freedom.
/// Throws std::invalid_argument when there is no value.
Interval interval_of(const std::vector<double>& values, double confidence = 0.95);

}  // namespace thinnet::examples
