#include <limits>

#include "optim/adam.hpp"
#include "optim/l2_penalty.hpp"
#include "optim/sgd.hpp"
#include "tests/support.hpp"

namespace thinnet {
namespace {

using testing::lin;
using testing::message_of;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// A parameter of the reference figures: w = lin(-.4, .6, 20), dw = lin(-.6, .4, 20).
Parameter<double> reference_parameter() {
  return {"w", lin(-0.4, 0.6, 4, 5), lin(-0.6, 0.4, 4, 5), Role::weight};
}

TEST(Sgd, GivesTheReferenceFigures) {
  auto w = reference_parameter();
  Sgd<double> sgd({&w}, {1e-3});
  sgd.step();
  testing::expect_near(w.value, lin(-0.3994, 0.5996, 4, 5), 1e-15);
}

TEST(Sgd, GivesTheReferenceFiguresWithMomentum) {
  auto w = reference_parameter();
  Sgd<double> sgd({&w}, {1e-3, 0.9});
  sgd.state().moments[0]->at(0) = lin(0.6, 0.9, 4, 5);
  sgd.step();
  testing::expect_near(sgd.state().moments[0]->at(0), lin(0.5406, 0.8096, 4, 5), 1e-15);
  testing::expect_near(w.value, lin(0.1406, 1.4096, 4, 5), 1e-15);
}

TEST(Sgd, NesterovIsClassicalMomentumSeenFromTheLookAheadPoint) {
  // With y = w + μ·v, Nesterov's update v' = μ·v - rate·g(y), w' = w + v' moves y as the layer's
  // form moves its parameter. The gradient here is g(y) = y.
  const double rate = 0.1, momentum = 0.9;
  double w = 1, v = 0;
  Parameter<double> p{"w", {{1}}, {{0}}, Role::weight};
  Sgd<double> sgd({&p}, {rate, momentum, true});
  for (int step = 0; step < 20; ++step) {
    const double y = w + momentum * v;
    ASSERT_NEAR(p.value(0, 0), y, 1e-14) << step;
    v = momentum * v - rate * y;
    w += v;
    p.grad(0, 0) = p.value(0, 0);
    sgd.step();
  }
}

TEST(Sgd, MinimisesThePenalisedLossButLeavesBiasesUndecayed) {
  // ½(w - 1)² + ½·λ·w² is least at w = 1/(1 + λ).
  Parameter<double> w{"w", {{5}}, {{0}}, Role::weight}, b{"b", {{5}}, {{0}}, Role::bias};
  Sgd<double> sgd({&w, &b}, {0.1, 0.5, false, 0.25});
  for (int step = 0; step < 500; ++step) {
    for (auto* p : {&w, &b}) p->grad = p->value - 1.0;
    sgd.step();
  }
  EXPECT_NEAR(w.value(0, 0), 1 / 1.25, 1e-12);
  EXPECT_NEAR(b.value(0, 0), 1, 1e-12);
}

TEST(Adam, GivesTheReferenceFiguresOfASixthStep) {
  auto w = reference_parameter();
  Adam<double> adam({&w}, {1e-2});
  adam.state().moments[0]->at(0) = lin(0.6, 0.9, 4, 5);
  adam.state().moments[1]->at(0) = lin(0.7, 0.5, 4, 5);
  *adam.state().t = 5;
  adam.step();
  EXPECT_NEAR(w.value(0, 0), -.40094747166840083, 1e-15);
  EXPECT_NEAR(w.value(3, 4), .5980145902433942, 1e-15);
  EXPECT_EQ(*adam.state().t, 6U);
}

TEST(Adam, CountsStepsAndNotParameters) {
  // Every first step is learning_rate·sign(g), for the last parameter of many as for the first.
  std::vector<Parameter<double>> ps(5, {"w", {{0}}, {{3}}, Role::weight});
  std::vector<Parameter<double>*> all;
  all.reserve(ps.size());
  for (auto& p : ps) all.push_back(&p);
  Adam<double> adam(all, {0.01});
  adam.step();
  for (const auto& p : ps) EXPECT_NEAR(p.value(0, 0), -0.01, 1e-10);
  EXPECT_EQ(*adam.state().t, 1U);
}

/// A weight of 1 with a gradient of 1, after ten steps.
template <typename T>
double after_ten_steps(const AdamOptions& options) {
  Parameter<T> w{"w", {{1}}, {{1}}, Role::weight};
  Adam<T> adam({&w}, options);
  for (int i = 0; i < 10; ++i) adam.step();
  return static_cast<double>(w.value(0, 0));
}

TEST(Adam, TakesBetasThatAreOneInFloat) {
  // m_hat = v_hat = 1 for a constant gradient of 1, whatever the betas: ten steps of the rate. Each
  // step rounds to half an ulp of 1, 6e-8, and m_hat and v_hat by a few.
  constexpr double nearly_one = 0.99999999;
  ASSERT_EQ(static_cast<float>(nearly_one), 1.0F);
  for (const double beta1 : {0.9, nearly_one}) {
    for (const double beta2 : {0.999, nearly_one}) {
      const AdamOptions options{0.001, beta1, beta2};
      EXPECT_NEAR(after_ten_steps<double>(options), 0.99, 1e-8);
      EXPECT_NEAR(after_ten_steps<float>(options), 0.99, 1e-6);
    }
  }
}

TEST(Adam, DecaysWeightsThroughTheGradientAndLeavesBiasesAlone) {
  // With dw = 0 all of a weight's first step comes from λ·w; a bias has none.
  Parameter<double> w{"w", {{2}}, {{0}}, Role::weight}, b{"b", {{2}}, {{0}}, Role::bias};
  Adam<double> adam({&w, &b}, {0.01, 0.9, 0.999, 1e-8, 0.5});
  adam.step();
  EXPECT_NEAR(w.value(0, 0), 2 - 0.01, 1e-9);
  EXPECT_EQ(b.value(0, 0), 2);
}

TEST(Optimizers, ReuseTheirMemory) {
  auto w = reference_parameter();
  const double* value = w.value.data();
  Sgd<double> sgd({&w}, {1e-3, 0.9, true, 0.1});
  Adam<double> adam({&w}, {});
  const double *v = sgd.state().moments[0]->at(0).data(),
               *m = adam.state().moments[0]->at(0).data();
  sgd.step();
  adam.step();
  EXPECT_EQ(w.value.data(), value);
  EXPECT_EQ(sgd.state().moments[0]->at(0).data(), v);
  EXPECT_EQ(adam.state().moments[0]->at(0).data(), m);
}

TEST(Optimizers, RefuseOptionsOutsideTheirRange) {
  using Options = SgdOptions;
  const auto sgd = [](Options options) { return message_of([=] { Sgd<double>({}, options); }); };
  EXPECT_EQ(sgd(Options{0}), "learning rate is 0.000000, expected a finite number > 0");
  EXPECT_EQ(sgd(Options{nan}), "learning rate is nan, expected a finite number > 0");
  EXPECT_EQ(sgd(Options{HUGE_VAL}), "learning rate is inf, expected a finite number > 0");
  EXPECT_EQ(sgd({0.1, 1}), "momentum is 1, expected [0, 1)");
  EXPECT_EQ(sgd({0.1, nan}), "momentum is nan, expected [0, 1)");
  EXPECT_EQ(sgd({0.1, 0, false, -1}), "weight decay is -1, expected a finite number >= 0");
  EXPECT_EQ(sgd({0.1, 0, false, HUGE_VAL}), "weight decay is inf, expected a finite number >= 0");

  const auto adam = [](AdamOptions options) {
    return message_of([=] { Adam<double>({}, options); });
  };
  EXPECT_EQ(adam({-1}), "learning rate is -1.000000, expected a finite number > 0");
  EXPECT_EQ(adam({0.1, 1}), "Adam's beta is 1, expected [0, 1)");
  EXPECT_EQ(adam({0.1, 0.9, -0.5}), "Adam's beta is -0.5, expected [0, 1)");
  EXPECT_EQ(adam({0.1, 0.9, 0.9, 0}), "Adam's epsilon is 0, expected a finite number > 0");
  EXPECT_EQ(adam({0.1, 0.9, 0.9, 1e-8, nan}), "weight decay is nan, expected a finite number >= 0");
  EXPECT_EQ(adam({0.1, 0.9, 0.9, HUGE_VAL}), "Adam's epsilon is inf, expected a finite number > 0");
}

TEST(Optimizers, TakeOptionsAtTheEdgeOfTheirRange) {
  EXPECT_NO_THROW(Adam<double>({}, {0.1, 0, 0}));
  EXPECT_NO_THROW(Sgd<double>({}, {std::numeric_limits<double>::max(), 0, false, 0}));
}

TEST(Optimizers, HaveTheDefaultsOfTheirPapers) {
  const AdamOptions adam;
  EXPECT_EQ(adam.learning_rate, 1e-3);
  EXPECT_EQ(adam.beta1, 0.9);
  EXPECT_EQ(adam.beta2, 0.999);
  EXPECT_EQ(adam.epsilon, 1e-8);
  EXPECT_EQ(adam.weight_decay, 0);
  const SgdOptions sgd;
  EXPECT_EQ(sgd.learning_rate, 1e-2);
  EXPECT_EQ(sgd.momentum, 0);
  EXPECT_FALSE(sgd.nesterov);
  EXPECT_EQ(sgd.weight_decay, 0);
}

TEST(Optimizers, RememberAsMuchAsTheyNeed) {
  auto w = reference_parameter();
  EXPECT_EQ((Sgd<double>({&w}, {}).state().moments.size()), 0U);
  EXPECT_EQ((Sgd<double>({&w}, {1e-2, 0.9}).state().moments.size()), 1U);
  EXPECT_EQ((Adam<double>({&w}, {}).state().moments.size()), 2U);
}

TEST(Optimizers, RefuseAGradOfAnotherShapeThanItsValue) {
  auto w = reference_parameter();
  Sgd<double> plain({&w}, {}), sgd({&w}, {1e-2, 0.9});
  Adam<double> adam({&w}, {});
  const std::string message = "w: grad is 4×4, expected 4×5";
  w.grad = lin(0, 1, 4, 4);
  EXPECT_EQ(message_of([&] { plain.step(); }), message);
  EXPECT_EQ(message_of([&] { sgd.step(); }), message);
  EXPECT_EQ(message_of([&] { adam.step(); }), message);
}

TEST(Optimizers, RefuseAParameterThatChangedItsShape) {
  auto w = reference_parameter();
  Sgd<double> sgd({&w}, {1e-2, 0.9});
  w.value = w.grad = lin(0, 1, 6, 5);
  EXPECT_EQ(message_of([&] { sgd.step(); }), "entrywise: a matrix is 4×5, expected 6×5");
}

TEST(Optimizers, RefuseALearningRateThatIsZeroOrInfiniteInFloat) {
  Sgd<float> sgd({}, {0.5});
  for (const double rate : {1e-50, 1e50})
    EXPECT_THROW(sgd.set_learning_rate(rate), std::invalid_argument) << rate;
  EXPECT_EQ(sgd.learning_rate(), 0.5);
  EXPECT_NO_THROW(Sgd<double>({}, {1e-50}));
}

TEST(Optimizers, TakeANewLearningRate) {
  Parameter<float> w{"w", {{1}}, {{1}}, Role::weight};
  Sgd<float> sgd({&w}, {0.5});
  sgd.set_learning_rate(0.25);
  sgd.step();
  EXPECT_EQ(w.value(0, 0), 0.75F);
  EXPECT_EQ(sgd.learning_rate(), 0.25);
}

TEST(L2Penalty, SumsTheSquaresOfWeightsOnly) {
  Parameter<float> w{"w", {{3, 4}}, {{0, 0}}, Role::weight};
  Parameter<float> b{"b", {{100, 100}}, {{0, 0}}, Role::bias};
  EXPECT_DOUBLE_EQ(l2_penalty<float>({&w, &b}, 0.2), 0.5 * 0.2 * 25);
}

}  // namespace
}  // namespace thinnet
