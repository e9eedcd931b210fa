#include "core/initialise.hpp"

#include <cmath>
#include <set>

#include "core/random.hpp"
#include "core/sequential.hpp"
#include "layers/affine.hpp"
#include "layers/relu.hpp"
#include "tests/support.hpp"

namespace thinnet {
namespace {

TEST(Initialise, GivesEveryWeightTheScaleAskedForAndBiasesZero) {
  Affine<double> layer(300, 200);
  const auto parameters = layer.parameters();
  const auto deviation_of_weights = [&] {
    double squares = 0;
    for (const double w : parameters[0]->value) squares += w * w;
    return std::sqrt(squares / static_cast<double>(parameters[0]->value.size()));
  };
  // The standard deviation of a sample's standard deviation is σ/√(2n), and a mean of many draws is
  // further off than six of them with probability below 2e-9.
  const double relative = 6 / std::sqrt(2.0 * 300 * 200);
  parameters[1]->value.fill(7);
  initialise(parameters, he, 1);
  EXPECT_NEAR(deviation_of_weights(), std::sqrt(2.0 / 300), std::sqrt(2.0 / 300) * relative);
  initialise(parameters, xavier, 1);
  EXPECT_NEAR(deviation_of_weights(), std::sqrt(2.0 / 500), std::sqrt(2.0 / 500) * relative);
  initialise(parameters, normal_scale(0.01), 1);
  EXPECT_NEAR(deviation_of_weights(), 0.01, 0.01 * relative);
  for (const double b : parameters[1]->value) EXPECT_EQ(b, 0);
  EXPECT_EQ(testing::message_of([] { normal_scale(-1); }),
            "weight scale is -1, expected a finite number >= 0");
  EXPECT_EQ(testing::message_of([] { normal_scale(HUGE_VAL); }),
            "weight scale is inf, expected a finite number >= 0");
  EXPECT_EQ(normal_scale(0)(3, 4), 0);
}

TEST(Initialise, TellsTheInitialiserInputsAndOutputs) {
  Affine<double> narrow(1, 5), wide(4, 1);
  std::vector<std::size_t> told;
  const auto note = [&](std::size_t D, std::size_t H) {
    told.insert(told.end(), {D, H});
    return 1.0;
  };
  initialise(narrow.parameters(), note, 0);
  initialise(wide.parameters(), note, 0);
  EXPECT_EQ(told, (std::vector<std::size_t>{1, 5, 4, 1}));
}

TEST(Initialise, ReadsStreamKForTheKthWeight) {
  Affine<double> first(4, 3), second(3, 2), third(2, 2);
  std::vector<Parameter<double>*> all;
  for (auto* layer : {&first, &second, &third})
    for (auto* p : layer->parameters()) all.push_back(p);
  initialise(all, normal_scale(2), 9);
  for (std::size_t k = 0; k < 3; ++k) {
    Random random(9, static_cast<std::uint32_t>(k));
    for (const double w : all[2 * k]->value) EXPECT_EQ(w, 2 * random.normal()) << k;
  }
}

TEST(Initialise, StartsFloatAndDoubleNetsAlikeAndLayersApart) {
  Affine<float> f(4, 3);
  Affine<double> d1(4, 3), d2(4, 3);
  initialise(f.parameters(), he, 9);
  std::vector<Parameter<double>*> both{d1.parameters()[0], d2.parameters()[0]};
  initialise(both, he, 9);
  std::set<double> different;
  for (std::size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(f.parameters()[0]->value.data()[i], static_cast<float>(both[0]->value.data()[i]));
    different.insert({both[0]->value.data()[i], both[1]->value.data()[i]});
  }
  EXPECT_EQ(different.size(), 24U);
}

TEST(RequireInitialised, NamesTwoWeightsThatNobodyInitialised) {
  Sequential<double> net(3, Affine<double>(3, 4), Relu<double>(), Affine<double>(4, 2));
  const Matrix<double> x({2, 3}, 1);
  EXPECT_EQ(testing::message_of<std::logic_error>([&] { net.forward(x, train(0)); }),
            "affine1.w and affine2.w are all zeros, so that the net cannot learn: before training "
            "call initialise(net.parameters(), he, seed), or load weights");
  EXPECT_NO_THROW(net.forward(x, test()));
  initialise(net.parameters(), he, 0);
  EXPECT_NO_THROW(net.forward(x, train(0)));
}

TEST(RequireInitialised, AllowsASingleWeightOfZerosForItLearnsFromThere) {
  Sequential<double> line(3, Affine<double>(3, 2));
  EXPECT_NO_THROW(line.forward(Matrix<double>({2, 3}, 1), train(0)));
  Sequential<double> net(3, Affine<double>(3, 4), Relu<double>(), Affine<double>(4, 2));
  initialise(net.parameters(), he, 0);
  net.parameters()[2]->value.fill(0);
  EXPECT_NO_THROW(net.forward(Matrix<double>({2, 3}, 1), train(0)));
}

}  // namespace
}  // namespace thinnet
