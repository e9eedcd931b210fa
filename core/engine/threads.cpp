#include "core/engine/threads.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

namespace thinnet {
namespace {

/// The quota of one group in cores, or 0: a period's worth of computing over its length, both in
/// µs.
double cores_of(std::istream& quota, std::istream& period) {
  double computing = 0;
  double length = 0;
  quota >> computing;  // "max", or -1, where there is no limit
  period >> length;
  return quota && period && computing > 0 && length > 0 ? computing / length : 0;
}

double quota_of_version_2(const std::string& group) {
  std::ifstream file(group + "/cpu.max");
  return cores_of(file, file);
}

double quota_of_version_1(const std::string& group) {
  std::ifstream quota(group + "/cpu.cfs_quota_us");
  std::ifstream period(group + "/cpu.cfs_period_us");
  return cores_of(quota, period);
}

/// The group "/a/b" may be limited by "/a" and by "" too. A container may see no other than "".
template <typename Quota>
double least_quota(const std::string& mount, std::string group, const Quota& quota) {
  double least = 0;
  while (true) {
    const double here = quota(mount + group);
    if (here > 0 && (least == 0 || here < least)) least = here;
    if (group.empty()) return least;
    group.erase(group.rfind('/'));
  }
}

/// The cores that the calling thread may run on.
std::size_t cores_of_affinity() {
#ifdef CPU_COUNT
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) == 0)
    return static_cast<std::size_t>(CPU_COUNT(&cores));
#endif
  return std::max(std::thread::hardware_concurrency(), 1U);  // no Linux, or more than 1,024 cores
}

std::size_t default_thread_count() {
  const char* const wanted = std::getenv("OMP_NUM_THREADS");
  if (wanted == nullptr) return usable_cores();
  const long count = std::strtol(wanted, nullptr, 10);
  return count > 0 ? static_cast<std::size_t>(count) : usable_cores();
}

/// 0: not set.
std::size_t& count_of_this_thread() {
  thread_local std::size_t count = 0;
  return count;
}

}  // namespace

std::size_t thread_count() {
  static const std::size_t by_default = default_thread_count();
  const std::size_t set = count_of_this_thread();
  return set > 0 ? set : by_default;
}

void set_thread_count(std::size_t count) {
  count_of_this_thread() = std::max<std::size_t>(count, 1);
}

std::size_t usable_cores() {
  const std::size_t cores = cores_of_affinity();
  std::ifstream file("/proc/self/cgroup");
  std::ostringstream groups;
  groups << file.rdbuf();
  const double quota = core_quota(groups.str(), "/sys/fs/cgroup");
  if (quota == 0 || quota >= static_cast<double>(cores)) return cores;
  return static_cast<std::size_t>(std::ceil(quota));
}

double core_quota(const std::string& groups, const std::string& mount) {
  // A line a hierarchy: "NUMBER:CONTROLLERS:GROUP". Version 2 is "0::GROUP".
  std::istringstream lines(groups);
  std::string line;
  double least = 0;
  while (std::getline(lines, line)) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    // With a comma before and after each: ",cpu,cpuacct,".
    std::string controllers = line.substr(first, second - first + 1);
    std::replace(controllers.begin(), controllers.end(), ':', ',');
    std::string group = line.substr(second + 1);
    if (group == "/" || group.find('/') != 0) group.clear();
    double quota = 0;
    if (controllers == ",,") quota = least_quota(mount, group, quota_of_version_2);
    if (controllers.find(",cpu,") != std::string::npos)
      quota = least_quota(mount + "/cpu", group, quota_of_version_1);
    if (quota > 0 && (least == 0 || quota < least)) least = quota;
  }
  return least;
}

}  // namespace thinnet
