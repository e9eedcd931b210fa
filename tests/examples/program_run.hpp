// Runs an example program as a user would and keeps what it said.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "data/file.hpp"
#include "tests/data/temporary_folder.hpp"

namespace thinnet::testing {

struct ProgramRun {
  int exit_code;
  std::string out, err;
};

/// `words` are the program's name and its options as a shell reads them; `environment` comes first
/// on the command line ("NAME=value").
inline ProgramRun run_program(const std::string& words, const std::string& environment = "") {
  const TemporaryFolder folder;
  const std::string name = words.substr(0, words.find(' '));
  const std::string out = folder.path() + "/out", err = folder.path() + "/err";
  const std::string command = environment + " \"" THINNET_EXAMPLES_DIR "/" + name + "/" + name +
                              "\"" + words.substr(name.size()) + " >" + out + " 2>" + err +
                              " </dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(out), read_file(err)};
}

}  // namespace thinnet::testing
