// The options of a study, from the command line or a JSON file.
#pragma once

#include <string>
#include <vector>

#include "apps/dropout_study/grid.hpp"
#include "examples/support/names.hpp"

namespace thinnet::examples {

struct StudyOptions {
  Grid grid;
  ExperimentOptions shared;                    ///< what the grid does not vary
  SplitChoice split = SplitChoice::automatic;  ///< makes shared.split, once the data are known
  bool draw_validation = false;  ///< of the question of an equal budget; tuned runs always do
  /// Asks also how the keep_probs compare each at its own best learning rate and epochs. They are
  /// chosen on tuning_seeds and judged on the grid's seeds. The equal budget is then that of the
  /// first learning rate and the first number of epochs.
  bool tune = false;
  std::vector<std::uint64_t> tuning_seeds{1000, 1001, 1002};
  std::string data, label;  ///< see find_images
  std::string output = "output/dropout_study";
  std::size_t jobs = 1;  ///< runs side by side
};

/// One option: `--name` on the command line and "name" in a grid file.
struct StudyOption {
  const char *name, *type;  ///< no type: a flag, whose text is "true" or "false"
  std::string help, default_text;
  /// Throws std::invalid_argument with the reason.
  void (*set)(StudyOptions& options, const std::string& text);
};

/// Throws std::invalid_argument when options that go together do not fit: --tune without a choice,
/// or with a seed that would both choose and judge.
void require_fitting(const StudyOptions& options);

/// All of them, in the order --help shows.
const std::vector<StudyOption>& study_options();

/// Sets one option from its text. Throws std::invalid_argument "name: reason", also for a name that
/// is no option's.
void set_option(StudyOptions& options, const std::string& name, const std::string& text);

/// A JSON object from names to values: numbers, texts, or lists of them (a net of several layers is
/// a list in the list "hidden", or a text as on the command line), or true and false for a flag.
/// Sets them in `options`; throws std::runtime_error "path: reason".
void read_grid_file(const std::string& path, StudyOptions& options);

/// The command line that makes the same study: the program's name and what followed, quoted for a
/// shell; without --jobs and --output, which change how fast and where to, but nothing in it.
std::string command_text(const std::vector<std::string>& arguments);

}  // namespace thinnet::examples
