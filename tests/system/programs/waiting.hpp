// How a test waits for a program at work beside it: for a state that it can see, never for a time.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

namespace thinnet::testing {

/// For what never happens. Nothing that a test waits for takes this long, however busy the machine.
constexpr std::chrono::minutes backstop(20);

[[noreturn]] inline void fail_at_backstop(const std::string& what) {
  throw std::runtime_error("20 minutes of wall clock, the backstop, have passed, and not yet: " +
                           what);
}

/// Waits until condition() holds, which `what` says in words.
template <typename Condition>
void wait_until(const std::string& what, const Condition& condition) {
  const auto end = std::chrono::steady_clock::now() + backstop;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) fail_at_backstop(what);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

/// A program's stderr as a pipe with room for one message: at the next one the program waits until
/// its test has read this one. A program that tells each step of its work there is so never more
/// than a step ahead of its test, however fast it is or slow the test.
class OneMessagePipe {
 public:
  OneMessagePipe() {
    // O_DIRECT: every write is a packet, and every packet takes a page, of which there is one.
    require(pipe2(ends_.data(), O_CLOEXEC | O_DIRECT) == 0);
    require(fcntl(ends_[1], F_SETPIPE_SZ, 1) == sysconf(_SC_PAGESIZE));
  }
  ~OneMessagePipe() {
    close(ends_[0]);
    close_writing_end();
  }
  OneMessagePipe(const OneMessagePipe&) = delete;
  OneMessagePipe& operator=(const OneMessagePipe&) = delete;

  int writing_end() const { return ends_[1]; }
  /// Once the program has it: then the end of the program is the end of what can be read.
  void close_writing_end() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }

  /// Waits for the next message. False when there will be none.
  bool read_one() {
    pollfd from{ends_[0], POLLIN, 0};
    const int ready = poll(&from, 1, std::chrono::milliseconds(backstop).count());
    require(ready >= 0);
    if (ready == 0) fail_at_backstop("a line on stderr, or its end");
    std::array<char, 4096> message{};
    const ssize_t size = read(ends_[0], message.data(), message.size());
    require(size >= 0);
    text_.append(message.data(), static_cast<std::size_t>(size));
    return size > 0;
  }
  /// All that was read.
  const std::string& text() const { return text_; }

 private:
  static void require(bool done) {
    if (!done) throw std::system_error(errno, std::generic_category(), "a pipe");
  }

  std::array<int, 2> ends_{-1, -1};
  std::string text_;
};

}  // namespace thinnet::testing
