#include "core/sequential.hpp"

#include "core/initialise.hpp"
#include "core/summary.hpp"
#include "layers/affine.hpp"
#include "layers/dropout.hpp"
#include "layers/relu.hpp"
#include "tests/support.hpp"

namespace thinnet {
namespace {

using testing::lin;
using testing::message_of;

TEST(Sequential, NamesLayersAfterTheirKindAndRank) {
  const Sequential<float> net(4, Affine<float>(4, 3), Relu<float>(), Dropout<float>(0.5),
                              Affine<float>(3, 2));
  ASSERT_EQ(net.size(), 4U);
  EXPECT_EQ(net.layer(0).name(), "affine1");
  EXPECT_EQ(net.layer(1).name(), "relu1");
  EXPECT_EQ(net.layer(2).name(), "dropout1");
  EXPECT_EQ(net.layer(3).name(), "affine2");
  EXPECT_EQ(net.layer(3).position(), 3U);
  EXPECT_EQ(Relu<float>().position(), 0U);
  EXPECT_THROW(net.layer(4), std::out_of_range);
}

TEST(Sequential, ListsParametersInTheOrderOfTheLayers) {
  Sequential<float> net(4, Affine<float>(4, 3), Relu<float>(), Affine<float>(3, 2));
  std::string names;
  for (const auto* p : net.parameters()) names += p->name + " ";
  EXPECT_EQ(names, "affine1.w affine1.b affine2.w affine2.b ");
}

TEST(Sequential, RefusesALayerThatDoesNotFitAndNamesBothWidths) {
  EXPECT_EQ(message_of([] {
              Sequential<float>(4, Affine<float>(4, 3), Relu<float>(), Affine<float>(5, 2));
            }),
            "affine2: w is 5×2, but its input is N×3");
  EXPECT_EQ(message_of([] { Sequential<double>(7, Affine<double>(4, 3)); }),
            "affine1: w is 4×3, but its input is N×7");
}

/// A layer of one's own around two nets, whose parameters it lists as they are named there.
class TwoNets : public Layer<double> {
 public:
  explicit TwoNets(const std::string& prefix = "")
      : Layer<double>("twonets"), left_(2, Affine<double>(2, 3)), right_(3, Affine<double>(3, 2)) {
    for (auto* p : left_.parameters()) p->name = prefix + p->name;
  }
  const Matrix<double>& forward(const Matrix<double>& x, const Pass& pass) override {
    return right_.forward(left_.forward(x, pass), pass);
  }
  const Matrix<double>& backward(const Matrix<double>& dout) override {
    return left_.backward(right_.backward(dout));
  }
  std::vector<Parameter<double>*> parameters() override {
    auto all = left_.parameters();
    for (auto* p : right_.parameters()) all.push_back(p);
    return all;
  }

