// What several tests share: numbers on a line, NumPy's legacy stream, messages of exceptions, a
// meeting of threads, and how many of them there are.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>

#include "core/engine/threads.hpp"
#include "core/gradient_check.hpp"
#include "core/matrix.hpp"
#include "core/random.hpp"

namespace thinnet::testing {

/// rows × columns evenly spaced numbers from `first` to `last`, both included, row-major.
template <typename T = double>
Matrix<T> lin(double first, double last, std::size_t rows, std::size_t columns) {
  Matrix<T> m({rows, columns});
  for (std::size_t i = 0; i < m.size(); ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(m.size() - 1);
    m.data()[i] = static_cast<T>(first + (last - first) * share);
  }
  return m;
}

/// Standard normal numbers, rows × columns.
template <typename T = double>
Matrix<T> normals(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  Random random(seed);
  Matrix<T> m({rows, columns});
  for (T& value : m) value = static_cast<T>(random.normal());
  return m;
}

/// Every entry of `actual` is that of `expected`, up to `tolerance` of the larger of 1 and it.
template <typename T>
void expect_near(const Matrix<T>& actual, const Matrix<T>& expected, double tolerance) {
  ASSERT_EQ(actual.shape(), expected.shape());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const double e = expected.data()[i];
    EXPECT_NEAR(actual.data()[i], e, tolerance * std::max(1.0, std::abs(e))) << "entry " << i;
  }
}

/// Puts back the number of threads at the end of its scope, also where an assertion ends a test.
class SameThreadCountAfter {
 public:
  SameThreadCountAfter() = default;
  ~SameThreadCountAfter() { set_thread_count(before_); }
  SameThreadCountAfter(const SameThreadCountAfter&) = delete;
  SameThreadCountAfter& operator=(const SameThreadCountAfter&) = delete;

 private:
  std::size_t before_ = thread_count();
};

inline void expect_passed(const GradientReport& report) {
  EXPECT_TRUE(report.passed()) << report.text();
}

/// The message of the Exception that `action` throws; fails when it throws none or another one.
template <typename Exception = std::invalid_argument, typename Action>
std::string message_of(Action action) {
  try {
    action();
  } catch (const Exception& e) {
    return e.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

/// Where threads wait for each other: proof that there are several at work at a time.
class Meeting {
 public:
  /// Waits until two threads are here; false when no second one came in five minutes.
  bool wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    ++here_;
    changed_.notify_all();
    return changed_.wait_for(lock, std::chrono::minutes(5), [&] { return here_ >= 2; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int here_ = 0;
};

/// NumPy's numpy.random.seed(seed) stream: randn and randint(10), as its legacy generator draws
/// them.
class NumpyRandom {
 public:
  explicit NumpyRandom(std::uint32_t seed) : engine_(seed) {}

  double uniform() {
    const std::uint32_t a = draw() >> 5, b = draw() >> 6;
    return (a * 67108864.0 + b) / 9007199254740992.0;
  }

  double normal() {
    if (has_kept_) {
      has_kept_ = false;
      return kept_;
    }
    double x1 = 0, x2 = 0, r2 = 0;
    do {
      x1 = 2 * uniform() - 1;
      x2 = 2 * uniform() - 1;
      r2 = x1 * x1 + x2 * x2;
    } while (r2 >= 1 || r2 == 0);
    const double f = std::sqrt(-2 * std::log(r2) / r2);
    kept_ = f * x1;
    has_kept_ = true;
    return f * x2;
  }

  std::int32_t below_ten() {
    std::uint32_t digit = 0;
    do {
      digit = draw() & 15;
    } while (digit > 9);
    return static_cast<std::int32_t>(digit);
  }

  Matrix<double> normals(std::size_t rows, std::size_t columns, double scale) {
    Matrix<double> m({rows, columns});
    for (double& value : m) value = scale * normal();
    return m;
  }

  Labels digits(std::size_t count) {
    Labels labels(count);
    for (auto& label : labels) label = below_ten();
    return labels;
  }

 private:
  std::uint32_t draw() { return static_cast<std::uint32_t>(engine_()); }

  std::mt19937 engine_;
  double kept_ = 0;
  bool has_kept_ = false;
};

}  // namespace thinnet::testing
