// Loops without oneTBB: everything runs where it is called, whatever number of threads is asked
// for.
#include <set>
#include <stdexcept>
#include <thread>

#include "core/engine/parallel.hpp"
#include "core/engine/threads.hpp"
#include "tests/support.hpp"

namespace thinnet {
namespace {

TEST(Serial, OneCallMakesAllOfTheLoopOnTheCallersThread) {
  const testing::SameThreadCountAfter same_after;
  set_thread_count(2);
  std::set<std::thread::id> callers;
  std::vector<std::size_t> parts;
  in_parts(1000, 100000, [&](std::size_t begin, std::size_t end) {
    callers.insert(std::this_thread::get_id());
    parts.insert(parts.end(), {begin, end});
  });
  EXPECT_EQ(callers, std::set<std::thread::id>{std::this_thread::get_id()});
  EXPECT_EQ(parts, (std::vector<std::size_t>{0, 1000}));
}

TEST(Serial, AnExceptionReachesTheCaller) {
  const auto fails = [](std::size_t, std::size_t) { throw std::runtime_error("a part failed"); };
  EXPECT_EQ(testing::message_of<std::runtime_error>([&] { in_parts(10, 100000, fails); }),
            "a part failed");
}

}  // namespace
}  // namespace thinnet
