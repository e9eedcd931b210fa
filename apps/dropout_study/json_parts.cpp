#include "apps/dropout_study/json_parts.hpp"

#include "apps/dropout_study/conclusions.hpp"

namespace thinnet::examples {
namespace {

Json low_of(const Interval& interval) {
  return interval.half ? Json(interval.low()) : Json(nullptr);
}

Json high_of(const Interval& interval) {
  return interval.half ? Json(interval.high()) : Json(nullptr);
}

}  // namespace

Json to_json(const Interval& interval) {
  return {{"mean", interval.mean}, {"low", low_of(interval)}, {"high", high_of(interval)}};
}

Json to_json(const std::vector<Interval>& curve) {
  Json mean = Json::array(), low = Json::array(), high = Json::array();
  for (const Interval& interval : curve) {
    mean.push_back(interval.mean);
    low.push_back(low_of(interval));
    high.push_back(high_of(interval));
  }
  return {{"mean", mean}, {"low", low}, {"high", high}};
}

Json to_json(const Change& change, std::size_t holds, const std::string& words) {
  Json json = to_json(change.interval);
  json["holds"] = holds;
  json["seeds"] = change.by_seed.size();
  json["words"] = words;
  return json;
}

Json number(double value) {
  return value == 1 ? Json(1) : Json(value);
}

Json numbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(number(value));
  return list;
}

Json to_json(const Group& group) {
  Json against_1 = nullptr;
  if (group.gap_change) {
    const Change &gap = *group.gap_change, &validation = *group.validation_change;
    against_1 = {
        {"gap", to_json(gap, gap.seeds_below(), gap_words(gap) + reason_words(gap, validation))},
        {"validation",
         to_json(validation, validation.seeds_above(), validation_words(validation))}};
  }
  return {{"hidden", group.first.options.hidden},
          {"training", group.first.options.training},
          {"learning_rate", group.first.options.learning_rate},
          {"epochs", group.first.options.epochs},
          {"keep_prob", number(group.first.keep_prob())},
          {"seeds", group.seeds},
          {"train", to_json(group.train)},
          {"validation", to_json(group.validation)},
          {"gap", to_json(group.gap)},
          {"best_validation", to_json(group.best_validation)},
          {"train_curve", to_json(group.train_curve)},
          {"validation_curve", to_json(group.validation_curve)},
          {"against_1", against_1}};
}

}  // namespace thinnet::examples
