// Trains many nets over a grid of dropout, sizes and seeds, and tells what dropout does to them.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "data/file.hpp"
#include "examples/dropout_study/interrupt.hpp"
#include "examples/dropout_study/page.hpp"
#include "examples/dropout_study/runner.hpp"
#include "examples/dropout_study/words.hpp"
#include "examples/support/program.hpp"

using namespace thinnet;
using namespace thinnet::examples;

namespace {

void run_study(const StudyOptions& options, const std::string& command) {
  const Images images = find_images(options.data);
  require_writable_folder(options.output);
  const std::filesystem::path output(options.output);
  Study study{options, command, checksums_of(images.files), {}, {}, {}, ""};
  study.runs = runs_of(options.grid, {options.shared, images.name, sha256_of_all(study.files)});
  for (const StudyRun& run : study.runs) require_enough_images(run.options, images.training.size());
  Journal journal((output / "runs.jsonl").string());
  const auto finished =
      std::count_if(study.runs.begin(), study.runs.end(),
                    [&](const StudyRun& run) { return journal.find(run) != nullptr; });
  watch_for_interrupt();
  fmt::print("{} from {}: {} runs, {} of them finished earlier, {} at a time\n", images.name,
             images.folder, study.runs.size(), finished, options.jobs);
  std::fflush(stdout);  // before progress on stderr, in a log too
  study.results = run_all(study.runs, images, options.output, journal, options.jobs);
  study.groups = groups_of(options.grid, study.runs, study.results);
  study.sentence = study_sentence(study.groups, images.name);
  const std::string json = study_json(study, images);
  write_file((output / "study.json").string(), json);
  write_file((output / "study.html").string(), study_html(json));
  fmt::print("\n{}\n{}{}\n\nWrote study.json and study.html in {}\n", study_table(study.groups),
             study_words(study.groups), study.sentence, options.output);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Trains a net for every combination of the lists and tells, with intervals over the seeds,\n"
      "what dropout does to train and validation accuracy. Writes study.json, and study.html to\n"
      "look at. Finished runs are kept in runs.jsonl: a study that was interrupted goes on, and a\n"
      "larger grid only adds to it.");
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  std::string grid_file;
  app.add_option("--grid", grid_file,
                 "JSON file with options, {\"keep-probs\": [1, 0.5], …}; those given here go first")
      ->type_name("FILE");
  std::vector<std::pair<std::string, std::string>> given(study_options().size());
  std::vector<CLI::Option*> parsed;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const StudyOption& option = study_options()[i];
    given[i].first = option.name;
    parsed.push_back(app.add_option(std::string("--") + option.name, given[i].second, option.help)
                         ->type_name(option.type)
                         ->default_str(option.default_text));
  }
  bool was_interrupted = false;
  const int code = run_program(app, argc, argv, [&] {
    StudyOptions options;
    set_option(options, "jobs", study_options().back().default_text);
    if (!grid_file.empty()) read_grid_file(grid_file, options);
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (parsed[i]->count() > 0) set_option(options, "--" + given[i].first, given[i].second);
    }
    try {
      run_study(options, command_text({argv, argv + argc}));
    } catch (const Interrupted& e) {
      fmt::print(stderr, "dropout_study: {}\n", e.what());
      was_interrupted = true;
    }
  });
  constexpr int ended_by_interrupt = 130;  // what a shell makes of SIGINT
  return was_interrupted ? ended_by_interrupt : code;
}
