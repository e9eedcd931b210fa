#include "training/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "core/check.hpp"
#include "data/io/file.hpp"
#include "data/io/npy.hpp"
#include "data/io/npz.hpp"

namespace thinnet {
namespace {

constexpr double most_steps = 1e15;  // which double still counts one by one

/// The columns of "history" are the fields of an EpochRecord in their order, those that it has.
constexpr std::size_t columns(bool has_accuracies) {
  return has_accuracies ? 6 : 4;
}

Matrix<double> to_matrix(const History& history, bool has_accuracies) {
  Matrix<double> m({history.epochs.size(), columns(has_accuracies)});
  for (std::size_t i = 0; i < history.epochs.size(); ++i) {
    const EpochRecord& e = history.epochs[i];
    std::vector<double> row{static_cast<double>(e.epoch), e.learning_rate, e.loss};
    if (has_accuracies) row.push_back(e.train_accuracy.value());
    row.push_back(e.validation_loss);
    if (has_accuracies) row.push_back(e.validation_accuracy.value());
    std::copy(row.begin(), row.end(), &m(i, 0));
  }
  return m;
}

History to_history(const Matrix<double>& m, bool has_accuracies) {
  History history;
  for (std::size_t i = 0; i < m.shape(0); ++i) {
    const std::size_t epoch = i + 1;
    if (has_accuracies)
      history.add({epoch, m(i, 1), m(i, 2), m(i, 3), m(i, 4), m(i, 5)});
    else
      history.add({epoch, m(i, 1), m(i, 2), {}, m(i, 3), {}});
  }
  return history;
}

template <typename T>
std::vector<Matrix<T>> values_of(const std::vector<Parameter<T>*>& parameters) {
  std::vector<Matrix<T>> values;
  values.reserve(parameters.size());
  for (const auto* p : parameters) values.push_back(p->value);
  return values;
}

std::string to_text(const Matrix<std::uint8_t>& m) {
  return {m.begin(), m.end()};
}

Matrix<std::uint8_t> to_bytes(const std::string& text) {
  Matrix<std::uint8_t> m({1, text.size()});
  std::transform(text.begin(), text.end(), m.begin(), [](char c) { return std::uint8_t(c); });
  return m;
}

/// False, with an empty line, when there is none left.
bool next_line(std::istringstream& text, std::string& line) {
  line.clear();
  return static_cast<bool>(std::getline(text, line));
}

/// The first line in which two settings differ; empty when they are the same.
std::string difference(const std::string& saved, const std::string& now) {
  std::istringstream saved_text(saved), text_now(now);
  std::string saved_line, line_now;
  while (true) {
    const bool more_saved = next_line(saved_text, saved_line);
    const bool more_now = next_line(text_now, line_now);
    if (!more_saved && !more_now) return "";
    if (more_saved != more_now || saved_line != line_now)
      return fmt::format(R"(then "{}", now "{}")", saved_line, line_now);
  }
}

/// A matrix and the name of its array in the file.
template <typename T>
struct NamedMatrix {
  std::string name;
  Matrix<T>* matrix;
};

/// All matrices of a state, with `best` in place of its own.
template <typename T>
std::vector<NamedMatrix<T>> matrices_of(const TrainingState<T>& state,
                                        std::vector<Matrix<T>>& best) {
  std::vector<NamedMatrix<T>> matrices;
  for (std::size_t i = 0; i < state.parameters.size(); ++i) {
    Parameter<T>& parameter = *state.parameters[i];
    matrices.push_back({parameter.name, &parameter.value});
    matrices.push_back({"best." + parameter.name, &best[i]});
  }
  const auto moved = trained(state.parameters);
  for (std::size_t k = 0; k < state.optimizer.moments.size(); ++k) {
    std::vector<Matrix<T>>& moment = *state.optimizer.moments[k];
    for (std::size_t i = 0; i < moved.size(); ++i)
      matrices.push_back({fmt::format("moment{}.{}", k + 1, moved[i]->name), &moment[i]});
  }
  return matrices;
}

template <typename T>
void require_fitting(const TrainingState<T>& state) {
  const std::size_t parameters = trained(state.parameters).size();
  for (const auto* moment : state.optimizer.moments) {
    require(moment->size() == parameters,
            "checkpoint: the net has {} parameters, but the optimizer moves {}", parameters,
            moment->size());
  }
}

/// An upper bound of the bytes of all arrays of a state. save_checkpoint compresses nothing; who
/// did must leave it at what can belong to this training.
template <typename T>
std::uint64_t most_bytes(const TrainingState<T>& state) {
  std::uint64_t most = std::uint64_t{1} << 20;  // history, counters and settings
  const std::size_t matrices = 2 + state.optimizer.moments.size();  // of a parameter
  for (const auto* p : state.parameters) most += most_npy_bytes(p->value.size()) * matrices;
  return most;
}

/// The arrays of a checkpoint that is read, each to be taken once.
class SavedArrays {
 public:
  SavedArrays(std::string path, std::uint64_t most_bytes)
      : path_(std::move(path)), arrays_(read_npz(path_, most_bytes)) {}