 private:
  Sequential<double> left_, right_;
};

TEST(Sequential, RefusesNamesThatNoFileOfWeightsCouldKeep) {
  const auto add = [](const std::string& prefix) {
    Sequential<double> net(2);
    net.add(std::make_unique<TwoNets>(prefix));
    return net.parameters().front()->name;
  };
  EXPECT_EQ(message_of([&] { add(""); }),
            "twonets1: two parameters are named affine1.w, expected a name for each, as "
            "left.affine1.w");
  EXPECT_EQ(message_of([&] { add("left/"); }),
            "twonets1: a parameter is named \"left/affine1.w\", expected a name without /");
  EXPECT_EQ(add("left."), "twonets1.left.affine1.w");
}

TEST(Sequential, RefusesAnInputOfAnotherWidthAndAGradientOfAnotherShape) {
  Sequential<double> net(4, Affine<double>(4, 3));
  EXPECT_EQ(message_of([&] { net.forward(lin(0, 1, 2, 5), test()); }),
            "net: x is 2×5, expected N×4");
  EXPECT_EQ(message_of<std::logic_error>([&] { net.backward(lin(0, 1, 2, 3)); }),
            "affine1: backward came before forward");
  net.forward(lin(0, 1, 2, 4), train(0));
  EXPECT_EQ(message_of([&] { net.backward(lin(0, 1, 2, 4)); }),
            "affine1: dout is 2×4, expected 2×3");
}

TEST(Sequential, RunsItsLayersForwardsAndBackwards) {
  // out = relu(x·w1 + b1)·w2 by hand: x = (1, 2) -> (1·1 + 2·3 - 1, 1·2 - 2·4) = (6, -6) -> (6, 0).
  Matrix<double> w1 = {{1, 2}, {3, -4}}, b1 = {{-1, 0}}, w2 = {{5}, {7}}, b2 = {{1}};
  Sequential<double> net(2, Affine<double>(w1, b1), Relu<double>(), Affine<double>(w2, b2));
  net.set_needs_dx(true);
  EXPECT_EQ(net.forward({{1, 2}}, test())(0, 0), 31);
  // dout = 2 -> (10, 14) -> gate (10, 0) -> dx = (10·1 + 0·2, 10·3 + 0·-4).
  const Matrix<double> dx = net.backward({{2}});
  EXPECT_TRUE(dx == Matrix<double>({{10, 30}}));
  const auto p = net.parameters();
  EXPECT_TRUE(p[0]->grad == Matrix<double>({{10, 0}, {20, 0}}));
  EXPECT_TRUE(p[1]->grad == Matrix<double>({{10, 0}}));
  EXPECT_TRUE(p[2]->grad == Matrix<double>({{12}, {0}}));
  EXPECT_TRUE(p[3]->grad == Matrix<double>({{2}}));
}

TEST(Sequential, ComputesDxOnlyWhenItIsAskedTo) {
  Sequential<double> net(3, Affine<double>(lin(-1, 1, 3, 4), lin(0.1, 0.4, 1, 4)), Relu<double>(),
                         Affine<double>(lin(-1, 1, 4, 2), lin(0, 1, 1, 2)));
  const auto x = lin(-1, 2, 2, 3), dout = lin(1, 2, 2, 2);
  const auto gradients = [&] {
    std::vector<Matrix<double>> grads;
    net.forward(x, train(0));
    net.backward(dout);
    for (auto* p : net.parameters()) {
      grads.push_back(p->grad);
      p->grad.fill(-7);
    }
    return grads;
  };
  const auto without = gradients();
  EXPECT_EQ(net.backward(dout).size(), 0U);
  net.set_needs_dx(true);
  const auto with = gradients();
  EXPECT_EQ(shape_text(net.backward(dout)), "2×3");
  EXPECT_TRUE(with == without);
  net.set_needs_dx(false);
  EXPECT_EQ(net.backward(dout).size(), 0U);
  EXPECT_FALSE(net.layer(0).needs_dx());
  EXPECT_TRUE(net.layer(1).needs_dx());
}

TEST(Sequential, WorksWithoutParametersAndWithoutLayers) {
  Sequential<double> relu(3, Relu<double>()), empty(3);
  const auto x = lin(-1, 2, 2, 3);
  relu.forward(x, train(0));
  relu.backward(x);
  EXPECT_TRUE(empty.forward(x, train(0)) == x);
  EXPECT_TRUE(empty.backward(x) == x);
  EXPECT_EQ(message_of([&] { relu.backward(lin(0, 1, 2, 4)); }),
            "relu1: dout is 2×4, expected 2×3");
}

TEST(Sequential, AsksANetInItForDxUnlessItComesFirst) {
  const auto net_of = [] { return Sequential<double>(3, Affine<double>(3, 3)); };
  Sequential<double> net(3, net_of(), net_of());
  EXPECT_FALSE(net.layer(0).needs_dx());
  EXPECT_TRUE(net.layer(1).needs_dx());
  const auto& inner = dynamic_cast<const Sequential<double>&>(net.layer(1));
  EXPECT_TRUE(inner.layer(0).needs_dx());
}

TEST(Sequential, NumbersTheLayersOfNetsInItSoThatNoTwoDropoutsDrawTheSameMask) {
  const auto block = [] {
    return Sequential<double>(8, Affine<double>(8, 8), Dropout<double>(0.5));
  };
  Sequential<double> net(8, block(), block(), Dropout<double>(0.5));
  EXPECT_EQ(net.layer(1).position(), 2U);
  EXPECT_EQ(net.layer(2).position(), 4U);
  initialise(net.parameters(), he, 0);
  net.forward(lin(-1, 1, 4, 8), train(0));
  const auto mask_of = [](Layer<double>& layer) {
    return dynamic_cast<Dropout<double>&>(layer).cache().mask;
  };
  const auto inner = [&](std::size_t i) {
    return mask_of(dynamic_cast<Sequential<double>&>(net.layer(i)).layer(1));
  };
  EXPECT_FALSE(inner(0) == inner(1));
  EXPECT_FALSE(inner(0) == mask_of(net.layer(2)));
  EXPECT_FALSE(inner(1) == mask_of(net.layer(2)));
}

TEST(Sequential, NestsAsALayer) {
  Sequential<double> inner(3, Affine<double>(lin(-1, 1, 3, 4), lin(0.1, 0.4, 1, 4)),
                           Relu<double>());
  Sequential<double> net(3, std::move(inner), Affine<double>(lin(-1, 1, 4, 2), lin(0, 1, 1, 2)));
  EXPECT_EQ(net.parameters()[0]->name, "net1.affine1.w");
  testing::expect_passed(check_layer(net, lin(-1, 2, 2, 3), train(0)));
  EXPECT_EQ(message_of([&] { Sequential<double>(4, Sequential<double>(3, Affine<double>(3, 4))); }),
            "net1: its input is N×4, expected N×3");
}

TEST(Summary, ShowsShapesAndParameterCounts) {
  const Sequential<float> net(3072, Affine<float>(3072, 500), Relu<float>(),
                              Affine<float>(500, 10));
  EXPECT_EQ(summary(net),
            "layer       output      parameters  shapes\n"
            "input       N×3072                  \n"
            "affine1     N×500          1536500  w 3072×500  b 1×500  \n"
            "relu1       N×500                0  \n"
            "affine2     N×10              5010  w 500×10  b 1×10  \n"
            "total                      1541510  \n");
}

TEST(Summary, CountsNoBuffers) {
  Sequential<float> net(4, Affine<float>(4, 3));
  net.parameters()[1]->role = Role::buffer;
  EXPECT_EQ(summary(net),
            "layer       output      parameters  shapes\n"
            "input       N×4                     \n"
            "affine1     N×3                 12  w 4×3  b 1×3  \n"
            "total                           12  \n");
}

TEST(Flow, ShowsALayerAfterTheOtherAndTheShapeWhereTheWidthChanges) {
  const Sequential<float> net(2, Affine<float>(2, 8), Relu<float>(), Affine<float>(8, 2));
  EXPECT_EQ(flow(net), "x (N×2) → affine1 (N×8) → relu1 → affine2 (N×2)");
  const Sequential<double> square(3, Affine<double>(3, 3), Dropout<double>(0.5));
  EXPECT_EQ(flow(square), "x (N×3) → affine1 → dropout1");
  EXPECT_EQ(flow(Sequential<float>(7)), "x (N×7)");
}

}  // namespace
}  // namespace thinnet
