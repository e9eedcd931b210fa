// Examples in memory, with a label or with targets.
#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "core/matrix.hpp"
#include "data/picture.hpp"

namespace thinnet {

/// N examples of D features, and what a net should answer to each: a label, the number of its
/// class, or C targets, any numbers. A data set has one or the other. Images stay bytes (0 to 255)
/// and become T only in a batch: CIFAR-10 takes 154 MB instead of 614. Copies and subsets share all
/// that is large.
class Dataset {
 public:
  using Features = std::variant<Matrix<std::uint8_t>, Matrix<float>, Matrix<double>>;

  /// x (N×D), labels (N) in [0, classes). A row is a picture when its shape is given. Throws
  /// std::invalid_argument when they do not fit, when N or D is 0, or when a feature is not finite:
  /// row and column of the first such are told.
  Dataset(Features x, Labels labels, std::size_t classes, std::optional<Picture> picture = {});
  /// x (N×D), targets (N×C), finite too. Throws likewise, also when C is 0.
  Dataset(Features x, Matrix<double> targets, std::optional<Picture> picture = {});

  /// The given rows, in the given order. Throws std::out_of_range for a row that is not there.
  Dataset subset(const std::vector<std::uint32_t>& rows) const;
  /// count rows from `first` on. Throws std::out_of_range likewise.
  Dataset range(std::size_t first, std::size_t count) const;

  std::size_t size() const { return rows_.size(); }
  std::size_t width() const;
  const std::optional<Picture>& picture() const { return stored_->picture; }
  /// The number of row i in the whole data set: the same in every subset.
  std::uint32_t example(std::size_t i) const { return rows_[i]; }
  /// out[d] = x[i,d] for the D features of row i.
  template <typename T>
  void copy_row(std::size_t i, T* out) const;

  /// Labels, or else targets. What asks for the other throws std::invalid_argument.
  bool has_labels() const { return !stored_->labels.empty(); }
  std::size_t classes() const;
  std::int32_t label(std::size_t i) const;
  /// C.
  std::size_t target_width() const;
  /// out[c] = target c of row i.
  template <typename T>
  void copy_targets(std::size_t i, T* out) const;

 private:
  struct Stored {
    Features x;
    Labels labels;  // (N), or empty
    std::size_t classes;
    Matrix<double> targets;  // (N×C), or empty
    std::optional<Picture> picture;
  };
  explicit Dataset(Stored stored);

  std::shared_ptr<const Stored> stored_;
  std::vector<std::uint32_t> rows_;
};

}  // namespace thinnet
