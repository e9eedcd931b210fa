#include "apps/support/last_words.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <utility>

namespace thinnet::examples {
namespace {

// A signal handler takes no argument of ours.
std::atomic<const std::string*> latest_words{nullptr};
static_assert(std::atomic<const std::string*>::is_always_lock_free, "a handler may not wait");

void speak_and_end(int signal) {
  const std::string& words = *latest_words.load();
  const ssize_t written = write(STDERR_FILENO, words.data(), words.size());
  static_cast<void>(written);
  _exit(128 + signal);
}

}  // namespace

LastWords::LastWords(std::string words) : words_(std::move(words) + "\n") {
  latest_words = &words_;
  struct sigaction action = {};
  action.sa_handler = speak_and_end;
  sigaction(SIGTERM, &action, nullptr);
}

LastWords::~LastWords() {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace thinnet::examples
