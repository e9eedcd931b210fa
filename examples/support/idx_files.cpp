#include "examples/support/idx_files.hpp"

#include <string_view>
#include <vector>

#include "examples/support/unreadable.hpp"

namespace thinnet::examples {
namespace {

struct KnownName {
  std::string_view part, kind;  // "train-images", "idx3-ubyte"
  std::string IdxFiles::*file;
};

constexpr KnownName known_names[] = {
    {"train-images", "idx3-ubyte", &IdxFiles::training_images},
    {"train-labels", "idx1-ubyte", &IdxFiles::training_labels},
    {"t10k-images", "idx3-ubyte", &IdxFiles::test_images},
    {"t10k-labels", "idx1-ubyte", &IdxFiles::test_labels},
    {"test-images", "idx3-ubyte", &IdxFiles::test_images},
    {"test-labels", "idx1-ubyte", &IdxFiles::test_labels},
};

/// Takes the ending away if the text has it.
bool take_ending(std::string_view& text, std::string_view ending) {
  if (text.size() < ending.size() || text.substr(text.size() - ending.size()) != ending)
    return false;
  text.remove_suffix(ending.size());
  return true;
}

/// Leaves what stands before the known part of a name; false when it is another name.
bool take_known_name(std::string_view& name, const KnownName& known) {
  if (!take_ending(name, known.kind)) return false;
  if (!take_ending(name, "-") && !take_ending(name, ".")) return false;
  return take_ending(name, known.part);
}

}  // namespace

std::map<std::string, IdxFiles> find_idx_files(const std::string& folder) {
  std::map<std::string, IdxFiles> sets;
  for (const std::string& name : names_in(folder)) {  // sorted: without .gz first
    for (const KnownName& known : known_names) {
      std::string_view rest = name;
      take_ending(rest, ".gz");
      if (!take_known_name(rest, known)) continue;
      std::string& file = sets[std::string(rest)].*known.file;
      if (file.empty()) file = path_in(folder, name);
    }
  }
  return sets;
}

}  // namespace thinnet::examples
