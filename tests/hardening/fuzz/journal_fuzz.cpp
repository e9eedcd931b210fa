// A whole journal: lines, equal and contradicting ones, and the torn one at its end.
#include <map>

#include "apps/dropout_study/journal.hpp"
#include "tests/hardening/fuzz/memory_file.hpp"
#include "tests/hardening/fuzz/promise.hpp"

using namespace thinnet::examples;
using namespace thinnet::fuzz;

namespace {

/// Each line is one of a journal, and none has another result than an earlier one for its run.
bool fits_together(const std::string& lines) {
  std::map<std::string, RunResult> results;
  for (std::size_t begin = 0, end = 0; begin < lines.size(); begin = end + 1) {
    end = lines.find('\n', begin);
    try {
      const JournalLine line = decode_line(lines.substr(begin, end - begin));
      const auto [entry, is_new] = results.try_emplace(identity(line.run), line.result);
      if (!is_new && !(entry->second == line.result)) return false;
    } catch (const std::runtime_error&) {
      return false;
    }
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryFile file;
  const std::string before(reinterpret_cast<const char*>(data), size);
  file.hold(before);
  const bool taken = takes([&] { const Journal journal(file.path()); }, file.path());
  const std::string whole_lines = before.substr(0, before.rfind('\n') + 1);
  promise(taken == fits_together(whole_lines), "a journal is taken when all its whole lines are");
  promise(file.bytes() == (taken ? whole_lines : before),
          "only a torn last line is cut off, and only of a journal that is taken");
  return 0;
}
