// The lab for JavaScript: settings come as JSON, numbers go as typed arrays, errors as Error.
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <fmt/format.h>

#include <exception>
#include <string>
#include <utility>

#include "apps/dropout_study/change.hpp"
#include "apps/lab/engine/config.hpp"
#include "apps/lab/engine/trace.hpp"

namespace thinnet::lab {
namespace {

using emscripten::typed_memory_view;
using emscripten::val;

/// Calls f and makes of a C++ exception, of which JavaScript could not read the message, an Error.
template <typename F>
auto translating_errors(F f) {
  std::string message;
  try {
    return f();
  } catch (const std::bad_alloc&) {
    message = "not enough memory for these sizes";
  } catch (const std::exception& e) {
    message = e.what();
  }
  val::global("Error").new_(message).throw_();
}

Side side_of(const std::string& name) {
  return name == "dropout" ? Side::dropout : Side::plain;
}

Mode mode_of(const std::string& name) {
  return name == "test" ? Mode::test : Mode::train;
}

std::vector<std::uint32_t> examples_of(const val& list) {
  return emscripten::convertJSArrayToNumberVector<std::uint32_t>(list);
}

/// A copy that JavaScript owns: a view would end with the next allocation.
template <typename T>
val typed_array(const char* type, const T* data, std::size_t size) {
  return val::global(type).new_(typed_memory_view(size, data));
}

val tensor(const std::string& name, const Matrix<double>& m) {
  val object = val::object();
  object.set("name", name);
  object.set("rows", m.shape(0));
  object.set("columns", m.shape(1));
  object.set("values", typed_array("Float64Array", m.data(), m.size()));
  return object;
}

val tensors(const std::vector<NamedTensor>& list) {
  val array = val::array();
  for (const auto& [name, values] : list) array.call<void>("push", tensor(name, values));
  return array;
}

val points(const Points& from) {
  val object = val::object();
  object.set("x", typed_array("Float64Array", from.x.data(), from.x.size()));
  object.set("labels", typed_array("Int32Array", from.labels.data(), from.labels.size()));
  object.set("classes", from.classes);
  return object;
}

val boundary(const Boundary& from) {
  val object = val::object();
  object.set("classes", typed_array("Uint8Array", from.classes.data(), from.classes.size()));
  object.set("confidence",
             typed_array("Float32Array", from.confidence.data(), from.confidence.size()));
  return object;
}

/// What dropout changes over seeds, by the study's rule: intervals that hold together, and words
/// that go no further than they do.
val conclude(const val& gaps, const val& validations) {
  return translating_errors([&] {
    examples::Change gap{emscripten::convertJSArrayToNumberVector<double>(gaps), {}};
    examples::Change validation{emscripten::convertJSArrayToNumberVector<double>(validations), {}};
    examples::hold_together({&gap, &validation});
    const auto conclusion = [](const examples::Change& change, const examples::Subject& subject) {
      const auto& [mean, half] = change.interval;
      val object = val::object();
      object.set("mean", mean);
      object.set("half", half ? val(*half) : val::null());
      object.set("words", examples::change_words(change, subject));
      return object;
    };
    val object = val::object();
    object.set("gap", conclusion(gap, examples::gap_subject));
    object.set("validation", conclusion(validation, examples::validation_subject));
    return object;
  });
}

const char* name_of(OperationKind kind) {
  switch (kind) {
    case OperationKind::affine:
      return "affine";
    case OperationKind::relu:
      return "relu";
    case OperationKind::dropout:
      return "dropout";
    default:
      return "loss";
  }
}

const char* name_of(OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::sgd:
      return "sgd";
    case OptimizerKind::momentum:
      return "momentum";
    default:
      return "adam";
  }
}

val optimizer(const OptimizerNumbers& from) {
  val object = val::object();
  object.set("kind", std::string(name_of(from.config.kind)));
  object.set("learningRate", from.config.learning_rate);
  object.set("momentum", from.config.momentum);
  object.set("weightDecay", from.config.weight_decay);
  object.set("beta1", from.adam.beta1);
  object.set("beta2", from.adam.beta2);
  object.set("epsilon", from.adam.epsilon);
  object.set("t", static_cast<double>(from.t));
  return object;
}

val operation(const Operation& from) {
  val forward = val::object(), backward = val::object(), update = val::object();
  val object = val::object();
  forward.set("inputs", tensors(from.inputs));
  forward.set("cache", tensors(from.cache));
  forward.set("outputs", tensors(from.outputs));
  backward.set("inputs", tensors(from.backward_inputs));
  backward.set("outputs", tensors(from.backward_outputs));
  update.set("inputs", tensors(from.moments));
  update.set("outputs", tensors(from.updated));
  object.set("kind", std::string(name_of(from.kind)));
  object.set("name", from.name);
  if (from.keep_prob) object.set("keepProb", *from.keep_prob);
  object.set("forward", forward);
  object.set("backward", backward);
  object.set("update", update);
  return object;
}

/// A Lab whose functions take and give JavaScript's values; api.ts says what they mean.
class Binding {
 public:
  explicit Binding(const std::string& json)
      : lab_(translating_errors([&] { return std::make_unique<Lab>(parse_config(json)); })) {}

  val train_points() const { return points(lab_->training()); }
  val validation_points() const { return points(lab_->validation()); }

  void train(double steps) {
    translating_errors([&] { lab_->train(static_cast<std::size_t>(steps)); });
  }

