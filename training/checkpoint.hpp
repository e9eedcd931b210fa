// All that training needs to go on as if it had never stopped, in one file.
#pragma once

#include <string>

#include "optim/optimizer.hpp"
#include "training/history.hpp"

namespace thinnet {

/// What training has changed so far: read by save_checkpoint, overwritten by load_checkpoint.
/// Batches and masks need no state, being functions of seed and step.
template <typename T>
struct TrainingState {
  std::vector<Parameter<T>*> parameters;  // of the net
  typename Optimizer<T>::State optimizer;
  History& history;
  std::vector<Matrix<T>>& best;  // the best epoch's parameter values
  bool has_accuracies = true;    // whether the epochs have them: where the data set has labels
};

/// Writes an .npz whole or not at all. `settings`, a line each, is what the numbers depend on.
/// Throws std::runtime_error "path: reason", and std::invalid_argument before the first epoch or
/// when the optimizer does not move every parameter.
template <typename T>
void save_checkpoint(const std::string& path, const std::string& settings,
                     const TrainingState<T>& state);

/// False when there is no such file. Throws std::runtime_error "path: reason" when the file is
/// damaged, of another net, optimizer or kind of loss, or was made with other settings (naming the
/// line that differs), and std::invalid_argument when the optimizer does not move every parameter;
/// nothing has changed then.
template <typename T>
bool load_checkpoint(const std::string& path, const std::string& settings,
                     const TrainingState<T>& state);

}  // namespace thinnet
