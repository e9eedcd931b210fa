// A whole journal: lines, equal and contradicting ones, and the torn one at its end.
#include "examples/dropout_study/journal.hpp"
#include "tests/fuzz/memory_file.hpp"
#include "tests/fuzz/promise.hpp"

using namespace thinnet::examples;
using namespace thinnet::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryFile file;
  const std::string before(reinterpret_cast<const char*>(data), size);
  file.hold(before);
  const bool taken = takes([&] { const Journal journal(file.path()); }, file.path());
  const std::string whole_lines = before.substr(0, before.rfind('\n') + 1);
  promise(file.bytes() == (taken ? whole_lines : before),
          "only a torn last line is cut off, and only of a journal that is taken");
  return 0;
}
