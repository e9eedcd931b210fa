// Takes the place of npz.cpp where there is no libzip.
#include "data/io/file.hpp"
#include "data/io/npz.hpp"

namespace thinnet {
namespace {

[[noreturn]] void refuse(const std::string& path) {
  fail(path, "an .npz needs libzip, which was missing when this was built (Debian: libzip-dev)");
}

}  // namespace

bool has_npz() {
  return false;
}

void write_npz(const std::string& path, const Arrays& /*arrays*/) {
  refuse(path);
}

Arrays read_npz(const std::string& path, std::uint64_t /*most_unpacked*/) {
  refuse(path);
}

Arrays read_npz(const std::string& path, const std::vector<std::string>& /*only*/,
                std::uint64_t /*most_unpacked*/) {
  refuse(path);
}

std::vector<std::string> npz_names(const std::string& path) {
  refuse(path);
}

}  // namespace thinnet
