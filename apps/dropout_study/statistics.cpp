#include "apps/dropout_study/statistics.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "core/check.hpp"

namespace thinnet::examples {

bool Interval::excludes_zero() const {
  return half && *half > rounding_noise && std::abs(mean) > *half;
}

double student_t_quantile(double p, double degrees_of_freedom) {
  return boost::math::quantile(boost::math::students_t(degrees_of_freedom), p);
}

Interval interval_of(const std::vector<double>& values, double confidence) {
  require(!values.empty(), "there is no value to take the mean of");
  // Differences from the first value: equal values then have exactly their mean and no scatter.
  const auto n = static_cast<double>(values.size());
  const double first = values.front();
  double sum = 0;
  double squares = 0;
  for (const double v : values) sum += v - first;
  const double shift = sum / n;
  for (const double v : values) squares += (v - first - shift) * (v - first - shift);
  Interval interval{first + shift, std::nullopt};
  if (values.size() > 1) {
    const double deviation = std::sqrt(squares / (n - 1));
    interval.half = student_t_quantile((1 + confidence) / 2, n - 1) * deviation / std::sqrt(n);
  }
  return interval;
}

}  // namespace thinnet::examples
