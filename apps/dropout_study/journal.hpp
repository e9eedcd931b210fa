// The runs that are finished, one JSON line each, kept through Ctrl-C, SIGKILL and a full disk.
#pragma once

#include <map>
#include <string>

#include "apps/dropout_study/run.hpp"

namespace thinnet::examples {

/// A file that only grows. While a Journal is open no other program can open the same one.
class Journal {
 public:
  /// Opens or makes the file, locks it and reads it. A torn last line (without a newline: its
  /// program was killed as it wrote) is cut off. Throws std::runtime_error "path: reason" when the
  /// file cannot be opened, another program has it open, or a complete line cannot be read or says
  /// something else of a run than an earlier line; the file then stands untouched.
  explicit Journal(std::string path);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// What is known of a run, or null. Valid as long as the journal.
  const RunResult* find(const StudyRun& run) const;

  /// Adds a run that is not there yet: after this it is on the disk. Throws std::runtime_error
  /// "path: reason" when it cannot be written; the file then holds what it held before.
  void append(const StudyRun& run, const RunResult& result, double seconds);

  const std::string& path() const { return path_; }

 private:
  void read();
  void add(const StudyRun& run, const RunResult& result, std::size_t line);

  struct Entry {
    RunResult result;
    std::size_t line;  ///< from 1
  };
  std::string path_;
  int file_;
  std::map<std::string, Entry> entries_;  // by identity
  std::size_t lines_ = 0;
};

/// The line of a run, without its newline; and back. decode_line throws std::runtime_error with the
/// reason unless encode_line makes the same line from what it has read.
struct JournalLine {
  StudyRun run;
  RunResult result;
  double seconds = 0;
};
std::string encode_line(const JournalLine& line);
JournalLine decode_line(const std::string& text);

}  // namespace thinnet::examples
