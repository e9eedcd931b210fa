#include "data/classes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/check.hpp"

namespace thinnet {
namespace {

/// "1, 3 to 5 and 7"; beyond some it only tells how many more there are.
std::string list_of(const std::vector<std::size_t>& classes) {
  constexpr std::size_t most_ranges = 8;
  std::vector<std::string> ranges;
  std::size_t i = 0;
  while (i < classes.size() && ranges.size() < most_ranges) {
    std::size_t last = i;
    while (last + 1 < classes.size() && classes[last + 1] == classes[last] + 1) ++last;
    const bool pair_or_one = last - i < 2;
    ranges.push_back(pair_or_one ? fmt::format("{}", classes[i])
                                 : fmt::format("{} to {}", classes[i], classes[last]));
    i = pair_or_one ? i + 1 : last + 1;
  }
  if (i < classes.size()) ranges.push_back(fmt::format("{} more", classes.size() - i));
  if (ranges.size() < 2) return fmt::format("{}", fmt::join(ranges, ""));
  const std::string last = ranges.back();
  ranges.pop_back();
  return fmt::format("{} and {}", fmt::join(ranges, ", "), last);
}

std::size_t classes_with_examples(const std::vector<std::size_t>& counts) {
  return static_cast<std::size_t>(
      std::count_if(counts.begin(), counts.end(), [](std::size_t count) { return count > 0; }));
}

constexpr const char* what_to_do =
    "are these numbers to predict rather than classes? Then sort them into a few classes first, "
    "for only classes can be learned here; names or numbers with gaps become classes 0, 1, 2, … "
    "by y = numpy.unique(y, return_inverse=True)[1]";

}  // namespace

std::vector<std::size_t> class_counts(const Dataset& data) {
  std::vector<std::size_t> counts(data.classes());
  for (std::size_t i = 0; i < data.size(); ++i) ++counts[static_cast<std::size_t>(data.label(i))];
  return counts;
}

double largest_class_share(const Dataset& data) {
  const auto counts = class_counts(data);
  return static_cast<double>(*std::max_element(counts.begin(), counts.end())) /
         static_cast<double>(data.size());
}

void require_learnable_classes(const Dataset& data) {
  const std::size_t N = data.size(), C = data.classes();
  require(C <= N, "labels up to {} for {} examples would make {} classes: {}", C - 1, N, C,
          what_to_do);  // first, for counting them takes memory
  const std::size_t present = classes_with_examples(class_counts(data));
  require(present > 1,
          "all {} labels are {}: there is nothing to tell apart, it takes two classes or more", N,
          data.label(0));
  require(2 * present <= N,
          "{} examples have {} different labels, fewer than two examples of each: {}", N, present,
          what_to_do);
}

std::string missing_classes(const Dataset& in, const Dataset& part) {
  const auto all = class_counts(in), some = class_counts(part);
  std::vector<std::size_t> missing;
  for (std::size_t c = 0; c < all.size(); ++c) {
    if (all[c] > 0 && some[c] == 0) missing.push_back(c);
  }
  return list_of(missing);
}

std::string empty_classes(const Dataset& data) {
  const auto counts = class_counts(data);
  std::vector<std::size_t> empty;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] == 0) empty.push_back(c);
  }
  return list_of(empty);
}

}  // namespace thinnet
