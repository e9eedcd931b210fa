// What a comparison of each keep_prob at its own best setting says, in words.
#pragma once

#include <string>
#include <vector>

#include "apps/dropout_study/tuning.hpp"

namespace thinnet::examples {

/// What the change of test accuracy, and of the gap to it, comes to: see gap_words.
std::string test_words(const Change& change);
std::string test_gap_words(const Change& change);

/// "its best point lies at the edge of the grid (0.001 is the largest learning rate): a larger grid
/// may hold a better one"; empty where it lies inside.
std::string edge_sentence(const Grid& grid, const Setting& setting);

/// study_headline, of the tuned nets; empty where there is nothing to tell.
std::string tuned_headline(const std::vector<TunedGroup>& groups, const std::string& data_name);

/// The comparison in one sentence, with "each at its own best setting"; counts as study_sentence.
std::string tuned_sentence(const Grid& grid, const std::vector<TunedGroup>& groups,
                           const std::string& data_name);

/// A line for each keep_prob with its setting, then one for each comparison, then one for each best
/// point at the edge of the grid. `grid` has the tuning seeds.
std::string tuned_text(const Grid& grid, const std::vector<TunedGroup>& groups);

}  // namespace thinnet::examples
