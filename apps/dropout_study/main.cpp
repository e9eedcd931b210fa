// Trains many nets over a grid of dropout, sizes and seeds, and tells what dropout does to them.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "apps/dropout_study/conclusions.hpp"
#include "apps/dropout_study/interrupt.hpp"
#include "apps/dropout_study/page.hpp"
#include "apps/dropout_study/run_all.hpp"
#include "apps/support/sigterm_message.hpp"
#include "core/check.hpp"
#include "data/io/file.hpp"
#include "examples/support/data_checks.hpp"
#include "examples/support/program.hpp"

using namespace thinnet;
using namespace thinnet::examples;

namespace {

/// Of runs that lack classes the first speaks for all.
void warn_of_data(const std::vector<StudyRun>& runs, const Images& images) {
  const ExperimentOptions& first = runs.front().options;
  warn_of_empty_classes(images);
  for (const StudyRun& run : runs) {
    const ExperimentOptions& o = run.options;
    if (o.hidden != first.hidden || o.keep_probs != first.keep_probs) continue;  // the same images
    const SplitRows rows = study_rows(images.training, o);
    const std::string which = fmt::format("training {}, seed {}: ", o.training, o.seed);
    if (warn_of_missing_classes(images, rows, which)) return;
  }
}

void write_study(Study& study, const Images& images, WorkerRanks& workers) {
  const StudyOptions& options = study.options;
  const std::filesystem::path output(options.output);
  require_writable_folder(options.output);
  Journal journal((output / "runs.jsonl").string());
  const auto finished =
      std::count_if(study.runs.begin(), study.runs.end(),
                    [&](const StudyRun& run) { return journal.find(run) != nullptr; });
  watch_for_interrupt();
  fmt::print("{} from {}: {} runs, {} of them finished earlier, {} at a time\n{}", images.name,
             images.folder, study.runs.size(), finished, options.jobs + workers.count(),
             split_words(options.shared.split, study_rows(images.training, study.runs[0].options)));
  std::fflush(stdout);  // before progress on stderr, in a log too
  study.results = run_all(study.runs, images, options.output, journal, options.jobs, workers);
  study.groups = groups_of(options.grid, study.runs, study.results);
  study.sentence = study_sentence(study.groups, images.name);
  const std::string json = study_json(study, images);
  write_file((output / "study.json").string(), json);
  write_file((output / "study.html").string(), study_html(json));
  fmt::print("\n{}{}\n{}{}\n\nWrote study.json and study.html in {}\n", study_table(study.groups),
             guessing_words(guessing_of(study.results)), study_words(study.groups), study.sentence,
             options.output);
}

void run_study(StudyOptions options, const std::string& command, Ranks* ranks) {
  const Images images = find_images(options.data, options.label);
  require_learnable(images);
  options.shared.split = split_for(options.split, images);
  Study study{options, command, checksums_of(images.files), {}, {}, {}, ""};
  study.runs = runs_of(options.grid, {options.shared, images.name, sha256_of_all(study.files)});
  for (const StudyRun& run : study.runs) require_enough_images(run.options, images.training.size());
  if (ranks != nullptr && ranks->rank() > 0) run_worker(study.runs, images, *ranks);
  on_rank_0(ranks, [&] {
    std::optional<SigtermMessage> sigterm_message;
    if (ranks != nullptr) {
      sigterm_message.emplace(
          "dropout_study: ended by mpirun (has a rank died?); the finished runs are "
          "kept in " +
          options.output + "/runs.jsonl, and the same command goes on");
    }
    warn_of_data(study.runs, images);
    WorkerRanks workers(ranks);
    write_study(study, images, workers);
  });
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
  return run_program_on_ranks(app, argc, argv, [&](Ranks* ranks) {
    StudyOptions options;
    set_option(options, "jobs", ranks == nullptr ? study_options().back().default_text : "1");
    if (!grid_file.empty()) read_grid_file(grid_file, options);
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (parsed[i]->count() > 0) set_option(options, "--" + given[i].first, given[i].second);
    }
    require(ranks == nullptr || options.jobs == 1,
            "--jobs {} is for one process: under mpirun every rank does one run at a time",
            options.jobs);
    run_study(options, command_text({argv, argv + argc}), ranks);
  });
}
