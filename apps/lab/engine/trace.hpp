// One pass through a net taken apart: every tensor of every operation, forward and then backward,
// and what the optimizer makes of the gradients.
#pragma once

#include <optional>

#include "apps/lab/engine/lab.hpp"
#include "optim/adam.hpp"

namespace thinnet::lab {

/// As training does it or as a test does: without dropout.
enum class Mode { train, test };

/// Named as in the layers' own comments: x, w, b, out, dout, dx, dw, db, mask, …; the optimizer's
/// after their parameter: m_w, v_w, and what a step makes of them m_w′, v_w′, w′.
struct NamedTensor {
  std::string name;
  Matrix<double> values;
};

enum class OperationKind { affine, relu, dropout, loss };

struct Operation {
  OperationKind kind = OperationKind::affine;
  std::string name;  ///< "affine1"; with the tensor's name that of a parameter: "affine1.w"
  std::optional<double> keep_prob;                             ///< of dropout
  std::vector<NamedTensor> inputs, cache, outputs;             // forward
  std::vector<NamedTensor> backward_inputs, backward_outputs;  // backward
  std::vector<NamedTensor> moments, updated;  // the optimizer's, in train mode; affine's only
};

/// What the optimizer's formulas need besides tensors.
struct OptimizerNumbers {
  OptimizerConfig config;  ///< with the learning rate of now
  AdamOptions adam;        ///< of OptimizerKind::adam
  std::uint64_t t = 0;     ///< of OptimizerKind::adam: number of this step, from 1 on
};

struct Trace {
  Labels labels;  ///< of the examples
  double loss = 0;
  std::vector<Operation> operations;  ///< in the order of forward
  OptimizerNumbers optimizer;
};

/// The rows `examples` of the training points go through the net at the lab's present step: in
/// train mode with the very masks that a training step would give them now, and on through the
/// optimizer, whose step is taken back. Changes nothing that training depends on. Throws
/// std::invalid_argument when examples are none, or not there.
Trace trace(Lab& lab, Side side, const std::vector<std::uint32_t>& examples, Mode mode);

/// d loss / d one entry, both ways.
struct GradientOfEntry {
  double analytic, numeric;
  double relative_error;  ///< as in GradientReport
  bool at_kink;           ///< no step is short enough for all ReLUs to stay on their side of 0
};

/// The gradient of the loss by one entry of a parameter, or of "x" (the examples' coordinates), in
/// the same pass as trace's. The numeric one is check_gradients', but its steps are so short that
/// they cross no kink: in a batch some unit is nearly always close to 0. Throws
/// std::invalid_argument like trace, and when there is no such entry.
GradientOfEntry check_entry(Lab& lab, Side side, const std::string& tensor, std::size_t index,
                            const std::vector<std::uint32_t>& examples, Mode mode);

}  // namespace thinnet::lab
