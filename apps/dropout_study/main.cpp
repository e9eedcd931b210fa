// Trains many nets over a grid of dropout, sizes and seeds, and tells what dropout does to them.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "apps/dropout_study/conclusions.hpp"
#include "apps/dropout_study/interrupt.hpp"
#include "apps/dropout_study/study_work.hpp"
#include "apps/dropout_study/tuned_words.hpp"
#include "apps/support/sigterm_message.hpp"
#include "core/check.hpp"
#include "data/io/file.hpp"
#include "examples/support/data_checks.hpp"
#include "examples/support/program.hpp"

using namespace thinnet;
using namespace thinnet::examples;

namespace {

/// Of runs that lack classes the first speaks for all.
void warn_of_data(const StudyPlan& plan, const Images& images) {
  const ExperimentOptions& first = plan.runs.front().options;
  warn_of_empty_classes(images);
  for (const std::size_t i : plan.equal) {
    const ExperimentOptions& o = plan.runs[i].options;
    const bool images_seen = o.hidden != first.hidden || o.keep_probs != first.keep_probs ||
                             o.learning_rate != first.learning_rate;
    if (images_seen) continue;
    const SplitRows rows = study_rows(images.training, o);
    const std::string which = fmt::format("training {}, seed {}: ", o.training, o.seed);
    if (warn_of_missing_classes(images, rows, which)) return;
  }
}

/// The images, and for --tune the test images that no choice sees.
StudyImages images_for(const StudyOptions& options) {
  StudyImages images{find_images(options.data, options.label), std::nullopt};
  if (!options.tune) return images;
  try {
    images.test = read_test_images(images);
  } catch (const std::runtime_error& e) {
    throw std::runtime_error(fmt::format("--tune compares on test images: {}", e.what()));
  }
  require_fitting_test(images.training, *images.test);
  return images;
}

/// What the numbers say: the question of an equal budget, and below it that of the best settings.
std::string answers(const Study& study) {
  std::string text = fmt::format("{}{}\n{}{}", study_table(study.groups),
                                 guessing_words(guessing_of(study.results)),
                                 study_words(study.groups), study.sentence);
  if (!study.tuned) return text;
  const TunedStudy& tuned = *study.tuned;
  return fmt::format("All at an equal budget: learning rate {}, {} epochs\n\n{}\n\n{}\n{}",
                     study.grid.learning_rates.front(), study.grid.epochs.front(), text,
                     tuned_text(tuned.tuning_grid, tuned.groups), tuned.sentence);
}

void write_study(Study& study, const StudyPlan& plan, const StudyImages& images,
                 WorkerRanks& workers) {
  const StudyOptions& options = study.options;
  const std::filesystem::path output(options.output);
  require_writable_folder(options.output);
  Journal journal((output / "runs.jsonl").string());
  StudyWork work(options, plan, images, journal, workers);
  watch_for_interrupt();
  fmt::print("{} from {}: {} runs, {} of them finished earlier, {} at a time\n{}", images.name,
             images.folder, work.runs(), work.finished(), options.jobs + workers.count(),
             split_words(options.shared.split, study_rows(images.training, plan.runs[0].options)));
  if (options.tune) {
    fmt::print("{} at an equal budget, {} that choose, {} of the best settings\n",
               plan.equal.size(), plan.tuning.size(), plan.judging_count());
  }
  std::fflush(stdout);  // before progress on stderr, in a log too
  work.fill(study);
  const std::string json = study_json(study, images);
  write_file((output / "study.json").string(), json);
  write_file((output / "study.html").string(), study_html(json));
  fmt::print("\n{}\n\nWrote study.json and study.html in {}\n", answers(study), options.output);
}

void run_study(StudyOptions options, const std::string& command, Ranks* ranks) {
  require_fitting(options);
  const StudyImages images = images_for(options);
  require_learnable(images);
  options.shared.split = split_for(options.split, images);
  Study study;
  study.options = options;
  study.command = command;
  study.files = checksums_of(images.files);
  const StudyPlan plan = plan_of(options, {options.shared, images.name, sha256_of_all(study.files)},
                                 images.test ? checksum_of(*images.test) : "");
  for (const StudyRun& run : plan.runs) {
    require_enough_images({run.options.training, run.options.validation}, images.training.size());
  }
  if (ranks != nullptr && ranks->rank() > 0) {
    end_late_at_sigterm();
    run_worker(plan.runs, images, *ranks);
  }
  on_rank_0(ranks, [&] {
    std::optional<SigtermMessage> sigterm_message;
    if (ranks != nullptr) {
      sigterm_message.emplace(
          "dropout_study: ended by mpirun (has a rank died?); the finished runs are "
          "kept in " +
          options.output + "/runs.jsonl, and the same command goes on");
    }
    warn_of_data(plan, images);
    WorkerRanks workers(ranks);
    write_study(study, plan, images, workers);
  });
}

CLI::Option* add_option(CLI::App& app, const StudyOption& option, std::string& text) {
  const std::string name = std::string("--") + option.name;
  if (option.type[0] == '\0') return app.add_flag(name, text, option.help);
  return app.add_option(name, text, option.help)
      ->type_name(option.type)
      ->default_str(option.default_text);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Trains a net for every combination of the lists and tells, with intervals over the seeds,\n"
      "what dropout does to train and validation accuracy. Writes study.json, and study.html to\n"
      "look at. Finished runs are kept in runs.jsonl: a study that was interrupted goes on, and a\n"
      "larger grid only adds to it. With --tune every keep_prob is compared at its own best\n"
      "learning rate and number of epochs, too, on test images.");
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)->ignore_case();
  std::string grid_file;
  app.add_option("--grid", grid_file,
                 "JSON file with options, {\"keep-probs\": [1, 0.5], …}; those given here go first")
      ->type_name("FILE");
  std::vector<std::pair<std::string, std::string>> given(study_options().size());
  std::vector<CLI::Option*> parsed;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const StudyOption& option = study_options()[i];
    given[i].first = option.name;
    parsed.push_back(add_option(app, option, given[i].second));
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
