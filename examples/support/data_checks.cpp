#include "examples/support/data_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "core/check.hpp"
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

ImageCounts counts_that_fit(std::size_t images) {
  const std::size_t validation = std::max<std::size_t>(1, images / 5);
  return {images - validation, validation};
}

void require_enough_images(const ImageCounts& wanted, std::size_t images) {
  require(images >= 2, "{} images are too few to train on some and validate on others", images);
  require(wanted.training > 0 && wanted.validation > 0,
          "training and validation need at least 1 image each");
  const bool enough = wanted.validation <= images && wanted.training <= images - wanted.validation;
  const ImageCounts fit = counts_that_fit(images);
  require(enough,
          "--training {} and --validation {} ask for more images than the {} there are: "
          "--training {} --validation {} would do",
          wanted.training, wanted.validation, images, fit.training, fit.validation);
}

void require_fitting_test(const Dataset& images, const Dataset& test) {
  require(test.width() == images.width(), "test images have {} features, the others {}",
          test.width(), images.width());
  require(test.classes() <= images.classes(), "test images are of {} classes, the others of {}",
          test.classes(), images.classes());
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
