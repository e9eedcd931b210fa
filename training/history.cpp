#include "training/history.hpp"

namespace thinnet {

void History::add(const EpochRecord& record) {
  const bool first = epochs.empty();
  if (first || record.validation_accuracy > epochs[best].validation_accuracy) best = epochs.size();
  epochs.push_back(record);
}

std::size_t History::epochs_since_best() const {
  if (epochs.empty()) return 0;
  return epochs.size() - 1 - best;
}

}  // namespace thinnet
