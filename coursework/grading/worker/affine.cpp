#include "layers/affine.hpp"

#include "grading/worker/layers.hpp"

namespace {

using namespace coursework;
using thinnet::Affine;

/// backward gives dx and leaves dw and db alone: for a student who has not come to them yet.
class WithoutGradients : public Affine<double> {
 public:
  using Affine<double>::Affine;
  void backward_parameters(const Matrix& /*dout*/) override {}
};

TestedLayer make(const Json& layer) {
  Matrix w = matrix_of(layer.at("w"));
  const Matrix b = matrix_of(layer.at("b"));
  if (layer.value("dx_only", false)) return {std::make_unique<WithoutGradients>(std::move(w), b)};
  return {std::make_unique<Affine<double>>(std::move(w), b)};
}

}  // namespace

int main() {
  return serve([](const Json& request) { return run_layers(request, make); });
}
