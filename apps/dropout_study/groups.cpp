#include "apps/dropout_study/groups.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace thinnet::examples {
namespace {

using Results = std::vector<RunResult>;

std::vector<double> values_of(const Results& results, const Quantity& quantity) {
  std::vector<double> values(results.size());
  std::transform(results.begin(), results.end(), values.begin(), quantity);
  return values;
}

double last_validation(const RunResult& result) {
  return result.validation.back();
}

Group group_of(const StudyRun& first, const Results& results) {
  Group group;
  group.first = first;
  group.seeds = results.size();
  group.train = interval_over(results, [](const RunResult& r) { return r.train.back(); });
  group.validation = interval_over(results, last_validation);
  group.gap = interval_over(results, gap);
  group.best_validation = interval_over(results, best_validation);
  for (std::size_t e = 0; e < first.options.epochs; ++e) {
    group.train_curve.push_back(
        interval_over(results, [e](const RunResult& r) { return r.train[e]; }));
    group.validation_curve.push_back(
        interval_over(results, [e](const RunResult& r) { return r.validation[e]; }));
  }
  return group;
}

/// The results of one keep_prob after so many epochs: those of one run a seed.
Results results_after(std::size_t epochs, const Results& results, std::size_t first,
                      std::size_t seeds) {
  Results early;
  for (std::size_t s = 0; s < seeds; ++s) early.push_back(up_to(results[first + s], epochs));
  return early;
}

}  // namespace

Interval interval_over(const Results& results, const Quantity& quantity) {
  return interval_of(values_of(results, quantity));
}

std::optional<std::size_t> place_of_1(const std::vector<double>& keep_probs) {
  const auto place = std::find(keep_probs.begin(), keep_probs.end(), 1.0);
  if (place == keep_probs.end()) return std::nullopt;
  return static_cast<std::size_t>(place - keep_probs.begin());
}

RunResult up_to(const RunResult& result, std::size_t epochs) {
  const std::size_t all = result.validation.size();
  require(epochs > 0 && epochs <= all, "there is no epoch {} in a run of {}", epochs, all);
  if (epochs == all) return result;
  const auto first = [&](const std::vector<double>& curve) {
    return std::vector<double>(curve.begin(), curve.begin() + static_cast<std::ptrdiff_t>(epochs));
  };
  RunResult early;
  early.loss = first(result.loss);
  early.train = first(result.train);
  early.validation = first(result.validation);
  const auto best = std::max_element(early.validation.begin(), early.validation.end());
  early.best_epoch = static_cast<std::size_t>(best - early.validation.begin()) + 1;
  return early;
}

Change change_of(const Results& without, const Results& with, const Quantity& quantity) {
  const auto before = values_of(without, quantity);
  const auto after = values_of(with, quantity);
  Change change;
  for (std::size_t s = 0; s < after.size(); ++s) change.by_seed.push_back(after[s] - before[s]);
  change.interval = interval_of(change.by_seed);
  return change;
}

double gap(const RunResult& result) {
  return result.train.back() - result.validation.back();
}

double best_validation(const RunResult& result) {
  return result.validation.at(result.best_epoch - 1);
}

std::vector<Group> groups_of(const Grid& grid, const std::vector<StudyRun>& runs,
                             const Results& results) {
  const std::size_t seeds = grid.seeds.size();
  const std::size_t keep_probs = grid.keep_probs.size();
  const std::optional<std::size_t> no_dropout = place_of_1(grid.keep_probs);
  std::vector<Group> groups;
  // A block is all that differ in keep_prob and seed alone.
  for (std::size_t block = 0; block < runs.size(); block += keep_probs * seeds) {
    for (const std::size_t epochs : grid.epochs) {
      const auto results_of = [&](std::size_t k) {
        return results_after(epochs, results, block + k * seeds, seeds);
      };
      for (std::size_t k = 0; k < keep_probs; ++k) {
        const Results own = results_of(k);
        StudyRun first = runs[block + k * seeds];
        first.options.epochs = epochs;
        groups.push_back(group_of(first, own));
        if (no_dropout && first.keep_prob() < 1) {
          const Results plain = results_of(*no_dropout);
          groups.back().gap_change = change_of(plain, own, gap);
          groups.back().validation_change = change_of(plain, own, last_validation);
        }
      }
    }
  }
  std::vector<Change*> changes;
  for (Group& group : groups) {
    if (group.gap_change)
      changes.insert(changes.end(), {&*group.gap_change, &*group.validation_change});
  }
  hold_together(changes);
  return groups;
}

}  // namespace thinnet::examples
