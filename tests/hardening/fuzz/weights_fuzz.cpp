// An .npz file as the weights of a net.
#include "data/io/weights.hpp"

#include "data/io/npy.hpp"
#include "tests/hardening/fuzz/memory_file.hpp"
#include "tests/hardening/fuzz/promise.hpp"

using namespace thinnet;
using namespace thinnet::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryFile file;
  file.hold(data, size);
  Parameter<float> w{"affine1.w", {{7, 7, 7}, {7, 7, 7}}, {}, Role::weight},
      b{"affine1.b", {{7, 7, 7}}, {}, Role::bias};
  const std::string before = encode_npy(w.value) + encode_npy(b.value);
  const bool taken = takes([&] { load_weights<float>(file.path(), {&w, &b}); }, file.path());
  promise(shape_text(w.value) == "2×3" && shape_text(b.value) == "1×3", "the shapes stay");
  promise(taken || encode_npy(w.value) + encode_npy(b.value) == before,
          "a file that is refused changes no weight");
  return 0;
}
