// What every example program does alike: --help, and errors in one line with exit code 2.
#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace thinnet::examples {

/// Parses the options and runs `body`. Returns main's exit code: 0, or 2 after one line on stderr
/// for a wrong option or any exception of `body`.
int run_program(CLI::App& app, int argc, char** argv, const std::function<void()>& body);

/// The same for a program that takes no options but --help, which prints `description`.
int run_program(const std::string& description, int argc, char** argv,
                const std::function<void()>& body);

}  // namespace thinnet::examples
