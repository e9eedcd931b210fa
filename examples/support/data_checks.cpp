#include "examples/support/data_checks.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <stdexcept>

#include "data/classes.hpp"

namespace thinnet::examples {
namespace {

/// False when there are no such classes.
bool warn(const std::string& which, const char* what, const std::string& classes) {
  if (classes.empty()) return false;
  fmt::print(stderr, "warning: {}{}: {}\n", which, what, classes);
  return true;
}

}  // namespace

Split split_for(SplitChoice choice, const Images& images) {
  if (choice == SplitChoice::automatic) {
    return images.published_order ? Split::tail : Split::random;
  }
  return choice == SplitChoice::tail ? Split::tail : Split::random;
}

void require_learnable(const Images& images) {
  try {
    require_learnable_classes(images.training);
  } catch (const std::invalid_argument& e) {
    throw std::invalid_argument(fmt::format("{}: {}", images.folder, e.what()));
  }
}

void warn_of_empty_classes(const Images& images) {
  warn("", "no examples of these classes, though each gets an output",
       empty_classes(images.training));
}

bool warn_of_missing_classes(const Images& images, const SplitRows& rows,
                             const std::string& which) {
  const Dataset& all = images.training;
  const bool unlearned = warn(which, "no training images of these classes, which stay unknown",
                              missing_classes(all, all.subset(rows.training)));
  const bool unjudged = warn(which, "no validation images of these classes, which go unjudged",
                             missing_classes(all, all.subset(rows.validation)));
  return unlearned || unjudged;
}

std::string split_words(Split split, const SplitRows& rows) {
  if (split == Split::tail) return "";
  return fmt::format(
      "The validation images are drawn by the seed, {}; --split tail takes the last ones.\n",
      rows.by_class ? "class by class" : "but not class by class, for a class has too few");
}

std::string guessing_words(double share) {
  return fmt::format(
      "Always guessing the largest class would get {:.3f} of the validation images right.\n",
      share);
}

}  // namespace thinnet::examples
