// A table, as training data and as the test data of a whole table.
#include <cmath>

#include "data/io/table.hpp"
#include "tests/hardening/fuzz/memory_file.hpp"
#include "tests/hardening/fuzz/promise.hpp"

using namespace thinnet;
using namespace thinnet::fuzz;

namespace {

void look_through(const Dataset& data, std::size_t classes) {
  promise(data.size() > 0 && data.width() > 0 && data.classes() == classes, "the shape");
  std::vector<double> row(data.width());
  for (std::size_t i = 0; i < data.size(); ++i) {
    data.copy_row(i, row.data());
    promise(data.label(i) >= 0 && static_cast<std::size_t>(data.label(i)) < classes, "the labels");
    for (const double value : row) promise(std::isfinite(value), "the features are finite");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const MemoryFile whole_file("a,b,label\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n");
  static const Table whole = read_table(whole_file.path());
  static MemoryFile file;
  file.hold(data, size);
  takes(
      [&] {
        const Table table = read_table(file.path());
        promise(table.features.size() == table.data.width(), "a name for each feature");
        look_through(table.data, table.classes.size());
      },
      file.path());
  takes([&] { look_through(read_table_like(file.path(), whole), 2); }, file.path());
  return 0;
}
