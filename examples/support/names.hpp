// What options, files and reports call the values of an enum.
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include "data/batches.hpp"
#include "data/io/names.hpp"
#include "examples/support/optimizer.hpp"

namespace thinnet::examples {

template <typename Value>
using Names = std::map<std::string, Value>;

inline const Names<OptimizerKind>& optimizer_names() {
  static const Names<OptimizerKind> names{{"adam", OptimizerKind::adam},
                                          {"sgd", OptimizerKind::sgd}};
  return names;
}

inline const Names<Sampling>& sampling_names() {
  static const Names<Sampling> names{{"replacement", Sampling::with_replacement},
                                     {"shuffled", Sampling::shuffled}};
  return names;
}

/// --split. Automatic: published data sets by position, as everybody splits them; a user's own at
/// random, for its rows may be sorted.
enum class SplitChoice { automatic, random, tail };

inline const Names<SplitChoice>& split_names() {
  static const Names<SplitChoice> names{{"auto", SplitChoice::automatic},
                                        {"random", SplitChoice::random},
                                        {"tail", SplitChoice::tail}};
  return names;
}

/// The value of that name, in which capitals do not matter; nothing when there is none.
template <typename Value>
std::optional<Value> value_named(const std::string& text, const Names<Value>& names) {
  const auto named = names.find(lower_case(text));
  if (named == names.end()) return std::nullopt;
  return named->second;
}

/// Throws std::logic_error when the value has no name.
template <typename Value>
const std::string& name_of(Value value, const Names<Value>& names) {
  for (const auto& [name, named] : names)
    if (named == value) return name;
  throw std::logic_error("a value without a name");
}

inline const std::string& name_of(OptimizerKind kind) {
  return name_of(kind, optimizer_names());
}

inline const std::string& name_of(Sampling sampling) {
  return name_of(sampling, sampling_names());
}

}  // namespace thinnet::examples
