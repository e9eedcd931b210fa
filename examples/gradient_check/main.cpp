// Shows analytic against numeric gradients, entry by entry, for each layer and the loss.
#include "core/gradient_check.hpp"

#include <fmt/format.h>

#include <cmath>
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

Matrix<double> normals(std::size_t rows, std::size_t columns, std::uint32_t stream) {
  Random random(7, stream);
  Matrix<double> m({rows, columns});
  for (double& value : m) value = random.normal();
  return m;
}

/// "x[1,2], output [0,0]" -> "x[1,2]": there is one output here, the loss.
std::string without_output(const std::string& entry) {
  return entry.substr(0, entry.find(", output"));
}

/// A net (or one layer) and its loss: analytic and numeric gradients of a few entries of a tensor.
class Demonstration {
 public:
  Demonstration(std::string title, Sequential<double>& net, Labels labels)
      : net_(net), labels_(std::move(labels)), x_(normals(labels_.size(), net.input_width(), 1)) {
    initialise(net_.parameters(), he, 7);
    std::vector<std::uint32_t> examples(labels_.size());
    for (std::size_t n = 0; n < examples.size(); ++n) examples[n] = static_cast<std::uint32_t>(n);
    net_.begin_step(0, examples);  // the mask must not change between two evaluations
    fmt::print("{}\n  {:<16}{:>22}{:>22}{:>12}\n", title, "entry", "analytic", "numeric", "error");
  }

  void show() {
    const auto forward = [this]() -> const Matrix<double>& {
      value_(0, 0) = loss_.forward(net_.forward(x_, train(0)), labels_);
      return value_;
    };
    const auto backward = [this](const Matrix<double>& dout) {
      dx_ = net_.backward(Matrix<double>(loss_.backward() * dout(0, 0)));
    };
    std::vector<CheckedTensor> tensors{{"x", &x_, &dx_}};
    for (auto* p : net_.parameters()) tensors.push_back({p->name, &p->value, &p->grad});
    for (const auto& tensor : tensors) {
      for (std::uint64_t seed = 0; seed < 2; ++seed) {  // two sampled entries to look at
        const auto r = check_gradients(forward, backward, {tensor}, 1, seed);
        fmt::print("  {:<16}{:>22.14f}{:>22.14f}{:>12.1e}\n", without_output(r.entry), r.analytic,
                   r.numeric, r.relative_error);
      }
    }
    const GradientReport all = check_gradients(forward, backward, tensors);
    fmt::print("  all {} entries: largest relative error {:.1e} at {}: {}\n\n", all.checked,
               all.relative_error, without_output(all.entry), all.passed() ? "passed" : "FAILED");
    if (!all.passed()) throw std::runtime_error("gradient check failed: " + all.text());
  }

 private:
  Sequential<double>& net_;
  Labels labels_;
  Matrix<double> x_, dx_, value_ = Matrix<double>({1, 1});
  SoftmaxCrossEntropy<double> loss_;
};

void run() {
  fmt::print(
      "The numeric gradient nudges one number by h and watches the loss:\n"
      "  (f(x + h) - f(x - h)) / 2h for smaller and smaller h, extrapolated to h = 0.\n"
      "The analytic one comes from backward. error = |a - n| / (|a| + |n|); 1e-7 is allowed.\n\n");
  const Labels labels = {0, 2, 1, 2};
  Sequential<double> loss_only(3);
  Demonstration("softmax cross-entropy alone: x are the scores", loss_only, labels).show();
  Sequential<double> affine(5, Affine<double>(5, 3));
  Demonstration("affine, then the loss", affine, labels).show();
  Sequential<double> relu(3, Relu<double>());
  Demonstration("ReLU, then the loss", relu, labels).show();
  Sequential<double> dropout(3, Dropout<double>(0.5, 7));
  Demonstration("dropout with its mask frozen, then the loss", dropout, labels).show();
  Sequential<double> net(5, Affine<double>(5, 8), Relu<double>(), Dropout<double>(0.5, 7),
                         Affine<double>(8, 3));
  Demonstration("a whole net", net, labels).show();
  fmt::print(
      "Without begin_step every forward draws a new mask, and no numeric gradient can agree.\n");
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run_program("Compares analytic with numeric gradients of every layer.", argc,
                               argv, run);
}
