// Options of the kinds that several programs have.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "examples/support/images.hpp"
#include "examples/support/names.hpp"
#include "examples/support/option_checks.hpp"

namespace thinnet::examples {

/// To be called before any option is added: --help shows what an option is without being given, of
/// an option that is given twice the last counts, and capitals in its name do not matter.
inline void set_option_defaults(CLI::App& app) {
  app.option_defaults()
      ->always_capture_default()
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
      ->ignore_case();
}

/// A whole number from `least` on.
template <typename Number>
void add_whole_number(CLI::App& app, const std::string& name, Number& value, std::uint64_t least,
                      const std::string& help) {
  app.add_option(name, value, help)->check(whole_number(least))->type_name("N");
}

/// "500,100": the widths of hidden layers.
inline void add_widths(CLI::App& app, const std::string& name, std::vector<std::size_t>& widths,
                       const std::string& help) {
  app.add_option(name, widths, help)
      ->delimiter(',')
      ->check(whole_number(1, 1000000))
      ->type_name("LIST");
}

inline void add_folder(CLI::App& app, const std::string& name, std::string& folder,
                       const std::string& help) {
  app.add_option(name, folder, help)->type_name("FOLDER");
}

/// --data and --label, as find_images takes them.
inline void add_data(CLI::App& app, std::string& data, std::string& label) {
  add_folder(app, "--data", data, std::string(data_option) + without_data_option);
  app.add_option("--label", label, label_option)->type_name("NAME");
}

/// One of the names, with or without capitals; --help lists them.
template <typename Value>
void add_choice(CLI::App& app, const std::string& name, Value& value, const Names<Value>& names,
                const std::string& help) {
  std::string list;
  for (const auto& [choice, named] : names) list += (list.empty() ? "{" : ",") + choice;
  app.add_option(name, value, help)
      ->transform(choice(names))
      ->default_str(name_of(value, names))
      ->type_name(list + "}");
}

}  // namespace thinnet::examples
