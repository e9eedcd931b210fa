// One line of a study's journal.
#include "apps/dropout_study/journal.hpp"
#include "tests/hardening/fuzz/promise.hpp"

using namespace thinnet::examples;
using namespace thinnet::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  takes(
      [&] {
        const JournalLine line = decode_line(text);
        promise(encode_line(line) == text, "what is taken is what would be written");
        promise(line.result.best_epoch > 0 && line.result.best_epoch <= line.result.loss.size(),
                "the best epoch is one of them");
      },
      "it");
  return 0;
}
