#include "apps/dropout_study/tuned_json.hpp"

#include "apps/dropout_study/conclusions.hpp"
#include "apps/dropout_study/tuned_words.hpp"

namespace thinnet::examples {
namespace {

/// What the choice saw: validation accuracy over the tuning seeds at each point.
Json points_of(const Choice& choice, const std::vector<Setting>& settings) {
  Json points = Json::array();
  for (std::size_t i = 0; i < settings.size(); ++i) {
    points.push_back({{"learning_rate", settings[i].learning_rate},
                      {"epochs", settings[i].epochs},
                      {"validation", to_json(choice.validation[i])}});
  }
  return points;
}

Json against_1(const TunedGroup& group) {
  if (!group.test_change) return nullptr;
  const Change &test = *group.test_change, &gap = *group.gap_change;
  return {{"test", to_json(test, test.seeds_above(), test_words(test))},
          {"gap", to_json(gap, gap.seeds_below(), test_gap_words(gap) + reason_words(gap, test))}};
}

Json group_of(const TunedGroup& group, const Grid& grid) {
  const Choice& choice = group.choice;
  return {{"hidden", choice.hidden},
          {"training", choice.training},
          {"keep_prob", number(choice.keep_prob)},
          {"learning_rate", choice.setting.learning_rate},
          {"epochs", choice.setting.epochs},
          {"edge", edge_sentence(grid, choice.setting)},
          {"points", points_of(choice, settings_of(grid))},
          {"seeds", group.seeds},
          {"train", to_json(group.train)},
          {"validation", to_json(group.validation)},
          {"test", to_json(group.test)},
          {"gap", to_json(group.gap)},
          {"against_1", against_1(group)}};
}

Json run_of(const StudyRun& run, const RunResult& result) {
  return {{"hidden", run.options.hidden},         {"training", run.options.training},
          {"keep_prob", number(run.keep_prob())}, {"learning_rate", run.options.learning_rate},
          {"epochs", run.options.epochs},         {"seed", run.options.seed},
          {"train", result.train.back()},         {"validation", result.validation.back()},
          {"test", result.test.value()}};
}

}  // namespace

Json to_json(const TunedStudy& tuned) {
  const Grid& grid = tuned.tuning_grid;
  Json json = {{"sentence", tuned.sentence},
               {"tuning_seeds", grid.seeds},
               {"learning_rates", grid.learning_rates},
               {"epochs", grid.epochs},
               {"validation_images", "drawn"},
               {"test_images", {{"count", tuned.test_images}, {"sha256", tuned.test_sha256}}},
               {"groups", Json::array()},
               {"curves", Json::array()},
               {"runs", Json::array()}};
  for (const TunedGroup& group : tuned.groups) json["groups"].push_back(group_of(group, grid));
  for (const Group& curve : tuned.curves) {
    json["curves"].push_back({{"hidden", curve.first.options.hidden},
                              {"training", curve.first.options.training},
                              {"keep_prob", number(curve.first.keep_prob())},
                              {"learning_rate", curve.first.options.learning_rate},
                              {"seeds", curve.seeds},
                              {"train_curve", to_json(curve.train_curve)},
                              {"validation_curve", to_json(curve.validation_curve)}});
  }
  for (std::size_t i = 0; i < tuned.runs.size(); ++i) {
    json["runs"].push_back(run_of(tuned.runs[i], tuned.results[i]));
  }
  return json;
}

}  // namespace thinnet::examples
