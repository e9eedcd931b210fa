// What a folder holds, and what to do with data in a form that is not read.
#pragma once

#include <string>
#include <vector>

namespace thinnet::examples {

/// Names of the files and folders in a folder, sorted; none when it cannot be listed.
std::vector<std::string> names_in(const std::string& folder);

/// folder/name.
std::string path_in(const std::string& folder, const std::string& name);

/// What is recognised by the names of files, but not read as it is, and what to do about it: "holds
/// CIFAR-10 for Python: …". Empty when nothing is recognised.
std::string unreadable_words(const std::vector<std::string>& names);

}  // namespace thinnet::examples