  val state() {
    val object = val::object();
    object.set("step", static_cast<double>(lab_->step()));
    object.set("epoch", static_cast<double>(lab_->step() / lab_->steps_per_epoch()));
    object.set("stepsPerEpoch", lab_->steps_per_epoch());
    object.set("plain", evaluation(Side::plain));
    object.set("dropout", evaluation(Side::dropout));
    return object;
  }

  val boundary(const std::string& side, double resolution, double range) {
    return translating_errors([&] {
      return lab::boundary(
          lab_->boundary(side_of(side), static_cast<std::size_t>(resolution), range));
    });
  }

  val units(const std::string& side, double resolution, double range) {
    return translating_errors([&] {
      std::vector<NamedTensor> named;
      for (auto& units : lab_->units(side_of(side), static_cast<std::size_t>(resolution), range))
        named.push_back({fmt::format("relu{}", named.size() + 1), std::move(units)});
      return tensors(named);
    });
  }

  val ensemble(double masks, double shown, double resolution, double range) {
    return translating_errors([&] {
      const Ensemble from =
          lab_->ensemble(static_cast<std::size_t>(masks), static_cast<std::size_t>(shown),
                         static_cast<std::size_t>(resolution), range);
      val members = val::array();
      for (const Boundary& member : from.members) members.call<void>("push", lab::boundary(member));
      val object = val::object();
      object.set("members", members);
      object.set("accuracies",
                 typed_array("Float64Array", from.accuracies.data(), from.accuracies.size()));
      object.set("mean", lab::boundary(from.mean));
      object.set("meanAccuracy", from.mean_accuracy);
      return object;
    });
  }

  val weights(const std::string& side) {
    val array = val::array();
    for (const auto* p : lab_->net(side_of(side)).parameters())
      array.call<void>("push", tensor(p->name, p->value));
    return array;
  }

  void set_weight(const std::string& side, const std::string& name, double index, double value) {
    translating_errors(
        [&] { lab_->set_weight(side_of(side), name, static_cast<std::size_t>(index), value); });
  }

  void set_input(double example, double column, double value) {
    translating_errors([&] {
      lab_->set_input(static_cast<std::size_t>(example), static_cast<std::size_t>(column), value);
    });
  }

  val next_batch() const {
    val array = val::array();
    for (const std::uint32_t example : lab_->next_batch()) array.call<void>("push", example);
    return array;
  }

  val trace(const std::string& side, const val& examples, const std::string& mode) {
    return translating_errors([&] {
      const Trace from = lab::trace(*lab_, side_of(side), examples_of(examples), mode_of(mode));
      val labels = val::array(), operations = val::array(), object = val::object();
      for (const std::int32_t label : from.labels) labels.call<void>("push", label);
      for (const Operation& o : from.operations) operations.call<void>("push", operation(o));
      object.set("examples", examples);
      object.set("labels", labels);
      object.set("loss", from.loss);
      object.set("operations", operations);
      object.set("optimizer", optimizer(from.optimizer));
      return object;
    });
  }

  val numeric_gradient(const std::string& side, const std::string& tensor, double index,
                       const val& examples, const std::string& mode) {
    return translating_errors([&] {
      const GradientOfEntry from =
          check_entry(*lab_, side_of(side), tensor, static_cast<std::size_t>(index),
                      examples_of(examples), mode_of(mode));
      val object = val::object();
      object.set("analytic", from.analytic);
      object.set("numeric", from.numeric);
      object.set("relativeError", from.relative_error);
      object.set("atKink", from.at_kink);
      return object;
    });
  }

  val save() const {
    const auto saved = lab_->save();
    return typed_array("Float64Array", saved.data(), saved.size());
  }

  void restore(const val& saved) {
    translating_errors(
        [&] { lab_->restore(emscripten::convertJSArrayToNumberVector<double>(saved)); });
  }

 private:
  val evaluation(Side side) {
    const Evaluation train = lab_->evaluate(side, lab_->training());
    const Evaluation validation = lab_->evaluate(side, lab_->validation());
    val object = val::object();
    object.set("trainLoss", train.loss);
    object.set("trainAccuracy", train.accuracy);
    object.set("validationLoss", validation.loss);
    object.set("validationAccuracy", validation.accuracy);
    const auto diverged = lab_->diverged_at(side);
    object.set("divergedAt", diverged ? val(static_cast<double>(*diverged)) : val::null());
    return object;
  }

  std::unique_ptr<Lab> lab_;
};

}  // namespace

EMSCRIPTEN_BINDINGS(lab) {
  emscripten::function("conclude", &conclude);
  emscripten::class_<Binding>("Lab")
      .constructor<std::string>()
      .function("trainPoints", &Binding::train_points)
      .function("validationPoints", &Binding::validation_points)
      .function("train", &Binding::train)
      .function("state", &Binding::state)
      .function("boundary", &Binding::boundary)
      .function("units", &Binding::units)
      .function("ensemble", &Binding::ensemble)
      .function("weights", &Binding::weights)
      .function("setWeight", &Binding::set_weight)
      .function("setInput", &Binding::set_input)
      .function("nextBatch", &Binding::next_batch)
      .function("trace", &Binding::trace)
      .function("numericGradient", &Binding::numeric_gradient)
      .function("save", &Binding::save)
      .function("restore", &Binding::restore);
}

}  // namespace thinnet::lab
