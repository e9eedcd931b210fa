#include "apps/dropout_study/study_work.hpp"

#include "apps/dropout_study/conclusions.hpp"
#include "apps/dropout_study/study_progress.hpp"
#include "apps/dropout_study/tuned_words.hpp"

namespace thinnet::examples {

StudyWork::StudyWork(const StudyOptions& options, const StudyPlan& plan, const StudyImages& images,
                     Journal& journal, WorkerRanks& workers)
    : options_(options), plan_(plan), images_(images), journal_(journal), workers_(workers) {}

std::size_t StudyWork::runs() const {
  return plan_.first_stage().size() + plan_.judging_count();
}

std::size_t StudyWork::finished() const {
  const Numbers first = plan_.first_stage();
  const std::size_t done = kept_results(first).size();
  if (!options_.tune || done < first.size()) return done;
  // The choice is made already: so it is known which runs judge.
  const std::vector<Choice> choices =
      choose(plan_.tuning_grid, runs_at(plan_.tuning), kept_results(plan_.tuning));
  return done + kept_results(plan_.judging(choices)).size();
}

void StudyWork::fill(Study& study) {
  const Numbers first = plan_.first_stage();
  const Results results = train({first, 0, plan_.judging_count(), judging_cost()});
  const auto tuning_begin = results.begin() + static_cast<std::ptrdiff_t>(plan_.equal.size());
  study.grid = plan_.equal_grid;
  study.runs = runs_at(plan_.equal);
  study.results = {results.begin(), tuning_begin};
  study.groups = groups_of(study.grid, study.runs, study.results);
  study.sentence = study_sentence(study.groups, images_.name);
  if (options_.tune) study.tuned = tuned({tuning_begin, results.end()});
}

StudyWork::Results StudyWork::train(const Stage& stage) {
  return run_all(plan_.runs, stage, images_, options_.output, journal_, options_.jobs, workers_);
}

/// Of the runs that judge, were all of them of the most epochs.
double StudyWork::judging_cost() const {
  double cost = 0;
  for (const std::size_t i : plan_.possible) {
    const StudyRun& run = plan_.runs[i];
    const bool longest = run.options.epochs == plan_.tuning_grid.most_epochs();
    const bool once = run.options.learning_rate == plan_.tuning_grid.learning_rates.front();
    if (longest && once) cost += cost_of(run, images_.training.width(), images_.training.classes());
  }
  return cost;
}

std::vector<StudyRun> StudyWork::runs_at(const Numbers& numbers) const {
  std::vector<StudyRun> runs;
  runs.reserve(numbers.size());
  for (const std::size_t i : numbers) runs.push_back(plan_.runs[i]);
  return runs;
}

StudyWork::Results StudyWork::kept_results(const Numbers& numbers) const {
  Results results;
  for (const std::size_t i : numbers) {
    const RunResult* result = journal_.find(plan_.runs[i]);
    if (result != nullptr) results.push_back(*result);
  }
  return results;
}

TunedStudy StudyWork::tuned(const Results& tuning_results) {
  const std::vector<StudyRun> tuning_runs = runs_at(plan_.tuning);
  const std::vector<Choice> choices = choose(plan_.tuning_grid, tuning_runs, tuning_results);
  const Numbers judging = plan_.judging(choices);
  TunedStudy study;
  study.tuning_grid = plan_.tuning_grid;
  Grid longest = plan_.tuning_grid;
  longest.epochs = {longest.most_epochs()};
  study.curves = groups_of(longest, tuning_runs, tuning_results);
  study.runs = runs_at(judging);
  study.results = train({judging, plan_.first_stage().size(), 0, 0});
  study.groups = tuned_groups(plan_.equal_grid, choices, study.results);
  study.test_images = images_.test.value().size();
  study.test_sha256 = study.runs.front().test_sha256;
  study.sentence = tuned_sentence(study.tuning_grid, study.groups, images_.name);
  return study;
}

}  // namespace thinnet::examples
