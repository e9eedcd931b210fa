#include "examples/support/classifier.hpp"

#include "core/initialise.hpp"
#include "layers/dropout.hpp"
#include "tests/support.hpp"

namespace thinnet::examples {
namespace {

using testing::message_of;

std::vector<std::string> layers(const Sequential<float>& net) {
  std::vector<std::string> names;
  names.reserve(net.size());
  for (std::size_t i = 0; i < net.size(); ++i) names.push_back(net.layer(i).name());
  return names;
}

double keep_prob(const Sequential<float>& net, std::size_t layer) {
  return dynamic_cast<const Dropout<float>&>(net.layer(layer)).keep_prob();
}

void expect_equal_weights(Sequential<float>& a, Sequential<float>& b) {
  const auto ours = a.parameters(), theirs = b.parameters();
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    EXPECT_EQ(ours[i]->name, theirs[i]->name);
    EXPECT_EQ(ours[i]->value, theirs[i]->value) << ours[i]->name;
  }
}

TEST(Classifier, HasALayerOfDropoutAfterEveryHiddenLayer) {
  auto net = make_classifier(7, 3, {{5, 4}, .25});
  EXPECT_EQ(layers(net), (std::vector<std::string>{"affine1", "relu1", "dropout1", "affine2",
                                                   "relu2", "dropout2", "affine3"}));
  EXPECT_EQ(keep_prob(net, 2), .25);
  EXPECT_EQ(keep_prob(net, 5), .25);
  EXPECT_EQ(shape_text(net.parameters()[0]->value), "7×5");
  EXPECT_EQ(shape_text(net.parameters()[4]->value), "4×3");
  EXPECT_EQ(layers(make_classifier(7, 3, {})), std::vector<std::string>{"affine1"});
}

TEST(Classifier, HasDropoutOfItsInputWhenAskedFor) {
  const auto net = make_classifier(7, 3, {{5}, .5, .8});
  EXPECT_EQ(layers(net),
            (std::vector<std::string>{"dropout1", "affine1", "relu1", "dropout2", "affine2"}));
  EXPECT_EQ(keep_prob(net, 0), .8);
  EXPECT_EQ(keep_prob(net, 3), .5);
}

TEST(Classifier, StartsAlikeAtEveryKeepProb) {
  auto plain = make_classifier(7, 3, {{5, 4}, 1, 1, he, 9});
  auto thinned = make_classifier(7, 3, {{5, 4}, .5, 1, he, 9});
  auto input_too = make_classifier(7, 3, {{5, 4}, .25, .8, he, 9});
  expect_equal_weights(plain, thinned);
  expect_equal_weights(plain, input_too);
  auto other = make_classifier(7, 3, {{5, 4}, 1, 1, he, 10});
  EXPECT_NE(plain.parameters()[0]->value, other.parameters()[0]->value);
  auto small = make_classifier(7, 3, {{5, 4}, 1, 1, normal_scale(0), 9});
  EXPECT_EQ(xt::amax(xt::abs(small.parameters()[0]->value))(), 0);
}

TEST(Classifier, DrawsAnotherMaskForEverySeed) {
  const Matrix<float> x = xt::ones<float>({20, 50});
  const auto mask = [&](std::uint64_t seed, std::size_t layer) {
    auto net = make_classifier(50, 3, {{40}, .5, .5, he, seed});
    net.forward(x, train(0));
    return dynamic_cast<const Dropout<float>&>(net.layer(layer)).cache().mask;
  };
  for (const std::size_t layer : {0U, 3U}) {
    EXPECT_EQ(mask(1, layer), mask(1, layer));
    EXPECT_NE(mask(1, layer), mask(2, layer));
  }
}

TEST(Classifier, RefusesWhatIsOutOfRange) {
  const std::string reason = ", expected a number in (0, 1]";
  EXPECT_EQ(message_of([] {
              make_classifier(7, 3, {{5}, 0});
            }),
            "dropout: keep_prob is 0" + reason);
  EXPECT_EQ(message_of([] {
              make_classifier(7, 3, {{5}, 1, 1.5});
            }),
            "dropout: keep_prob is 1.5" + reason);
  EXPECT_EQ(message_of([] {
              make_classifier(7, 3, {{5}, 1, std::nan("")});
            }),
            "dropout: keep_prob is nan" + reason);
  EXPECT_NE(message_of([] { make_classifier(7, 3, {{5, 0}}); }), "");
}

}  // namespace
}  // namespace thinnet::examples
