#include "training/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "core/check.hpp"
#include "data/io/npy.hpp"
#include "data/io/npz.hpp"

namespace thinnet {
namespace {

// The fields of an EpochRecord in the order of the columns of "history".
constexpr std::size_t columns = 6;

Matrix<double> to_matrix(const History& history) {
  Matrix<double> m({history.epochs.size(), columns});
  for (std::size_t i = 0; i < history.epochs.size(); ++i) {
    const EpochRecord& e = history.epochs[i];
    const double row[columns] = {
        static_cast<double>(e.epoch), e.learning_rate, e.loss, e.train_accuracy, e.validation_loss,
        e.validation_accuracy};
    std::copy(row, row + columns, &m(i, 0));
  }
  return m;
}

History to_history(const Matrix<double>& m) {
  History history;
  for (std::size_t i = 0; i < m.shape(0); ++i) {
    history.add({i + 1, m(i, 1), m(i, 2), m(i, 3), m(i, 4), m(i, 5)});  // epochs count from 1
  }
  return history;
}

std::string to_text(const Matrix<std::uint8_t>& m) {
  return {m.begin(), m.end()};
}

Matrix<std::uint8_t> to_bytes(const std::string& text) {
  Matrix<std::uint8_t> m({1, text.size()});
  std::transform(text.begin(), text.end(), m.begin(), [](char c) { return std::uint8_t(c); });
  return m;
}

/// The first line in which two settings differ.
std::string difference(const std::string& saved, const std::string& now) {
  std::istringstream a(saved), b(now);
  std::string before, after;
  while (true) {
    const bool more_before = static_cast<bool>(std::getline(a, before));
    const bool more_after = static_cast<bool>(std::getline(b, after));
    if (!more_before && !more_after) return "";
    if (!more_before || !more_after || before != after) {
      return fmt::format(R"(then "{}", now "{}")", more_before ? before : "",
                         more_after ? after : "");
    }
  }
}

template <typename T>
void require_fitting(const TrainingState<T>& state) {
  for (const auto& moment : state.optimizer.moments) {
    require(moment.size() == state.parameters.size(),
            "checkpoint: the net has {} parameters, but the optimizer moves {}",
            state.parameters.size(), moment.size());
  }
}

/// Calls use(name, matrix) for every matrix of the state.
template <typename T, typename Use>
void for_each_matrix(const TrainingState<T>& state, std::vector<Matrix<T>>& best, const Use& use) {
  for (std::size_t i = 0; i < state.parameters.size(); ++i) {
    Parameter<T>& parameter = *state.parameters[i];
    use(parameter.name, parameter.value);
    use("best." + parameter.name, best[i]);
    for (std::size_t k = 0; k < state.optimizer.moments.size(); ++k)
      use(fmt::format("moment{}.{}", k + 1, parameter.name), state.optimizer.moments[k][i]);
  }
}

}  // namespace

template <typename T>
void save_checkpoint(const std::string& path, const std::string& settings,
                     const TrainingState<T>& state) {
  require_fitting(state);
  require(state.best.size() == state.parameters.size(), "checkpoint: no epoch has been trained");
  Arrays arrays;
  for_each_matrix(state, state.best, [&](const std::string& name, const Matrix<T>& m) {
    arrays[name] = encode_npy(m);
  });
  arrays["history"] = encode_npy(to_matrix(state.history));
  const Matrix<double> counters = {{static_cast<double>(state.optimizer.t), state.history.seconds}};
  arrays["counters"] = encode_npy(counters);
  arrays["settings"] = encode_npy(to_bytes(settings));
  write_npz(path, arrays);
}

template <typename T>
bool load_checkpoint(const std::string& path, const std::string& settings,
                     const TrainingState<T>& state) {
  require_fitting(state);
  const auto fail = [&](const std::string& reason) {
    throw std::runtime_error(fmt::format("{}: {}", path, reason));
  };
  std::error_code error;  // a file that cannot be looked at may well be there
  const auto kind = std::filesystem::status(path, error).type();
  if (kind == std::filesystem::file_type::not_found) return false;
  if (error) fail(error.message());
  // save_checkpoint compresses nothing; who did must leave it at what can belong to this training.
  std::uint64_t most = std::uint64_t{1} << 20;  // history, counters and settings
  for (const auto* p : state.parameters)
    most += most_npy_bytes(p->value.size()) * (2 + state.optimizer.moments.size());
  Arrays arrays = read_npz(path, most);
  const auto take = [&](const std::string& name) {
    const auto array = arrays.find(name);
    if (array == arrays.end()) fail("no array " + name);
    std::string bytes = std::move(array->second);
    arrays.erase(array);
    return bytes;
  };
  const std::string saved =
      to_text(decode_npy<std::uint8_t>(take("settings"), path + ": settings"));
  if (saved != settings) {
    fail("was made with other settings (" + difference(saved, settings) +
         "): go on with those, or start in another folder");
  }
  const auto table = decode_npy<double>(take("history"), path + ": history");
  const auto counters = decode_npy<double>(take("counters"), path + ": counters");
  if (table.shape(1) != columns || table.shape(0) == 0 || shape_text(counters) != "1×2")
    fail("history or counters have a wrong shape");
  constexpr double most_steps = 1e15;  // which double still counts one by one
  if (!(counters(0, 0) >= 0 && counters(0, 0) <= most_steps))
    fail(fmt::format("the number of steps is {}", counters(0, 0)));

  std::vector<Matrix<T>> best, values;
  for (const auto* p : state.parameters) best.push_back(p->value);  // for their shapes
  for_each_matrix(state, best, [&](const std::string& name, const Matrix<T>& m) {
    values.push_back(decode_npy<T>(take(name), path + ": " + name));
    if (values.back().shape() != m.shape()) {
      fail(fmt::format("{} is {}, expected {}", name, shape_text(values.back()), shape_text(m)));
    }
  });
  if (!arrays.empty()) fail("array " + arrays.begin()->first + " does not belong to this training");

  auto value = values.begin();
  for_each_matrix(state, best, [&](const std::string&, Matrix<T>& m) { m = std::move(*value++); });
  state.best = std::move(best);
  state.history = to_history(table);
  state.optimizer.t = static_cast<std::uint64_t>(counters(0, 0));
  state.history.seconds = counters(0, 1);
  return true;
}

template <typename T>
void share_state(Ranks& ranks, const std::string& settings, const TrainingState<T>& state) {
  require_fitting(state);
  std::string first = settings;
  broadcast_text(ranks, first);
  if (const auto rank = first_not_ok(ranks, first == settings)) {
    throw std::runtime_error(fmt::format("rank {} has other settings or data than rank 0", *rank));
  }
  double counters[3] = {static_cast<double>(state.history.epochs.size()),
                        static_cast<double>(state.optimizer.t), state.history.seconds};
  ranks.broadcast(static_cast<double*>(counters), sizeof counters);
  const auto epochs = static_cast<std::size_t>(counters[0]);
  std::vector<Matrix<T>> best = state.best;
  if (best.empty()) {
    for (const auto* p : state.parameters) best.push_back(p->value);
  }
  for_each_matrix(state, best, [&](const std::string&, Matrix<T>& m) {
    ranks.broadcast(m.data(), m.size() * sizeof(T));
  });
  Matrix<double> table = to_matrix(state.history);
  resize(table, epochs, columns);
  ranks.broadcast(table.data(), table.size() * sizeof(double));
  if (epochs > 0) state.best = std::move(best);
  state.history = to_history(table);
  state.history.seconds = counters[2];
  state.optimizer.t = static_cast<std::uint64_t>(counters[1]);
}

template void save_checkpoint(const std::string&, const std::string&, const TrainingState<float>&);
template void save_checkpoint(const std::string&, const std::string&, const TrainingState<double>&);
template bool load_checkpoint(const std::string&, const std::string&, const TrainingState<float>&);
template bool load_checkpoint(const std::string&, const std::string&, const TrainingState<double>&);
template void share_state(Ranks&, const std::string&, const TrainingState<float>&);
template void share_state(Ranks&, const std::string&, const TrainingState<double>&);

}  // namespace thinnet
