// The question of the course: what happens if dropout does not divide by p?
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "examples/support/program.hpp"
#include "layers/dropout.hpp"

using namespace thinnet;

namespace {

/// (1/NH) Σ m[n,h] of a matrix, or of a formula over matrices.
template <typename Expression>
double mean_of(const Expression& m) {
  return xt::mean(m)();
}

void run() {
  constexpr std::size_t N = 1000, H = 500;
  // Activations as they leave a ReLU: half of them 0, the others positive.
  Random random(/*seed=*/1);
  Matrix<double> x({N, H});
  for (double& unit : x) unit = std::max(0.0, random.normal());

  fmt::print(
      "A unit of value y stays with probability p, so in training its mean is\n"
      "  E[mask·y] = p·y + (1 - p)·0 = p·y                  without the division\n"
      "  E[mask·y/p] = p·(y/p) + (1 - p)·0 = y              with it\n"
      "while at test time every unit passes: y.\n\n"
      "Measured on {}×{} activations of mean {:.4f}:\n\n"
      "        without the division          with the division\n"
      "{:>5}  {:>8} {:>8} {:>8}   {:>8} {:>8}   {:>14}\n",
      N, H, mean_of(x), "p", "train", "p·y", "test", "train", "test", "standard error");
  for (const double p : {0.9, 0.75, 0.5, 0.25, 0.1}) {
    Dropout<double> dropout(/*keep_prob=*/p, /*seed=*/2);
    const double train_divided = mean_of(dropout.forward(x, train(/*step=*/0)));  // x * mask / p
    const double train_undivided = mean_of(x * dropout.cache().mask);
    const double test_mean = mean_of(dropout.forward(x, test()));  // x
    // Var[mask·y/p] = y²·(1 - p)/p; the variance of a mean of NH of them is 1/NH of their mean.
    const double variance = mean_of(xt::square(x)) * (1 - p) / p;
    const double standard_error = std::sqrt(variance / static_cast<double>(N * H));
    fmt::print("{:>5}  {:>8.4f} {:>8.4f} {:>8.4f}   {:>8.4f} {:>8.4f}   {:>14.4f}\n", p,
               train_undivided, p * mean_of(x), test_mean, train_divided, test_mean,
               standard_error);
  }
  fmt::print(
      "\nWithout the division the next layer meets inputs 1/p times larger at test time than any\n"
      "it was trained on: its scores, and with them the confidence of the softmax, are off by the\n"
      "same factor in every layer. Either one multiplies by p at test time: the original dropout;\n"
      "or one divides by p in training and leaves test time alone: inverted dropout, used here.\n"
      "The price of small p is noise: the standard error grows with sqrt((1 - p) / p).\n");
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run_program(
      "Measures what dropout does to the mean of its input, with and without dividing by p.", argc,
      argv, run);
}