  [[noreturn]] void fail(const std::string& reason) const { thinnet::fail(path_, reason); }

  template <typename T>
  Matrix<T> take(const std::string& name) {
    const auto array = arrays_.find(name);
    if (array == arrays_.end()) fail("no array " + name);
    const std::string bytes = std::move(array->second);
    arrays_.erase(array);
    return decode_npy<T>(bytes, path_ + ": " + name);
  }

  template <typename T>
  Matrix<T> take(const std::string& name, Shape expected) {
    Matrix<T> m = take<T>(name);
    if (!(Shape(m) == expected)) {
      fail(fmt::format("{} is {}, expected {}", name, shape_text(m), shape_text(expected)));
    }
    return m;
  }

  void require_all_taken() const {
    if (arrays_.empty()) return;
    fail("array " + arrays_.begin()->first + " does not belong to this training");
  }

 private:
  std::string path_;
  Arrays arrays_;
};

void require_settings(SavedArrays& saved, const std::string& settings) {
  const std::string saved_settings = to_text(saved.take<std::uint8_t>("settings"));
  if (saved_settings == settings) return;
  saved.fail("was made with other settings (" + difference(saved_settings, settings) +
             "): go on with those, or start in another folder");
}

/// False when there is no such file.
bool file_exists(const std::string& path) {
  std::error_code error;  // a file that cannot be looked at may well be there
  const auto kind = std::filesystem::status(path, error).type();
  if (kind == std::filesystem::file_type::not_found) return false;
  if (error) throw std::runtime_error(path + ": " + error.message());
  return true;
}

}  // namespace

template <typename T>
void save_checkpoint(const std::string& path, const std::string& settings,
                     const TrainingState<T>& state) {
  require_fitting(state);
  require(state.best.size() == state.parameters.size(), "checkpoint: no epoch has been trained");
  Arrays arrays;
  for (const auto& [name, matrix] : matrices_of(state, state.best))
    arrays[name] = encode_npy(*matrix);
  const std::uint64_t steps = state.optimizer.t == nullptr ? 0 : *state.optimizer.t;
  const Matrix<double> counters = {{static_cast<double>(steps), state.history.seconds}};
  arrays["counters"] = encode_npy(counters);
  arrays["history"] = encode_npy(to_matrix(state.history, state.has_accuracies));
  arrays["settings"] = encode_npy(to_bytes(settings));
  write_npz(path, arrays);
}

template <typename T>
bool load_checkpoint(const std::string& path, const std::string& settings,
                     const TrainingState<T>& state) {
  require_fitting(state);
  if (!file_exists(path)) return false;
  SavedArrays saved(path, most_bytes(state));
  require_settings(saved, settings);
  const auto table = saved.take<double>("history");
  const auto counters = saved.take<double>("counters");
  if (table.shape(1) != columns(state.has_accuracies) || table.shape(0) == 0 ||
      !(Shape(counters) == Shape(1, 2)))
    saved.fail("history or counters have a wrong shape");
  const double steps = counters(0, 0), seconds = counters(0, 1);
  if (!(steps >= 0 && steps <= most_steps))
    saved.fail(fmt::format("the number of steps is {}", steps));

  std::vector<Matrix<T>> best = values_of(state.parameters);  // for their shapes
  const std::vector<NamedMatrix<T>> matrices = matrices_of(state, best);
  std::vector<Matrix<T>> values;
  values.reserve(matrices.size());
  for (const auto& [name, matrix] : matrices) values.push_back(saved.take<T>(name, *matrix));
  saved.require_all_taken();

  // All is well: nothing has changed up to here, and nothing fails from here on.
  for (std::size_t i = 0; i < matrices.size(); ++i) *matrices[i].matrix = std::move(values[i]);
  state.best = std::move(best);
  state.history = to_history(table, state.has_accuracies);
  state.history.seconds = seconds;
  if (state.optimizer.t != nullptr) *state.optimizer.t = static_cast<std::uint64_t>(steps);
  return true;
}

template void save_checkpoint(const std::string&, const std::string&, const TrainingState<float>&);
template void save_checkpoint(const std::string&, const std::string&, const TrainingState<double>&);
template bool load_checkpoint(const std::string&, const std::string&, const TrainingState<float>&);
template bool load_checkpoint(const std::string&, const std::string&, const TrainingState<double>&);

}  // namespace thinnet
