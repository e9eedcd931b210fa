#include "apps/dropout_study/groups.hpp"

#include <algorithm>

namespace thinnet::examples {
namespace {

using Results = std::vector<RunResult>;
using Quantity = std::function<double(const RunResult&)>;

std::vector<double> values_of(const Results& results, const Quantity& quantity) {
  std::vector<double> values(results.size());
  std::transform(results.begin(), results.end(), values.begin(), quantity);
  return values;
}

Interval interval_over(const Results& results, const Quantity& quantity) {
  return interval_of(values_of(results, quantity));
}

double last_validation(const RunResult& result) {
  return result.validation.back();
}

Change change_of(const Results& without, const Results& with, const Quantity& quantity) {
  const auto before = values_of(without, quantity);
  const auto after = values_of(with, quantity);
  Change change;
  for (std::size_t s = 0; s < after.size(); ++s) change.by_seed.push_back(after[s] - before[s]);
  change.interval = interval_of(change.by_seed);
  return change;
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

}  // namespace

double gap(const RunResult& result) {
  return result.train.back() - result.validation.back();
}

double best_validation(const RunResult& result) {
  return result.validation.at(result.best_epoch - 1);
}

std::size_t Change::seeds_below() const {
  return static_cast<std::size_t>(
      std::count_if(by_seed.begin(), by_seed.end(), [](double d) { return d < -rounding_noise; }));
}

std::size_t Change::seeds_above() const {
  return static_cast<std::size_t>(
      std::count_if(by_seed.begin(), by_seed.end(), [](double d) { return d > rounding_noise; }));
}

std::vector<Group> groups_of(const Grid& grid, const std::vector<StudyRun>& runs,
                             const Results& results) {
  const std::size_t seeds = grid.seeds.size();
  const std::size_t keep_probs = grid.keep_probs.size();
  const auto results_of = [&](std::size_t g) {
    const auto begin = results.begin() + static_cast<std::ptrdiff_t>(g * seeds);
    return Results(begin, begin + static_cast<std::ptrdiff_t>(seeds));
  };
  const auto no_dropout = std::find(grid.keep_probs.begin(), grid.keep_probs.end(), 1.0);
  const auto no_dropout_place =
      static_cast<std::size_t>(std::distance(grid.keep_probs.begin(), no_dropout));
  std::vector<Group> groups;
  groups.reserve(runs.size() / seeds);
  for (std::size_t g = 0; g * seeds < runs.size(); ++g) {
    const Results own = results_of(g);
    Group group = group_of(runs[g * seeds], own);
    if (no_dropout != grid.keep_probs.end() && group.first.keep_prob() < 1) {
      const Results plain = results_of(g - g % keep_probs + no_dropout_place);
      group.gap_change = change_of(plain, own, gap);
      group.validation_change = change_of(plain, own, last_validation);
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace thinnet::examples
