#include "training/history.hpp"

namespace thinnet {
namespace {

bool better(const EpochRecord& a, const EpochRecord& b) {
  if (a.validation_accuracy) return a.validation_accuracy > b.validation_accuracy;
  return a.validation_loss < b.validation_loss;
}

}  // namespace

void History::add(const EpochRecord& record) {
  const bool first = epochs.empty();
  if (first || better(record, epochs[best])) best = epochs.size();
  epochs.push_back(record);
}

std::size_t History::epochs_since_best() const {
  if (epochs.empty()) return 0;
  return epochs.size() - 1 - best;
}

}  // namespace thinnet
