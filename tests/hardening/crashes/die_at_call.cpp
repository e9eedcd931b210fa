// Loaded before a program's libraries (LD_PRELOAD), this kills the program in the middle of its
// n-th call that changes a file, n being the number in THINNET_DIE_AT: at a write when half of it
// is done, at any other call before it is. It also ends the program, with exit code 99, where a
// file gets its name before it was synced, or a folder was not synced after that.
#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <set>
#include <string>

namespace {

std::atomic<long> calls_left{0};

std::mutex mutex;
std::set<ino_t> not_synced;  // files that were written to, and folders in which a name changed

/// Programs that this one starts are left alone.
__attribute__((constructor)) void read_environment() {
  const char* number = std::getenv("THINNET_DIE_AT");
  if (number != nullptr) calls_left = std::strtol(number, nullptr, 10);
  unsetenv("THINNET_DIE_AT");
  unsetenv("LD_PRELOAD");
}

bool is_the_last_call() {
  return --calls_left == 0;
}

void die() {
  kill(getpid(), SIGKILL);
  pause();
}

void complain(const char* what, const char* path) {
  std::fprintf(stderr, "die_at_call: %s %s\n", path, what);
  _exit(99);
}

void require_synced_folders() {
  const std::lock_guard<std::mutex> lock(mutex);
  if (!not_synced.empty()) complain("was not synced at the end", "a file or folder");
}

template <typename Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

ssize_t write(int descriptor, const void* bytes, size_t size) {
  static auto* const real_write = real<ssize_t(int, const void*, size_t)>("write");
  struct stat about = {};
  if (fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode)) {
    if (is_the_last_call()) {
      real_write(descriptor, bytes, size / 2);
      die();
    }
    const std::lock_guard<std::mutex> lock(mutex);
    not_synced.insert(about.st_ino);
  }
  return real_write(descriptor, bytes, size);
}

int fsync(int descriptor) {
  if (is_the_last_call()) die();
  struct stat about = {};
  const std::lock_guard<std::mutex> lock(mutex);
  if (fstat(descriptor, &about) == 0) not_synced.erase(about.st_ino);
  return real<int(int)>("fsync")(descriptor);
}

int ftruncate(int descriptor, off_t size) noexcept {
  if (is_the_last_call()) die();
  return real<int(int, off_t)>("ftruncate")(descriptor, size);
}

int rename(const char* from, const char* to) noexcept {
  if (is_the_last_call()) die();
  struct stat about = {};
  const std::lock_guard<std::mutex> lock(mutex);
  if (stat(from, &about) == 0 && not_synced.count(about.st_ino) > 0)
    complain("got its name before it was synced", to);
  const std::string path(to);
  const std::size_t slash = path.rfind('/');
  if (stat(slash == std::string::npos ? "." : path.substr(0, slash).c_str(), &about) == 0)
    not_synced.insert(about.st_ino);
  static const int once = std::atexit(require_synced_folders);
  static_cast<void>(once);
  return real<int(const char*, const char*)>("rename")(from, to);
}

}  // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
