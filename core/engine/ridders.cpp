#include "core/engine/ridders.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thinnet {
namespace {

/// The best estimate so far of every entry.
struct Best {
  Matrix<double> estimate, error;
};

/// Keeps those of the estimates whose error is least; of equals the later, of the shorter step.
void keep_better(Best& best, const Matrix<double>& estimate, const Matrix<double>& error) {
  for (std::size_t r = 0; r < estimate.shape(0); ++r) {
    for (std::size_t c = 0; c < estimate.shape(1); ++c) {
      if (!(error(r, c) <= best.error(r, c))) continue;
      best.estimate(r, c) = estimate(r, c);
      best.error(r, c) = error(r, c);
    }
  }
}

}  // namespace

Matrix<double> extrapolate(const std::function<Matrix<double>(double h)>& difference,
                           double longest_step, const Matrix<double>& rounding) {
  constexpr std::size_t rows = 10;
  // Row r holds estimates from steps of longest_step / 2^r and longer: difference(h) in column 0,
  // and in column k what is left when the powers h², h⁴, … h^2k are cancelled.
  std::vector<Matrix<double>> row, row_before;
  Best best;
  double h = longest_step;
  for (std::size_t r = 0; r < rows; ++r) {
    row.clear();
    row.push_back(difference(h));
    if (r == 0) {
      best.estimate = row[0];
      best.error = xt::full_like(row[0], std::numeric_limits<double>::infinity());
    }
    double four_to_k = 1;
    for (std::size_t k = 1; k <= r; ++k) {
      const Matrix<double> left = row[k - 1];
      const Matrix<double>& above = row_before[k - 1];
      four_to_k *= 4;
      const Matrix<double> estimate = left + (left - above) / (four_to_k - 1);
      const Matrix<double> error =
          rounding / h + xt::maximum(xt::abs(estimate - left), xt::abs(estimate - above));
      keep_better(best, estimate, error);
      row.push_back(estimate);
    }
    row_before = row;
    h /= 2;
  }
  return best.estimate;
}

}  // namespace thinnet
