#include "apps/lab/engine/points.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "core/random.hpp"

namespace thinnet::lab {
namespace {

constexpr double pi = 3.14159265358979323846;
constexpr std::size_t most_points = 20000, most_classes = 10;
// Weights read the streams from 0 on, batches those from 2^31 on.
constexpr std::uint32_t points_stream = 0x40000000, split_stream = 0x40000001;

struct Place {
  double x, y;
};

std::size_t classes_of(const DataConfig& config) {
  switch (config.kind) {
    case DataKind::spiral:
      return 3;
    case DataKind::blobs:
    case DataKind::own:
      return config.classes;
    default:
      return 2;
  }
}

/// A point of a class without its noise; t runs from 0 to 1 over the points of the class.
Place place_of(const DataConfig& config, std::size_t label, double t, Random& random) {
  const auto which = static_cast<double>(label);
  switch (config.kind) {
    case DataKind::moons: {  // two half circles that reach into each other
      const double angle = pi * random.uniform();
      const double side = label == 0 ? 1 : -1;
      return {side * (std::cos(angle) - 0.5) / 1.5, side * (std::sin(angle) - 0.25) / 1.5};
    }
    case DataKind::circles: {
      const double angle = 2 * pi * random.uniform();
      const double radius = label == 0 ? 0.9 : 0.45;
      return {radius * std::cos(angle), radius * std::sin(angle)};
    }
    case DataKind::exclusive_or: {  // class 1 where the signs differ
      const double x = random.uniform();
      const double y = random.uniform();
      const double sign = random.below(2) == 0 ? 1 : -1;
      return {sign * x, label == 0 ? sign * y : -sign * y};
    }
    case DataKind::spiral: {  // Karpathy, "CS231n case study: a minimal neural network" (2015)
      const double angle = 4 * (which + t) + config.noise * random.normal();
      return {t * std::sin(angle), t * std::cos(angle)};
    }
    default: {  // blobs, around centres on a circle
      const double angle = 2 * pi * which / static_cast<double>(config.classes);
      return {0.7 * std::cos(angle), 0.7 * std::sin(angle)};
    }
  }
}

void require_sound(const Points& own) {
  require(own.x.shape(1) == 2 && own.x.shape(0) == own.labels.size(),
          "there are {} coordinates for {} points, expected 2 for each", own.x.size(),
          own.labels.size());
  for (std::size_t n = 0; n < own.labels.size(); ++n) {
    require(std::isfinite(own.x(n, 0)) && std::isfinite(own.x(n, 1)),
            "point {} does not have two finite coordinates", n + 1);
    require(own.labels[n] >= 0 && static_cast<std::size_t>(own.labels[n]) < own.classes,
            "point {} has class {}, expected a number from 0 to {}", n + 1, own.labels[n],
            own.classes - 1);
  }
}

/// How many points of each class are for validation: one at least in all.
std::vector<std::size_t> validation_counts(const Points& points, double share) {
  std::vector<std::size_t> of_class(points.classes);
  for (const std::int32_t label : points.labels) ++of_class[static_cast<std::size_t>(label)];
  std::vector<std::size_t> wanted;
  for (const std::size_t size : of_class) {
    const auto nearest = std::llround(share * static_cast<double>(size));
    const std::size_t most = size == 0 ? 0 : size - 1;
    wanted.push_back(std::min(static_cast<std::size_t>(nearest), most));
  }
  const bool none = std::all_of(wanted.begin(), wanted.end(), [](std::size_t n) { return n == 0; });
  if (none) {
    const auto largest = std::max_element(of_class.begin(), of_class.end());
    wanted[static_cast<std::size_t>(largest - of_class.begin())] = 1;
  }
  return wanted;
}

Points chosen(const Points& points, const std::vector<std::uint32_t>& rows) {
  Points chosen{Matrix<double>({rows.size(), 2}), {}, points.classes};
  for (std::size_t n = 0; n < rows.size(); ++n) {
    std::copy_n(&points.x(rows[n], 0), 2, &chosen.x(n, 0));
    chosen.labels.push_back(points.labels[rows[n]]);
  }
  return chosen;
}

}  // namespace

Points make_points(const DataConfig& config, std::uint64_t seed) {
  const std::size_t classes = classes_of(config);
  const bool own = config.kind == DataKind::own;
  const std::size_t count = own ? config.own.labels.size() : config.count;
  require(count >= 2 && count <= most_points, "there are {} points, expected 2 to {}", count,
          most_points);
  if (own) {
    require(classes >= 2 && classes <= most_classes, "there are {} classes, expected 2 to {}",
            classes, most_classes);
    Points points = config.own;
    points.classes = classes;
    require_sound(points);
    return points;
  }
  require(config.kind != DataKind::blobs || (classes >= 2 && classes <= 5),
          "there are {} blobs, expected 2 to 5", classes);
  require(config.noise >= 0 && std::isfinite(config.noise),
          "the noise is {}, expected a finite number from 0 on", config.noise);

  Random random(seed, points_stream);
  Points points{Matrix<double>({count, 2}), Labels(count), classes};
  const double blur = config.kind == DataKind::spiral ? 0 : config.noise;
  for (std::size_t n = 0; n < count; ++n) {
    const std::size_t label = n % classes;
    const std::size_t rank = n / classes;
    const std::size_t of_class = (count - label + classes - 1) / classes;
    const double t = static_cast<double>(rank + 1) / static_cast<double>(of_class);
    const Place place = place_of(config, label, t, random);
    points.x(n, 0) = place.x + blur * random.normal();
    points.x(n, 1) = place.y + blur * random.normal();
    points.labels[n] = static_cast<std::int32_t>(label);
  }
  return points;
}

Split split(const Points& points, double validation_share, std::uint64_t seed) {
  const std::size_t count = points.labels.size();
  require(count >= 2, "there are {} points, expected at least 2", count);
  require(validation_share > 0 && validation_share < 1,
          "the validation share is {}, expected a number between 0 and 1", validation_share);
  std::vector<std::size_t> left = validation_counts(points, validation_share);
  std::vector<std::uint32_t> training, validation;
  for (const std::uint32_t n :
       Random(seed, split_stream).permutation(static_cast<std::uint32_t>(count))) {
    std::size_t& left_of_class = left[static_cast<std::size_t>(points.labels[n])];
    if (left_of_class > 0) {
      --left_of_class;
      validation.push_back(n);
    } else {
      training.push_back(n);
    }
  }
  return {chosen(points, training), chosen(points, validation)};
}

}  // namespace thinnet::lab
