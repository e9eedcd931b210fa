#include "apps/dropout_study/tuning.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/check.hpp"

namespace thinnet::examples {
namespace {

using Results = std::vector<RunResult>;

/// How one axis of the grid bounds a value, in words; empty where it does not.
template <typename T>
std::string edge_words(const std::vector<T>& axis, T value, const char* name, const char* least,
                       const char* most) {
  const auto [low, high] = std::minmax_element(axis.begin(), axis.end());
  const char* which = "";
  if (axis.size() == 1) {
    which = "only";
  } else if (value == *low) {
    which = least;
  } else if (value == *high) {
    which = most;
  } else {
    return "";
  }
  return fmt::format("{} is the {} {}", value, which, name);
}

/// How many runs differ in learning rate, keep_prob and seed alone.
std::size_t block_size(const Grid& grid) {
  return grid.learning_rates.size() * grid.keep_probs.size() * grid.seeds.size();
}

/// The tuning runs of one keep_prob at one learning rate.
Results results_of(const Grid& grid, const Results& results, std::size_t block, std::size_t rate,
                   std::size_t keep_prob) {
  const std::size_t seeds = grid.seeds.size();
  const std::size_t first =
      block * block_size(grid) + (rate * grid.keep_probs.size() + keep_prob) * seeds;
  const auto begin = results.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(seeds)};
}

std::size_t place_of(const std::vector<double>& rates, double rate) {
  const auto place = std::find(rates.begin(), rates.end(), rate);
  return static_cast<std::size_t>(place - rates.begin());
}

/// The first of those that are the largest.
std::size_t best_of(const std::vector<Interval>& validation) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < validation.size(); ++i) {
    if (validation[i].mean > validation[best].mean + rounding_noise) best = i;
  }
  return best;
}

}  // namespace

std::vector<Setting> settings_of(const Grid& grid) {
  std::vector<std::size_t> epochs = grid.epochs;
  std::sort(epochs.begin(), epochs.end());
  std::vector<Setting> settings;
  for (const std::size_t e : epochs) {
    for (const double rate : grid.learning_rates) settings.push_back({rate, e});
  }
  return settings;
}

std::vector<Choice> choose(const Grid& grid, const std::vector<StudyRun>& runs,
                           const Results& results) {
  const std::vector<Setting> settings = settings_of(grid);
  std::vector<Choice> choices;
  for (std::size_t block = 0; block * block_size(grid) < runs.size(); ++block) {
    const ExperimentOptions& options = runs[block * block_size(grid)].options;
    for (std::size_t k = 0; k < grid.keep_probs.size(); ++k) {
      Choice choice{options.hidden, options.training, grid.keep_probs[k], {}, 0, {}};
      for (const Setting& setting : settings) {
        const std::size_t rate = place_of(grid.learning_rates, setting.learning_rate);
        const std::size_t last = setting.epochs - 1;
        choice.validation.push_back(
            interval_over(results_of(grid, results, block, rate, k),
                          [last](const RunResult& r) { return r.validation.at(last); }));
      }
      choice.best = best_of(choice.validation);
      choice.setting = settings[choice.best];
      choices.push_back(std::move(choice));
    }
  }
  return choices;
}

std::vector<std::string> edges_of(const Grid& grid, const Setting& setting) {
  std::vector<std::string> edges{
      edge_words(grid.learning_rates, setting.learning_rate, "learning rate", "smallest",
                 "largest"),
      edge_words(grid.epochs, setting.epochs, "number of epochs", "smallest", "largest")};
  edges.erase(std::remove(edges.begin(), edges.end(), ""), edges.end());
  return edges;
}

std::vector<StudyRun> judging_runs(const Grid& grid, const StudyRun& shared) {
  Grid one = grid;  // a net, a size, a keep_prob and a setting, on all seeds
  std::vector<StudyRun> runs;
  for (const auto& hidden : grid.hidden) {
    one.hidden = {hidden};
    for (const std::size_t training : grid.training) {
      one.training = {training};
      for (const double keep_prob : grid.keep_probs) {
        one.keep_probs = {keep_prob};
        for (const Setting& setting : settings_of(grid)) {
          one.learning_rates = {setting.learning_rate};
          one.epochs = {setting.epochs};
          const std::vector<StudyRun> more = runs_of(one, shared);
          require(more.size() <= most_runs - runs.size(), "the lists make more than {} runs",
                  most_runs);
          runs.insert(runs.end(), more.begin(), more.end());
        }
      }
    }
  }
  return runs;
}

double test_gap(const RunResult& result) {
  return result.train.back() - result.test.value();
}

std::vector<TunedGroup> tuned_groups(const Grid& grid, const std::vector<Choice>& choices,
                                     const Results& results) {
  const std::size_t seeds = grid.seeds.size();
  const std::size_t keep_probs = grid.keep_probs.size();
  const std::optional<std::size_t> no_dropout = place_of_1(grid.keep_probs);
  const auto test = [](const RunResult& r) { return r.test.value(); };
  const auto results_of_choice = [&](std::size_t c) {
    const auto begin = results.begin() + static_cast<std::ptrdiff_t>(c * seeds);
    return Results(begin, begin + static_cast<std::ptrdiff_t>(seeds));
  };
  std::vector<TunedGroup> groups;
  for (std::size_t c = 0; c < choices.size(); ++c) {
    const Results own = results_of_choice(c);
    TunedGroup group;
    group.choice = choices[c];
    group.seeds = seeds;
    group.train = interval_over(own, [](const RunResult& r) { return r.train.back(); });
    group.validation = interval_over(own, [](const RunResult& r) { return r.validation.back(); });
    group.test = interval_over(own, test);
    group.gap = interval_over(own, test_gap);
    if (no_dropout && group.choice.keep_prob < 1) {
      const Results plain = results_of_choice(c - c % keep_probs + *no_dropout);
      group.test_change = change_of(plain, own, test);
      group.gap_change = change_of(plain, own, test_gap);
    }
    groups.push_back(std::move(group));
  }
  std::vector<Change*> changes;
  for (TunedGroup& group : groups) {
    if (group.test_change) changes.insert(changes.end(), {&*group.test_change, &*group.gap_change});
  }
  hold_together(changes);
  return groups;
}

}  // namespace thinnet::examples
