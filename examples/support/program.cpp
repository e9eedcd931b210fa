#include "examples/support/program.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <new>

namespace thinnet::examples {
namespace {

constexpr int failure = 2;

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
    fmt::print(stderr, "{}: {} (--help shows the options)\n", name, message);
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "{}: not enough memory for these sizes\n", name);
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}: {}\n", name, e.what());
  }
  return failure;
}

int run_program(const std::string& description, int argc, char** argv,
                const std::function<void()>& body) {
  CLI::App app(description);
  return run_program(app, argc, argv, body);
}

}  // namespace thinnet::examples
