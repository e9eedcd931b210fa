#include "examples/support/program.hpp"
#include "core/engine/threads.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <new>

#include "examples/support/mpi_launch.hpp"

namespace thinnet::examples {
namespace {

/// How a program ends: main's exit code, and a line to say unless it is empty.
struct Ending {
  int code = 0;
  std::string line;
};

constexpr int failed = 2, interrupted = 130;

/// A stream that was closed must not become the next file that is opened: all that is printed would
/// end in it. Into stderr it vanishes; stdout says at the end that it could not be written.
void keep_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) >= 0) continue;
    static_cast<void>(open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY));
  }
}

Ending run_body(CLI::App& app, int argc, char** argv, const std::function<void()>& body) {
  try {
    app.parse(argc, argv);
    body();
    return {};
  } catch (const CLI::CallForHelp& help) {
    return {app.exit(help), ""};
  } catch (const CLI::ParseError& e) {
    return {failed, std::string(e.what()) + " (--help shows the options)"};
  } catch (const Interrupted& e) {
    return {interrupted, e.what()};
  } catch (const std::bad_alloc&) {
    return {failed, "not enough memory for these sizes"};
  } catch (const std::exception& e) {
    return {failed, e.what()};
  }
}

/// A success whose results nobody will read, on a disk that is full, is none.
Ending run(CLI::App& app, int argc, char** argv, const std::function<void()>& body) {
  Ending ending = run_body(app, argc, argv, body);
  if (ending.code != 0) return ending;
  if (std::fflush(stdout) != 0)
    return {failed, fmt::format("stdout: cannot write: {}", std::strerror(errno))};
  if (std::ferror(stdout) != 0) return {failed, "stdout: an earlier part could not be written"};
  return ending;
}

/// One line on stderr, over a progress bar if one stands there. What a file or an option brought
/// into it can neither break it in two nor steer the terminal.
void say(const char* program, std::string line) {
  for (char& c : line) c = std::iscntrl(static_cast<unsigned char>(c)) != 0 ? ' ' : c;
  fmt::print(stderr, "{}{}: {}\n", isatty(STDERR_FILENO) == 1 ? "\r\033[K" : "",
             std::filesystem::path(program).filename().string(), line);
}

/// One of several processes that know nothing of each other. The first one speaks for all. The
/// others end with 0: at any other code mpirun ends all, perhaps before the first has spoken.
int refuse(const char* program, const Launch& processes, const char* reason) {
  if (processes.rank > 0) return 0;
  say(program, fmt::format("started in {} processes, but {}", processes.size, reason));
  return 2;
}

int run_alone(CLI::App& app, int argc, char** argv, const std::function<void()>& body) {
  const Ending ending = run(app, argc, argv, body);
  if (!ending.line.empty()) say(argv[0], ending.line);
  return ending.code;
}

}  // namespace

int run_program(CLI::App& app, int argc, char** argv, const std::function<void()>& body) {
  keep_standard_streams();
  const auto processes = launch();
  if (processes && processes->size > 1) {
    return refuse(argv[0], *processes, "this program runs in one: start it without mpirun");
  }
  return run_alone(app, argc, argv, body);
}

int run_program(const std::string& description, int argc, char** argv,
                const std::function<void()>& body) {
  CLI::App app(description);
  return run_program(app, argc, argv, body);
}

int run_program_on_ranks(CLI::App& app, int argc, char** argv,
                         const std::function<void(Ranks*)>& body) {
  keep_standard_streams();
  const auto processes = launch();
  if (!processes || processes->size == 1) {
    return run_alone(app, argc, argv, [&] { body(nullptr); });
  }
  const auto ranks = join_ranks();
  if (!ranks) return refuse(argv[0], *processes, "it was built without MPI");
  if (std::getenv("OMP_NUM_THREADS") == nullptr) set_thread_count(1);
  if (ranks->rank() > 0) static_cast<void>(std::freopen("/dev/null", "w", stdout));
  Ending ending = run(app, argc, argv, [&] { body(ranks.get()); });
  if (ending.code == 0) return 0;
  constexpr std::chrono::seconds patience(2);  // all read the same files, some more slowly
  if (!ranks->meet(patience)) {
    say(argv[0], fmt::format("rank {} of {}: {}", ranks->rank(), ranks->size(), ending.line));
    ranks->abort(ending.code);
    return ending.code;
  }
  if (ranks->rank() == 0) say(argv[0], ending.line);
  ranks->broadcast(&ending.code, sizeof ending.code);
  return ending.code;
}

}  // namespace thinnet::examples
