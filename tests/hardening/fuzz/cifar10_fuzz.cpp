// CIFAR-10 files of one or two records instead of 10,000, which differ from the real ones in
// nothing else. The first byte says how many records are expected, and of how many files.
#include "data/io/cifar10.hpp"
#include "tests/hardening/fuzz/memory_file.hpp"
#include "tests/hardening/fuzz/promise.hpp"

using namespace thinnet;
using namespace thinnet::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryFile file;
  if (size == 0) return 0;
  const std::size_t records = 1 + (data[0] & 1U), files = 1 + (data[0] >> 1U & 1U);
  file.hold(data + 1, size - 1);
  takes(
      [&] {
        const Dataset images =
            Cifar10::read_files(std::vector<std::string>(files, file.path()), records);
        promise(images.size() == files * records && images.width() == Cifar10::width, "the shape");
        promise(size - 1 == records * (1 + Cifar10::width), "no file of another size is taken");
        std::vector<float> x(Cifar10::width);
        for (std::size_t i = 0; i < images.size(); ++i) {
          const std::uint8_t* record = data + 1 + i % records * (1 + Cifar10::width);
          images.copy_row(i, x.data());
          promise(images.label(i) == record[0] && record[0] < 10, "the label is the file's");
          for (std::size_t d = 0; d < x.size(); ++d) {
            promise(x[d] == static_cast<float>(record[1 + d]), "the pixels are the file's");
          }
        }
      },
      file.path());
  return 0;
}
