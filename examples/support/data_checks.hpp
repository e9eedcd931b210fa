// What programs ask of a user's data before they make a net, and how they tell what they found.
#pragma once

#include <string>

#include "data/split.hpp"
#include "examples/support/images.hpp"
#include "examples/support/names.hpp"

namespace thinnet::examples {

inline constexpr const char* split_help =
    "which images validate: the last ones (tail), or some drawn by the seed, class by class "
    "(random); auto is tail for published data sets and random for your own";

Split split_for(SplitChoice choice, const Images& images);

/// Throws std::invalid_argument, naming the folder, for labels that nothing can be learned from:
/// see require_learnable_classes.
void require_learnable(const Images& images);

/// How many of so many images train and validate when nobody says: a fifth validates.
struct ImageCounts {
  std::size_t training = 0, validation = 0;
};
ImageCounts counts_that_fit(std::size_t images);

/// Throws std::invalid_argument, with numbers that fit, unless so many images are enough to train
/// and to validate on that many, at least one each.
void require_enough_images(const ImageCounts& wanted, std::size_t images);

/// Throws std::invalid_argument unless a net for the images can be tested on the test images,
/// before it is trained.
void require_fitting_test(const Dataset& images, const Dataset& test);

/// Tells on stderr of class numbers without any examples, if there are some.
void warn_of_empty_classes(const Images& images);

/// Tells on stderr, in a line each that begins with `which`, of classes that have examples, but
/// none to train on or none to validate on. False when there is nothing to tell.
bool warn_of_missing_classes(const Images& images, const SplitRows& rows,
                             const std::string& which = "");

/// One line on how the validation images were chosen; empty for the last ones.
std::string split_words(Split split, const SplitRows& rows);

/// One line on what always guessing the largest class would get.
std::string guessing_words(double share);

}  // namespace thinnet::examples
