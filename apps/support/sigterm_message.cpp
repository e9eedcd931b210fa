#include "apps/support/sigterm_message.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <utility>

namespace thinnet::examples {
namespace {

// A signal handler takes no argument of ours.
std::atomic<const std::string*> latest_message{nullptr};
static_assert(std::atomic<const std::string*>::is_always_lock_free, "a handler may not wait");

void write_and_end(int signal) {
  const std::string& message = *latest_message.load();
  const ssize_t written = write(STDERR_FILENO, message.data(), message.size());
  static_cast<void>(written);
  _exit(128 + signal);
}

void wait_and_end(int signal) {
  constexpr unsigned seconds = 5;
  sleep(seconds);
  _exit(128 + signal);
}

void handle_sigterm(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

SigtermMessage::SigtermMessage(std::string message) : message_(std::move(message) + "\n") {
  latest_message = &message_;
  handle_sigterm(write_and_end);
}

SigtermMessage::~SigtermMessage() {
  handle_sigterm(SIG_DFL);
}

void end_late_at_sigterm() {
  handle_sigterm(wait_and_end);
}

}  // namespace thinnet::examples
