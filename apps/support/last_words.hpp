// What a process says when its launcher ends it.
#pragma once

#include <string>

namespace thinnet::examples {

/// mpirun sends SIGTERM to every rank when one of them has died, and at Ctrl-C. While an object of
/// this kind lives, the process then writes `words` and a newline to stderr, and ends with code
/// 143. One at a time.
class LastWords {
 public:
  explicit LastWords(std::string words);
  ~LastWords();
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;

 private:
  std::string words_;
};

}  // namespace thinnet::examples
