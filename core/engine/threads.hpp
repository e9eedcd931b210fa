// How many threads a product or a formula uses.
#pragma once

#include <cstddef>
#include <string>

namespace thinnet {

/// So many threads the calls of this thread use, at least one. Unless set_thread_count was called
/// on this thread: OMP_NUM_THREADS if it begins with a positive number, otherwise usable_cores().
/// No result depends on it.
std::size_t thread_count();

/// From now on `count` threads, at least one, for the calls of this thread.
void set_thread_count(std::size_t count);

/// So many cores the system gives this process: those of its CPU affinity (`taskset`), but no more
/// than the quota of its control groups, rounded up (what containers and batch systems set).
std::size_t usable_cores();

/// The least quota, in cores, of the control groups that a text like /proc/self/cgroup names and
/// of the groups around them; 0 where there is none. `mount` is where the groups' files are,
/// /sys/fs/cgroup. https://docs.kernel.org/admin-guide/cgroup-v2.html (cpu.max) and, for version 1,
/// https://docs.kernel.org/scheduler/sched-bwc.html (cpu.cfs_quota_us).
double core_quota(const std::string& groups, const std::string& mount);

}  // namespace thinnet
