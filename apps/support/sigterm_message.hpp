// What a process says when its launcher ends it.
#pragma once

#include <string>

namespace thinnet::examples {

/// mpirun sends SIGTERM to every rank when one of them has died, and at Ctrl-C. While an object of
/// this kind lives, the process then writes `message` and a newline to stderr, and ends with code
/// 143. One at a time.
class SigtermMessage {
 public:
  explicit SigtermMessage(std::string message);
  ~SigtermMessage();
  SigtermMessage(const SigtermMessage&) = delete;
  SigtermMessage& operator=(const SigtermMessage&) = delete;

 private:
  std::string message_;
};

/// For the ranks that have nothing to say: at SIGTERM such a process ends, with code 143, only
/// after five seconds. mpirun sends SIGKILL to all a second after SIGTERM, or as soon as one of
/// them has ended. If another ended before rank 0 had written its message, nobody would read it.
void end_late_at_sigterm();

}  // namespace thinnet::examples
