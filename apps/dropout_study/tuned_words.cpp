#include "apps/dropout_study/tuned_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "apps/dropout_study/conclusions.hpp"

namespace thinnet::examples {
namespace {

constexpr Subject test_subject{"test accuracy", "falls", "rises", "lower", "higher"};
constexpr Subject test_gap_subject{"the gap between train and test accuracy", gap_subject.falls,
                                   gap_subject.rises, gap_subject.lower, gap_subject.higher};

std::string setting_text(const Setting& setting) {
  return fmt::format("learning rate {}, {} epoch{}", setting.learning_rate, setting.epochs,
                     setting.epochs == 1 ? "" : "s");
}

std::string place_text(const Choice& choice) {
  return fmt::format("hidden {}, training {}", hidden_text(choice.hidden), choice.training);
}

/// The group without dropout of the same net and size. There is one where there are comparisons.
const TunedGroup& plain_of(const std::vector<TunedGroup>& groups, const Choice& choice) {
  return *std::find_if(groups.begin(), groups.end(), [&](const TunedGroup& group) {
    const Choice& plain = group.choice;
    return plain.keep_prob == 1 && plain.hidden == choice.hidden &&
           plain.training == choice.training;
  });
}

std::string table_of(const Grid& grid, const std::vector<TunedGroup>& groups) {
  std::string table = fmt::format(
      "Each at its own best setting, by validation accuracy over tuning {} {}; then trained "
      "anew on {}\n\n",
      grid.seeds.size() == 1 ? "seed" : "seeds", fmt::join(grid.seeds, ", "),
      groups.front().seeds == 1
          ? "a fresh seed"
          : fmt::format("{} fresh seeds, mean ± half of its 95 % interval", groups.front().seeds));
  constexpr const char* line =
      "{:>12}  {:>8}  {:>9}  {:>13}  {:>6}  {:>11}  {:>11}  {:>11}  {:>11}\n";
  table += fmt::format(line, "hidden", "training", "keep_prob", "learning rate", "epochs", "train",
                       "validation", "test", "gap to test");
  for (const TunedGroup& group : groups) {
    const Choice& choice = group.choice;
    table += fmt::format(line, hidden_text(choice.hidden), choice.training, choice.keep_prob,
                         choice.setting.learning_rate, choice.setting.epochs,
                         interval_text(group.train), interval_text(group.validation),
                         interval_text(group.test), interval_text(group.gap));
  }
  return table;
}

std::string comparison_line(const TunedGroup& group, const TunedGroup& plain) {
  return fmt::format(
      "{}, keep_prob {} ({}) instead of 1 ({}), each at its own best setting: {}; {}{}.\n",
      place_text(group.choice), group.choice.keep_prob, setting_text(group.choice.setting),
      setting_text(plain.choice.setting), test_words(*group.test_change),
      test_gap_words(*group.gap_change), reason_words(*group.gap_change, *group.test_change));
}

std::vector<const Change*> changes_in(const std::vector<TunedGroup>& groups,
                                      std::optional<Change> TunedGroup::*member) {
  std::vector<const Change*> changes;
  for (const TunedGroup& group : groups) {
    if (group.*member) changes.push_back(&*(group.*member));
  }
  return changes;
}

std::string edges_clause(const Grid& grid, const std::vector<TunedGroup>& groups) {
  const auto edges = std::count_if(groups.begin(), groups.end(), [&](const TunedGroup& group) {
    return !edges_of(grid, group.choice.setting).empty();
  });
  if (edges == 0) return "";
  return fmt::format(
      " {} of {} best points {} at the edge of the grid: it was too small to hold the best for "
      "certain.",
      edges, groups.size(), edges == 1 ? "lies" : "lie");
}

}  // namespace

std::string test_words(const Change& change) {
  return change_words(change, test_subject);
}

std::string test_gap_words(const Change& change) {
  return change_words(change, test_gap_subject);
}

std::string edge_sentence(const Grid& grid, const Setting& setting) {
  const std::vector<std::string> edges = edges_of(grid, setting);
  if (edges.empty()) return "";
  return fmt::format(
      "its best point lies at the edge of the grid ({}): a larger grid may hold a better one",
      fmt::join(edges, ", "));
}

std::string tuned_sentence(const Grid& grid, const std::vector<TunedGroup>& groups,
                           const std::string& data_name) {
  const auto tests = changes_in(groups, &TunedGroup::test_change);
  const auto gaps = changes_in(groups, &TunedGroup::gap_change);
  if (tests.empty())
    return "There is nothing to compare: that takes keep_prob 1 and another keep_prob.";
  if (groups.front().seeds == 1) {
    return fmt::format(
        "One seed shows nothing: on {}, whether dropout changes anything, each at its own best "
        "setting, can only be told from chance with several seeds.",
        data_name);
  }
  const std::size_t intervals = 2 * tests.size();
  const std::string test = effects_words(tests, test_subject);
  const std::string gap = effects_words(gaps, test_gap_subject);
  return fmt::format(
      "On {}, each at its own best setting, {}; a comparison is over {} seeds that chose nothing, "
      "on test images that no choice has seen, and counts only where its interval leaves out 0 "
      "(95 % for all {} intervals together, by Bonferroni's rule).{}",
      data_name, claim_words({test_subject.name, test}, {test_gap_subject.name, gap}, tests.size()),
      groups.front().seeds, intervals, edges_clause(grid, groups));
}

std::string tuned_headline(const std::vector<TunedGroup>& groups, const std::string& data_name) {
  const auto tests = changes_in(groups, &TunedGroup::test_change);
  if (tests.empty() || groups.front().seeds == 1) return "";
  const auto gaps = changes_in(groups, &TunedGroup::gap_change);
  return fmt::format("On {}, tuned, {}.", data_name,
                     headline_words(counts_of(gaps), counts_of(tests), "test"));
}

std::string tuned_text(const Grid& grid, const std::vector<TunedGroup>& groups) {
  std::string text = table_of(grid, groups) + "\n";
  for (const TunedGroup& group : groups) {
    if (group.test_change) text += comparison_line(group, plain_of(groups, group.choice));
  }
  for (const TunedGroup& group : groups) {
    const std::string edge = edge_sentence(grid, group.choice.setting);
    if (edge.empty()) continue;
    text += fmt::format("{}, keep_prob {}: {}.\n", place_text(group.choice), group.choice.keep_prob,
                        edge);
  }
  return text;
}

}  // namespace thinnet::examples
