// What is saved, and said, where Thinnet was built without libzip.
#include <filesystem>

#include "data/io/arrays.hpp"
#include "data/io/file.hpp"
#include "data/io/npz.hpp"
#include "data/io/weights.hpp"
#include "layers/affine.hpp"
#include "tests/support.hpp"
#include "tests/unit/data/temporary_folder.hpp"

namespace thinnet {
namespace {

TEST(WithoutLibzip, WeightsGoToFoldersAndAnNpzIsRefused) {
  const testing::TemporaryFolder folder;
  Affine<double> layer(3, 2);
  layer.parameters()[0]->value = testing::normals(3, 2, 1);
  const Matrix<double> w = layer.parameters()[0]->value;
  save_weights(folder / "w", layer.parameters());
  layer.parameters()[0]->value.fill(0);
  load_weights(folder / "w", layer.parameters());
  EXPECT_EQ(layer.parameters()[0]->value, w);

  save_weights(folder / "w", layer.parameters());  // in the place of the older ones
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"w"}));

  const std::string path = folder / "w.npz";
  const std::string message =
      path + ": an .npz needs libzip, which was missing when this was built (Debian: libzip-dev)";
  EXPECT_FALSE(has_npz());
  EXPECT_EQ(
      testing::message_of<std::runtime_error>([&] { save_weights(path, layer.parameters()); }),
      message);
  EXPECT_FALSE(std::filesystem::exists(path));
  write_file(path, "PK");
  EXPECT_EQ(
      testing::message_of<std::runtime_error>([&] { load_weights(path, layer.parameters()); }),
      message);
}

}  // namespace
}  // namespace thinnet
