#include "apps/dropout_study/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "data/io/file.hpp"

namespace thinnet::examples {

Journal::Journal(std::string path)
    : path_(std::move(path)),
      file_(open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
  if (file_ < 0) fail(path_, std::string("cannot open: ") + std::strerror(errno));
  try {
    if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
      fail(path_, errno == EWOULDBLOCK ? "another program is at work in this folder"
                                       : std::string("cannot lock: ") + std::strerror(errno));
    }
    read();
  } catch (...) {
    close(file_);
    throw;
  }
}

Journal::~Journal() {
  close(file_);
}

void Journal::read() {
  const std::string bytes = read_file(path_);
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = bytes.find('\n', begin);
    if (end == std::string::npos) break;
    ++lines_;
    try {
      const JournalLine line = decode_line(bytes.substr(begin, end - begin));
      add(line.run, line.result, lines_);
    } catch (const std::runtime_error& e) {
      fail(path_, fmt::format("cannot use line {}: {}", lines_, e.what()));
    }
    begin = end + 1;
  }
  if (begin < bytes.size() && ftruncate(file_, static_cast<off_t>(begin)) != 0)
    fail(path_, std::string("cannot cut off the torn last line: ") + std::strerror(errno));
}

void Journal::add(const StudyRun& run, const RunResult& result, std::size_t line) {
  const auto [entry, is_new] = entries_.try_emplace(identity(run), Entry{result, line});
  if (!is_new && !(entry->second.result == result)) {
    throw std::runtime_error(fmt::format("it has another result than line {} for the same run ({})",
                                         entry->second.line, run_text(run)));
  }
}

const RunResult* Journal::find(const StudyRun& run) const {
  const auto entry = entries_.find(identity(run));
  return entry == entries_.end() ? nullptr : &entry->second.result;
}

void Journal::append(const StudyRun& run, const RunResult& result, double seconds) {
  struct stat about = {};  // an open file can be written to when nobody can find it any more
  if (fstat(file_, &about) == 0 && about.st_nlink == 0)
    fail(path_, "was removed while the study ran");
  const std::string line = encode_line({run, result, seconds}) + "\n";
  const off_t before = lseek(file_, 0, SEEK_END);
  ssize_t written = 0;
  do {  // one write: with O_APPEND a line is whole or it is the torn last one
    written = write(file_, line.data(), line.size());
  } while (written < 0 && errno == EINTR);
  const bool whole = written == static_cast<ssize_t>(line.size());
  if (!whole || fsync(file_) != 0) {
    // A disk that is full while it writes says so only by the count.
    const int error = !whole && written >= 0 ? ENOSPC : errno;
    const bool restored = ftruncate(file_, before) == 0;
    fail(path_, fmt::format("cannot write: {}; {}", std::strerror(error),
                            restored ? "the runs in it are kept"
                                     : "its last line is torn, which the next start repairs"));
  }
  add(run, result, ++lines_);
}

}  // namespace thinnet::examples
