// Runs an example program as a user would and keeps what it said.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "data/io/file.hpp"
#include "tests/unit/data/temporary_folder.hpp"

namespace thinnet::testing {

struct ProgramRun {
  int exit_code;
  std::string out, err;
};

/// Where the build left a program: every one has a folder of its own, in examples or in apps.
inline std::string program_file(const std::string& name) {
  const std::string example = THINNET_BUILD_DIR "/examples/" + name + "/" + name;
  return std::filesystem::exists(example) ? example
                                          : THINNET_BUILD_DIR "/apps/" + name + "/" + name;
}

/// `words` are the program's name and its options as a shell reads them; `environment` comes first
/// on the command line ("NAME=value"), and stdout goes where `stdout_to` says (">/dev/full").
inline ProgramRun run_program(const std::string& words, const std::string& environment = "",
                              const std::string& stdout_to = "") {
  const TemporaryFolder folder;
  const std::string name = words.substr(0, words.find(' '));
  const std::string out = folder.path() + "/out", err = folder.path() + "/err";
  const std::string command =
      environment + " \"" + program_file(name) + "\"" + words.substr(name.size()) + " " +
      (stdout_to.empty() ? ">" + out : stdout_to) + " 2>" + err + " </dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, stdout_to.empty() ? read_file(out) : "",
          read_file(err)};
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Exit code 2 and one line on stderr, which holds `part`.
inline void expect_refused(const ProgramRun& run, const std::string& part) {
  EXPECT_EQ(run.exit_code, 2) << run.err;
  EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  EXPECT_TRUE(contains(run.err, part)) << run.err;
}

}  // namespace thinnet::testing
