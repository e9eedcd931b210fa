// An .npz file as the arrays in it, whatever they hold.
#include "data/io/npz.hpp"

#include "tests/hardening/fuzz/memory_file.hpp"
#include "tests/hardening/fuzz/promise.hpp"

using namespace thinnet;
using namespace thinnet::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryFile file;
  constexpr std::uint64_t most_unpacked = 4096;
  file.hold(data, size);
  takes(
      [&] {
        std::size_t total = 0;
        for (const auto& [name, bytes] : read_npz(file.path(), most_unpacked)) {
          total += bytes.size();
        }
        promise(total <= size + most_unpacked, "no more bytes than the file and the limit allow");
      },
      file.path());
  return 0;
}
