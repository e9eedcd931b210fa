// What every example program does alike: --help, and errors in one line with exit code 2.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

#include "training/distributed/ranks.hpp"

namespace CLI {
class App;
}

namespace thinnet::examples {

/// Ctrl-C, as a body tells run_program: exit code 130, what a shell makes of SIGINT.
class Interrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Parses the options and runs `body`. Returns main's exit code: 0, or 2 after one line on stderr
/// for a wrong option, any exception of `body`, or a stdout that could not be written. Under mpirun
/// with several processes, which would all do and write the same, the line says so.
int run_program(CLI::App& app, int argc, char** argv, const std::function<void()>& body);

/// The same for a program that takes no options but --help, which prints `description`.
int run_program(const std::string& description, int argc, char** argv,
                const std::function<void()>& body);

/// The same for a program that several processes can run together: `body` gets null when there is
/// one. Under mpirun each process uses one thread unless OMP_NUM_THREADS says otherwise, and only
/// rank 0 has a stdout. What fails on all ranks alike is said once, by rank 0; what fails on one,
/// with its rank, and it ends the others.
int run_program_on_ranks(CLI::App& app, int argc, char** argv,
                         const std::function<void(Ranks*)>& body);

}  // namespace thinnet::examples
