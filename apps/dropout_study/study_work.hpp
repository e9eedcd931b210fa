// The work on a study: its runs are trained, in two stages where a choice stands between them.
#pragma once

#include "apps/dropout_study/page.hpp"
#include "apps/dropout_study/plan.hpp"
#include "apps/dropout_study/run_all.hpp"

namespace thinnet::examples {

class StudyWork {
 public:
  /// All of them must outlive it.
  StudyWork(const StudyOptions& options, const StudyPlan& plan, const StudyImages& images,
            Journal& journal, WorkerRanks& workers);

  std::size_t runs() const;      ///< how many the study has
  std::size_t finished() const;  ///< how many of them the journal has

  /// Trains what is not in the journal and fills in grid, runs, results, groups, sentence and
  /// tuned. Throws what run_all throws.
  void fill(Study& study);

 private:
  using Numbers = std::vector<std::size_t>;
  using Results = std::vector<RunResult>;

  Results train(const Stage& stage);
  double judging_cost() const;
  std::vector<StudyRun> runs_at(const Numbers& numbers) const;
  Results kept_results(const Numbers& numbers) const;
  TunedStudy tuned(const Results& tuning_results);

  const StudyOptions& options_;
  const StudyPlan& plan_;
  const StudyImages& images_;
  Journal& journal_;
  WorkerRanks& workers_;
};

}  // namespace thinnet::examples
