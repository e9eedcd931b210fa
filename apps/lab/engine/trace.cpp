#include "apps/lab/engine/trace.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/check.hpp"
#include "core/gradient_check.hpp"
#include "layers/affine.hpp"
#include "layers/dropout.hpp"
#include "layers/relu.hpp"

namespace thinnet::lab {
namespace {

struct Rows {
  Matrix<double> x;
  Labels labels;
};

Rows rows_of(const Points& points, const std::vector<std::uint32_t>& examples) {
  require(!examples.empty(), "no examples are given, expected at least 1");
  Rows rows{Matrix<double>({examples.size(), 2}), {}};
  for (std::size_t n = 0; n < examples.size(); ++n) {
    const std::size_t example = examples[n];
    require(example < points.labels.size(), "there is no training point {}, there are {}", example,
            points.labels.size());
    std::copy_n(&points.x(example, 0), 2, &rows.x(n, 0));
    rows.labels.push_back(points.labels[example]);
  }
  return rows;
}

Matrix<double> number(double value) {
  return Matrix<double>({{value}});
}

Matrix<double> column_of(const Labels& labels) {
  Matrix<double> column({labels.size(), 1});
  std::copy(labels.begin(), labels.end(), column.data());
  return column;
}

/// "affine1.w" -> "w".
std::string name_in_layer(const Parameter<double>& parameter) {
  return parameter.name.substr(parameter.name.rfind('.') + 1);
}

/// Of "affine1.w" the operation "affine1".
Operation& operation_of(const Parameter<double>& parameter, Trace& trace) {
  const std::string layer = parameter.name.substr(0, parameter.name.rfind('.'));
  return *std::find_if(trace.operations.begin(), trace.operations.end(),
                       [&](const Operation& operation) { return operation.name == layer; });
}

/// Adds what a kind of layer has besides x, out, dout and dx. Nothing but the cache is left when
/// backward comes: it is recorded as forward has left it.
void describe(Layer<double>& layer, Mode mode, Operation& operation) {
  if (const auto* affine = dynamic_cast<const Affine<double>*>(&layer)) {
    operation.kind = OperationKind::affine;
    operation.cache.push_back({"x", affine->cache().x});
    for (const auto* p : layer.parameters())
      operation.inputs.push_back({name_in_layer(*p), p->value});
  } else if (const auto* relu = dynamic_cast<const Relu<double>*>(&layer)) {
    operation.kind = OperationKind::relu;
    operation.cache.push_back({"out", relu->cache().out});
  } else if (const auto* dropout = dynamic_cast<const Dropout<double>*>(&layer)) {
    operation.kind = OperationKind::dropout;
    operation.keep_prob = dropout->keep_prob();
    if (mode == Mode::train) operation.cache.push_back({"mask", dropout->cache().mask});
  }
}

Pass pass_of(const Lab& lab, const std::vector<std::uint32_t>& examples, Mode mode) {
  return mode == Mode::train ? train(lab.step(), examples) : test();
}

/// Which units of which ReLU are above 0.
std::vector<Matrix<bool>> active_units(const Sequential<double>& net) {
  std::vector<Matrix<bool>> active;
  for (std::size_t i = 0; i < net.size(); ++i) {
    const auto* relu = dynamic_cast<const Relu<double>*>(&net.layer(i));
    if (relu != nullptr) active.emplace_back(relu->cache().out > 0);
  }
  return active;
}

/// Records the forward half of every layer; returns the scores.
const Matrix<double>& trace_forward(const Sequential<double>& net, const Matrix<double>& x,
                                    const Pass& pass, Mode mode, Trace& trace) {
  const Matrix<double>* out = &x;
  for (std::size_t i = 0; i < net.size(); ++i) {
    Layer<double>& layer = net.layer(i);
    Operation operation;
    operation.name = layer.name();
    operation.inputs.push_back({"x", *out});
    out = &layer.forward(*out, pass);
    describe(layer, mode, operation);
    operation.outputs.push_back({"out", *out});
    trace.operations.push_back(std::move(operation));
  }
  return *out;
}

/// Records the loss, forward and backward; returns dscores.
Matrix<double> trace_loss(const Matrix<double>& scores, Trace& trace) {
  SoftmaxCrossEntropy<double> loss;
  trace.loss = loss.forward(scores, trace.labels);
  const Matrix<double> labels = column_of(trace.labels);
  Operation operation;
  operation.kind = OperationKind::loss;
  operation.name = "loss";
  operation.inputs = {{"scores", scores}, {"labels", labels}};
  operation.cache = {{"probabilities", loss.cache().probabilities}, {"labels", labels}};
  operation.outputs = {{"loss", number(trace.loss)}};
  operation.backward_outputs = {{"dscores", loss.backward()}};
  trace.operations.push_back(std::move(operation));
  return loss.backward();
}

/// Records the backward half of every layer, the last one first.
void trace_backward(const Sequential<double>& net, const Matrix<double>& dscores, Trace& trace) {
  const Matrix<double>* dout = &dscores;
  for (std::size_t layers_left = net.size(); layers_left > 0; --layers_left) {
    Layer<double>& layer = net.layer(layers_left - 1);
    Operation& operation = trace.operations[layers_left - 1];
    operation.backward_inputs.push_back({"dout", *dout});
    dout = &layer.backward(*dout);
    operation.backward_outputs.push_back({"dx", *dout});
    for (const auto* p : layer.parameters())
      operation.backward_outputs.push_back({"d" + name_in_layer(*p), p->grad});
  }
}

/// Of Adam m and v, of momentum v, of plain SGD none.
std::vector<std::string> moment_names(std::size_t count) {
  const std::vector<std::string> names{"m", "v"};
  return {names.end() - static_cast<std::ptrdiff_t>(count), names.end()};
}

/// Lets the optimizer take its step by the gradients that backward has left, records what it read
/// and wrote, and puts everything back.
void trace_update(Lab& lab, Side side, Trace& trace) {
  Optimizer<double>& optimizer = lab.optimizer(side);
  const auto& parameters = optimizer.parameters();
  const auto [moments, t] = optimizer.state();
  const std::vector<std::string> names = moment_names(moments.size());
  std::vector<Matrix<double>> values;
  values.reserve(parameters.size());
  for (const auto* p : parameters) values.push_back(p->value);
  std::vector<std::vector<Matrix<double>>> before;
  before.reserve(moments.size());
  for (const auto* moment : moments) before.push_back(*moment);

  optimizer.step();
  trace.optimizer.config = lab.optimizer_config();
  trace.optimizer.config.learning_rate = optimizer.learning_rate();
  if (t != nullptr) trace.optimizer.t = (*t)--;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    Operation& operation = operation_of(*parameters[i], trace);
    const std::string name = name_in_layer(*parameters[i]);
    for (std::size_t k = 0; k < moments.size(); ++k) {
      Matrix<double>& moment = (*moments[k])[i];
      operation.moments.push_back({names[k] + "_" + name, before[k][i]});
      operation.updated.push_back({names[k] + "_" + name + "′", moment});
      moment = before[k][i];
    }
    operation.updated.push_back({name + "′", parameters[i]->value});
    parameters[i]->value = values[i];
  }
}

}  // namespace

