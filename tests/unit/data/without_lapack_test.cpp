// What is said where Thinnet was built without LAPACK.
#include "data/whitening.hpp"
#include "tests/support.hpp"

namespace thinnet {
namespace {

TEST(WithoutLapack, WhiteningNamesThePackage) {
  const Dataset images(testing::normals<float>(4, 3, 1), Labels{0, 1, 0, 1}, 2);
  EXPECT_EQ(testing::message_of<std::runtime_error>([&] { Whitening(images, 2, 1); }),
            "whitening needs LAPACK, which was missing when this was built (Debian: "
            "libopenblas-dev)");
}

}  // namespace
}  // namespace thinnet
