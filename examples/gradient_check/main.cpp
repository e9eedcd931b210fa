// Shows analytic against numeric gradients, entry by entry, for each layer and the loss.
#include "core/gradient_check.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "core/initialise.hpp"
#include "core/random.hpp"
#include "core/sequential.hpp"
#include "examples/support/program.hpp"
#include "layers/affine.hpp"
#include "layers/dropout.hpp"
#include "layers/relu.hpp"
#include "layers/softmax_cross_entropy.hpp"

using namespace thinnet;

namespace {

constexpr std::uint64_t seed = 7;

/// N examples of D numbers from N(0, 1).
Matrix<double> normal_inputs(std::size_t N, std::size_t D) {
  Random random(seed, /*stream=*/1);
  Matrix<double> x({N, D});
  for (double& entry : x) entry = random.normal();
  return x;
}

/// "x[1,2], output [0,0]" -> "x[1,2]": there is one output here, the loss.
std::string without_output(const std::string& entry) {
  return entry.substr(0, entry.find(", output"));
}

void print_entry(const GradientReport& r) {
  fmt::print("  {:<16}{:>22.14f}{:>22.14f}{:>12.1e}\n", without_output(r.entry), r.analytic,
             r.numeric, r.relative_error);
}

void print_verdict(const GradientReport& worst) {
  fmt::print("  all {} entries: largest relative error {:.1e} at {}: {}\n\n", worst.checked,
             worst.relative_error, without_output(worst.entry),
             worst.passed() ? "passed" : "FAILED");
}

/// The gradients of the loss behind a net, with respect to x and to every parameter: two entries of
/// each to look at, then all of them.
void check(const char* title, Sequential<double>& net) {
  const Labels labels = {0, 2, 1, 2};  // N = 4 examples of C = 3 classes
  Matrix<double> x = normal_inputs(labels.size(), net.input_width());
  initialise(net.parameters(), he, seed);
  net.set_needs_dx(true);  // training leaves it out

  SoftmaxCrossEntropy<double> loss;
  Matrix<double> value({1, 1});
  const Pass pass = train(/*step=*/0);  // one pass, one mask
  const auto forward = [&]() -> const Matrix<double>& {
    value(0, 0) = loss.forward(net.forward(x, pass), labels);
    return value;
  };
  Matrix<double> dx;
  const auto backward = [&](const Matrix<double>& /*dvalue, which is 1*/) {
    dx = net.backward(loss.backward());
  };

  std::vector<CheckedTensor> tensors{{"x", &x, &dx}};
  for (auto* p : net.parameters()) tensors.push_back({p->name, &p->value, &p->grad});

  fmt::print("{}\n  {:<16}{:>22}{:>22}{:>12}\n", title, "entry", "analytic", "numeric", "error");
  for (const CheckedTensor& tensor : tensors) {
    print_entry(check_gradients(forward, backward, {tensor}, /*samples=*/1, /*seed=*/0));
    print_entry(check_gradients(forward, backward, {tensor}, /*samples=*/1, /*seed=*/1));
  }
  const GradientReport worst = check_gradients(forward, backward, tensors);
  print_verdict(worst);
  if (!worst.passed()) throw std::runtime_error("gradient check failed: " + worst.text());
}

void run() {
  fmt::print(
      "The numeric gradient nudges one number by h and watches the loss:\n"
      "  (f(x + h) - f(x - h)) / 2h for smaller and smaller h, extrapolated to h = 0.\n"
      "The analytic one comes from backward. error = |a - n| / max(|a| + |n|, 1e-6),\n"
      "of which 1e-7 is allowed.\n\n");

  Sequential<double> no_layer(3);  // x (N×3) are the scores
  check("softmax cross-entropy alone: x are the scores", no_layer);

  Sequential<double> affine(5,                      // x (N×5)
                            Affine<double>(5, 3));  // scores (N×3)
  check("affine, then the loss", affine);

  Sequential<double> relu(3,                // x (N×3)
                          Relu<double>());  // scores (N×3)
  check("ReLU, then the loss", relu);

  Sequential<double> dropout(3,                            // x (N×3)
                             Dropout<double>(0.5, seed));  // scores (N×3)
  check("dropout with its mask frozen, then the loss", dropout);

  Sequential<double> net(5,                           // x (N×5)
                         Affine<double>(5, 8),        // N×8
                         Relu<double>(),              // N×8
                         Dropout<double>(0.5, seed),  // N×8
                         Affine<double>(8, 3));       // scores (N×3)
  check("a whole net", net);

  fmt::print(
      "Every forward above is of the same pass, train(0). Another pass (step) draws another mask,\n"
      "and no numeric gradient can agree.\n");
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run_program("Compares analytic with numeric gradients of every layer.", argc,
                               argv, run);
}
