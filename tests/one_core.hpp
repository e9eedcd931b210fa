// A part of a test that one core alone may run.
#pragma once

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

namespace thinnet::testing {

/// Calls `action` on a thread that may run on the first of this process's cores only, and so do the
/// programs that it starts. The affinity ends with the thread.
template <typename Action>
void on_one_core(const Action& action) {
  cpu_set_t cores;
  ASSERT_EQ(sched_getaffinity(0, sizeof cores, &cores), 0);
  int first = 0;
  while (!CPU_ISSET(first, &cores)) ++first;
  CPU_ZERO(&cores);
  CPU_SET(first, &cores);
  std::thread([&] {
    EXPECT_EQ(sched_setaffinity(0, sizeof cores, &cores), 0);
    action();
  }).join();
}

}  // namespace thinnet::testing
