#include "core/engine/threads.hpp"

#include <sched.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/one_core.hpp"
#include "tests/support.hpp"

namespace thinnet {
namespace {

/// A folder like /sys/fs/cgroup, gone at the end.
class Groups : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "thinnet_groups_XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    mount_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(mount_); }

  void write(const std::string& file, const std::string& text) {
    const std::filesystem::path path = mount_ / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }

  double quota(const std::string& groups) { return core_quota(groups, mount_.string()); }

 private:
  std::filesystem::path mount_;
};

TEST_F(Groups, OfVersion2LimitTheCores) {
  write("cpu.max", "max 100000\n");
  EXPECT_EQ(quota("0::/\n"), 0);
  write("jobs/mine/cpu.max", "150000 100000\n");
  EXPECT_EQ(quota("0::/jobs/mine\n"), 1.5);
  write("jobs/cpu.max", "50000 100000\n");
  EXPECT_EQ(quota("0::/jobs/mine\n"), .5) << "a group around it is smaller";
  write("jobs/cpu.max", "400000 100000\n");
  EXPECT_EQ(quota("0::/jobs/mine\n"), 1.5) << "a group around it is larger";
}

TEST_F(Groups, OfVersion1LimitTheCores) {
  const std::string groups = "5:memory:/jobs\n4:cpu,cpuacct:/jobs\n2:cpuset:/\n1:name=systemd:/\n";
  EXPECT_EQ(quota(groups), 0);
  write("cpu/jobs/cpu.cfs_quota_us", "-1\n");
  write("cpu/jobs/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(quota(groups), 0);
  write("cpu/jobs/cpu.cfs_quota_us", "300000\n");
  EXPECT_EQ(quota(groups), 3);
}

TEST_F(Groups, OfAContainerThatSeesOnlyItsOwn) {
  write("cpu.max", "200000 100000\n");
  EXPECT_EQ(quota("0::/outside/of/the/container\n"), 2);
  EXPECT_EQ(quota("0::/../elsewhere\n"), 2);
}

TEST_F(Groups, ThatCannotBeReadLimitNothing) {
  EXPECT_EQ(quota(""), 0);
  EXPECT_EQ(quota("no colons\none:colon\n0::\n"), 0);
  write("cpu.max", "");
  EXPECT_EQ(quota("0::/\n"), 0);
  write("cpu.max", "100000 0\n");
  EXPECT_EQ(quota("0::/\n"), 0);
}

TEST(UsableCores, AreThoseOfTheAffinity) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  const std::size_t all = usable_cores();
  EXPECT_GE(all, 1U);
  EXPECT_LE(all, static_cast<std::size_t>(CPU_COUNT(&before)));
  std::size_t of_one = 0;
  testing::on_one_core([&] { of_one = usable_cores(); });
  EXPECT_EQ(of_one, 1U);
}

}  // namespace
}  // namespace thinnet
