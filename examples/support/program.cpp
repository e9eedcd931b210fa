#include "examples/support/program.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <new>

namespace thinnet::examples {
namespace {

/// One line on stderr, over a progress bar if one stands there.
int fail(const std::string& program, const std::string& message) {
  fmt::print(stderr, "{}{}: {}\n", isatty(STDERR_FILENO) == 1 ? "\r\033[K" : "", program, message);
  return 2;
}

}  // namespace

int run_program(CLI::App& app, int argc, char** argv, const std::function<void()>& body) {
  const std::string name = std::filesystem::path(argv[0]).filename().string();
  try {
    app.parse(argc, argv);
    body();
    return 0;
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& e) {
    std::string message = e.what();  // CLI11 may put a list of choices on lines of its own
    for (char& c : message) c = c == '\n' ? ' ' : c;
    return fail(name, message + " (--help shows the options)");
  } catch (const std::bad_alloc&) {
    return fail(name, "not enough memory for these sizes");
  } catch (const std::exception& e) {
    return fail(name, e.what());
  }
}

int run_program(const std::string& description, int argc, char** argv,
                const std::function<void()>& body) {
  CLI::App app(description);
  return run_program(app, argc, argv, body);
}

}  // namespace thinnet::examples
