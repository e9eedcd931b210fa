#include "apps/dropout_study/conclusions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace thinnet::examples {
namespace {

/// The comparisons in which a quantity clearly falls, and those in which it clearly rises.
struct Effects {
  std::vector<double> falls, rises;  // mean changes, without their sign
};

Effects effects_of(const std::vector<const Change*>& changes) {
  Effects effects;
  for (const Change* change : changes) {
    const Interval& interval = change->interval;
    if (!interval.excludes_zero()) continue;
    std::vector<double>& changes_so = interval.mean < 0 ? effects.falls : effects.rises;
    changes_so.push_back(std::abs(interval.mean));
  }
  return effects;
}

/// "smaller in 11 of 12 comparisons (by .020 to .350)"; empty for none.
std::string count_words(const std::vector<double>& changes, const char* than, std::size_t all) {
  if (changes.empty()) return "";
  const auto [least, most] = std::minmax_element(changes.begin(), changes.end());
  const std::string low = decimal(*least);
  const std::string high = decimal(*most);
  const std::string by = low == high ? low : low + " to " + high;
  return fmt::format("{} in {} of {} comparison{} (by {})", than, changes.size(), all,
                     all == 1 ? "" : "s", by);
}

/// Whether the groups differ in their budget, and not in keep_prob, net and size alone.
bool several_budgets(const std::vector<Group>& groups) {
  const ExperimentOptions& first = groups.front().first.options;
  return std::any_of(groups.begin(), groups.end(), [&](const Group& group) {
    const ExperimentOptions& o = group.first.options;
    return o.learning_rate != first.learning_rate || o.epochs != first.epochs;
  });
}

/// Of the gap and of validation accuracy, in every comparison.
struct Changes {
  std::vector<const Change*> gaps, validations;
};

Changes changes_in(const std::vector<Group>& groups) {
  Changes changes;
  for (const Group& group : groups) {
    if (!group.gap_change) continue;
    changes.gaps.push_back(&*group.gap_change);
    changes.validations.push_back(&*group.validation_change);
  }
  return changes;
}

constexpr const char* nothing_to_compare =
    "There is nothing to compare: that takes keep_prob 1 and another keep_prob.";
constexpr const char* one_seed =
    "One seed shows nothing: whether dropout changes anything can only be told with several.";

}  // namespace

std::string effects_words(const std::vector<const Change*>& changes, const Subject& subject) {
  const Effects effects = effects_of(changes);
  const std::string lower = count_words(effects.falls, subject.lower, changes.size());
  const std::string higher = count_words(effects.rises, subject.higher, changes.size());
  const bool both = !lower.empty() && !higher.empty();
  return lower + (both ? " and " : "") + higher;
}

std::string claim_words(const Claim& first, const Claim& second, std::size_t all) {
  if (first.effects.empty() && second.effects.empty()) {
    return fmt::format("no effect of dropout on {}, nor on {}, could be shown in {} comparison{}",
                       first.name, second.name, all, all == 1 ? "" : "s");
  }
  const auto words = [](const Claim& claim) {
    return claim.effects.empty() ? fmt::format("no effect on {} could be shown", claim.name)
                                 : fmt::format("{} was {}", claim.name, claim.effects);
  };
  return fmt::format("with dropout {}, and {}", words(first), words(second));
}

Counts counts_of(const std::vector<const Change*>& changes) {
  const Effects effects = effects_of(changes);
  return {effects.falls.size(), effects.rises.size(), changes.size()};
}

std::string headline_words(const Counts& gap, const Counts& accuracy, const std::string& part) {
  std::string narrowed = fmt::format("dropout narrowed the train-{} gap in {} of {} comparison{}",
                                     part, gap.falls, gap.all, gap.all == 1 ? "" : "s");
  if (accuracy.rises == 0 && accuracy.falls == 0)
    return fmt::format("{}; no effect on {} accuracy could be shown", narrowed, part);
  const std::string fell = accuracy.falls == 0 ? "" : fmt::format("fell in {}", accuracy.falls);
  const std::string rose = accuracy.rises == 0 ? "" : fmt::format("rose in {}", accuracy.rises);
  const bool both = !fell.empty() && !rose.empty();
  return fmt::format("{}; {} accuracy {}{}{}", narrowed, part, rose, both ? " and " : "", fell);
}

