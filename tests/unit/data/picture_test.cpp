#include "data/picture.hpp"

#include <gtest/gtest.h>

#include <string>

namespace thinnet {
namespace {

/// "height×width×channels order", or "none".
std::string words(const std::vector<std::size_t>& shape) {
  const auto picture = picture_of_shape(shape);
  if (!picture) return "none";
  const bool planes = picture->order == Picture::Order::planes;
  return std::to_string(picture->height) + "×" + std::to_string(picture->width) + "×" +
         std::to_string(picture->channels) + (planes ? " planes" : " interleaved");
}

TEST(PictureOfShape, TakesThreeAxesForGrey) {
  EXPECT_EQ(words({5, 28, 28}), "28×28×1 planes");
  EXPECT_EQ(words({5, 3, 7}), "3×7×1 planes");
}

TEST(PictureOfShape, FindsTheChannels) {
  EXPECT_EQ(words({5, 32, 32, 3}), "32×32×3 interleaved");
  EXPECT_EQ(words({5, 3, 32, 32}), "32×32×3 planes");
  EXPECT_EQ(words({5, 20, 30, 4}), "20×30×4 interleaved");
  EXPECT_EQ(words({5, 4, 20, 30}), "20×30×4 planes");
  EXPECT_EQ(words({5, 28, 28, 1}), "28×28×1 planes");  // one channel is one plane
  EXPECT_EQ(words({5, 1, 28, 28}), "28×28×1 planes");
  EXPECT_EQ(words({5, 32, 32, 5}), "none");
  EXPECT_EQ(words({5, 2, 32, 32}), "none");
}

TEST(PictureOfShape, DecidesWhereBothAxesCouldBeTheChannels) {
  EXPECT_EQ(words({5, 3, 32, 3}), "3×32×3 interleaved");  // both alike: the last one
  EXPECT_EQ(words({5, 3, 4, 4}), "4×4×3 planes");         // nearer to a square
  EXPECT_EQ(words({5, 4, 4, 3}), "4×4×3 interleaved");
  EXPECT_EQ(words({5, 3, 3, 3}), "3×3×3 interleaved");
}

TEST(PictureOfShape, TakesAFlatSquareForGrey) {
  EXPECT_EQ(words({5, 784}), "28×28×1 planes");
  EXPECT_EQ(words({5, 64}), "8×8×1 planes");
  EXPECT_EQ(words({5, 49}), "none");  // too small to be meant
  EXPECT_EQ(words({5, 65}), "none");
  EXPECT_EQ(words({5, 3072}), "none");  // colour first or last? nobody knows
  EXPECT_EQ(words({5, 784, 1}), "28×28×1 planes");
  EXPECT_EQ(words({5, 1, 784}), "28×28×1 planes");
  EXPECT_EQ(words({5, 12, 1}), "none");
}

TEST(PictureOfShape, IsNoneForOtherAxes) {
  EXPECT_EQ(words({5}), "none");
  EXPECT_EQ(words({5, 2, 3, 4, 5}), "none");
  EXPECT_EQ(words({5, 1, 1, 64}), "none");
  EXPECT_EQ(words({5, 0, 0, 3}), "none");
}

}  // namespace
}  // namespace thinnet
