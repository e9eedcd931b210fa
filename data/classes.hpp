// How the examples of a data set spread over its classes, and what is wrong with that.
#pragma once

#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace thinnet {

/// How many examples each class (C) has.
std::vector<std::size_t> class_counts(const Dataset& data);

/// The share of the largest class, in (0, 1]: the accuracy of always guessing it.
double largest_class_share(const Dataset& data);

/// Throws std::invalid_argument, with what to do, unless labels are such as a classifier can learn:
/// at least two classes with examples, no more classes (largest label + 1) than examples, and at
/// least two examples for each class that has any, on average. Labels that break the last two rules
/// are mostly measurements, identity numbers, or class numbers with gaps; the second one also
/// bounds the net's last layer, which has one output for every class.
void require_learnable_classes(const Dataset& data);

/// "1 and 3 to 5": the classes that `in` has examples of and `part` does not; empty for none.
std::string missing_classes(const Dataset& in, const Dataset& part);

/// "2 to 6": the classes below the largest label that have no examples; empty for none.
std::string empty_classes(const Dataset& data);

}  // namespace thinnet