std::string reason_words(const Change& gap, const Change& accuracy) {
  const bool shrinks = gap.interval.excludes_zero() && gap.interval.mean < 0;
  const bool rises = accuracy.interval.excludes_zero() && accuracy.interval.mean > 0;
  const double train = gap.interval.mean + accuracy.interval.mean;
  if (!shrinks || rises || train >= 0) return "";
  return fmt::format(", because train accuracy falls by {}", decimal(train));
}

std::string interval_text(const Interval& interval) {
  return interval.half ? decimal(interval.mean) + " ± " + decimal(*interval.half)
                       : decimal(interval.mean);
}

std::string gap_words(const Change& change) {
  return change_words(change, gap_subject);
}

std::string validation_words(const Change& change) {
  return change_words(change, validation_subject);
}

std::string study_headline(const std::vector<Group>& groups, const std::string& data_name) {
  const auto [gaps, validations] = changes_in(groups);
  if (gaps.empty()) return nothing_to_compare;
  if (groups.front().seeds == 1) return one_seed;
  return fmt::format("On {}, {}.", data_name,
                     headline_words(counts_of(gaps), counts_of(validations), "validation"));
}

std::string study_sentence(const std::vector<Group>& groups, const std::string& data_name) {
  const auto [gaps, validations] = changes_in(groups);
  if (gaps.empty()) return nothing_to_compare;
  const std::size_t all = gaps.size();
  const std::size_t seeds = groups.front().seeds;
  const std::size_t intervals = 2 * all;
  if (seeds == 1) {
    return fmt::format(
        "One seed shows nothing: on {}, whether dropout changes anything in {} can only be told "
        "from chance with several seeds.",
        data_name, all == 1 ? "this comparison" : fmt::format("these {} comparisons", all));
  }
  const std::string gap = effects_words(gaps, gap_subject);
  const std::string validation = effects_words(validations, validation_subject);
  return fmt::format(
      "On {}, {}; a comparison is the same net with and without dropout over {} seeds, and counts "
      "only where its interval leaves out 0 (95 % for all {} intervals together, by Bonferroni's "
      "rule).",
      data_name,
      claim_words({"the gap between train and validation accuracy", gap},
                  {"validation accuracy", validation}, all),
      seeds, intervals);
}

std::string study_table(const std::vector<Group>& groups) {
  const std::size_t seeds = groups.front().seeds;
  std::string table =
      seeds == 1 ? "One seed\n\n"
                 : fmt::format("Mean over {} seeds ± half of its 95 % interval\n\n", seeds);
  const bool budgets = several_budgets(groups);
  const auto budget_columns = [&](const std::string& rate, const std::string& epochs) {
    return budgets ? fmt::format("{:>13}  {:>6}  ", rate, epochs) : "";
  };
  table += fmt::format("{:>12}  {:>8}  {}{:>9}  {:>11}  {:>11}  {:>11}  {:>15}\n", "hidden",
                       "training", budget_columns("learning rate", "epochs"), "keep_prob", "train",
                       "validation", "gap", "best validation");
  for (const Group& group : groups) {
    const ExperimentOptions& o = group.first.options;
    const std::string budget =
        budget_columns(fmt::format("{}", o.learning_rate), fmt::format("{}", o.epochs));
    table += fmt::format("{:>12}  {:>8}  {}{:>9}  {:>11}  {:>11}  {:>11}  {:>15}\n",
                         hidden_text(o.hidden), o.training, budget, group.first.keep_prob(),
                         interval_text(group.train), interval_text(group.validation),
                         interval_text(group.gap), interval_text(group.best_validation));
  }
  return table;
}

std::string study_words(const std::vector<Group>& groups) {
  std::string words;
  const bool budgets = several_budgets(groups);
  for (const Group& group : groups) {
    if (!group.gap_change) continue;
    const ExperimentOptions& o = group.first.options;
    const std::string budget =
        budgets ? fmt::format("learning rate {}, {} epochs, ", o.learning_rate, o.epochs) : "";
    words += fmt::format("hidden {}, training {}, {}keep_prob {} instead of 1: {}{}; {}.\n",
                         hidden_text(o.hidden), o.training, budget, group.first.keep_prob(),
                         gap_words(*group.gap_change),
                         reason_words(*group.gap_change, *group.validation_change),
                         validation_words(*group.validation_change));
  }
  return words.empty() ? words : words + "\n";
}

}  // namespace thinnet::examples
