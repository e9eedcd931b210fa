// What study.json says in several places, always in one form.
#pragma once

#include <nlohmann/json.hpp>

#include "apps/dropout_study/groups.hpp"

namespace thinnet::examples {

using Json = nlohmann::ordered_json;

/// {"mean", "low", "high"}; low and high are null with one value.
Json to_json(const Interval& interval);
/// The same with a list of each.
Json to_json(const std::vector<Interval>& curve);
/// An interval with "holds" (in how many of the "seeds" it is as hoped) and "words".
Json to_json(const Change& change, std::size_t holds, const std::string& words);
Json to_json(const Group& group);

/// 1, where nlohmann's JSON would write 1.0.
Json number(double value);
/// The same for a list.
Json numbers(const std::vector<double>& values);

}  // namespace thinnet::examples