Trace trace(Lab& lab, Side side, const std::vector<std::uint32_t>& examples, Mode mode) {
  const Rows rows = rows_of(lab.training(), examples);
  Sequential<double>& net = lab.net(side);
  const Pass pass = pass_of(lab, examples, mode);

  Trace trace;
  trace.labels = rows.labels;
  const Matrix<double>& scores = trace_forward(net, rows.x, pass, mode, trace);
  const Matrix<double> dscores = trace_loss(scores, trace);
  trace_backward(net, dscores, trace);
  if (mode == Mode::train) trace_update(lab, side, trace);
  return trace;
}

GradientOfEntry check_entry(Lab& lab, Side side, const std::string& tensor, std::size_t index,
                            const std::vector<std::uint32_t>& examples, Mode mode) {
  Rows rows = rows_of(lab.training(), examples);
  Sequential<double>& net = lab.net(side);
  Parameter<double>* const parameter = tensor == "x" ? nullptr : &lab.parameter(side, tensor);
  Matrix<double>& values = parameter == nullptr ? rows.x : parameter->value;
  require(index < values.size(), "{} has no entry {}, it has {}", tensor, index, values.size());
  double& entry = values.data()[index];
  const double value = entry;
  const Pass pass = pass_of(lab, examples, mode);  // the masks stay as they are

  // check_gradients moves a matrix of one entry away from 0, by 1/16 at most; a power of 2 times
  // that is added to the value.
  constexpr double longest_step = 0x1p-4, smallest_scale = 0x1p-20;
  const auto active_at = [&](double moved) {
    entry = moved;
    net.forward(rows.x, pass);
    return active_units(net);
  };
  const auto active = active_at(value);
  const auto crosses_kink = [&](double scale) {
    return active_at(value + scale * longest_step) != active ||
           active_at(value - scale * longest_step) != active;
  };
  double scale = 1;
  while (scale > smallest_scale && crosses_kink(scale)) scale /= 4;
  const bool at_kink = crosses_kink(scale);

  Matrix<double> moved = number(0), gradient = number(0), loss = number(0);
  SoftmaxCrossEntropy<double> criterion;
  const auto forward = [&]() -> const Matrix<double>& {
    entry = value + scale * moved(0, 0);
    loss(0, 0) = criterion.forward(net.forward(rows.x, pass), rows.labels);
    return loss;
  };
  const auto backward = [&](const Matrix<double>&) {  // dloss/dloss is 1
    const Matrix<double>& dx = net.backward(criterion.backward());
    gradient(0, 0) = scale * (parameter == nullptr ? dx : parameter->grad).data()[index];
  };
  const GradientReport report = check_gradients(forward, backward, {{tensor, &moved, &gradient}});
  const double analytic = report.analytic / scale;
  const double numeric = report.numeric / scale;
  const double size = std::max(std::abs(analytic) + std::abs(numeric), 1e-6);
  return {analytic, numeric, std::abs(analytic - numeric) / size, at_kink};
}

}  // namespace thinnet::lab
