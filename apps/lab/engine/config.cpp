#include "apps/lab/engine/config.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/check.hpp"

namespace thinnet::lab {
namespace {

using nlohmann::json;

/// A member of `object`, or a sentence about the setting that is not there.
const json& member(const json& object, const std::string& name) {
  require(object.is_object() && object.contains(name), "the settings lack {}", name);
  return object[name];
}

double number(const json& value, const std::string& name) {
  require(value.is_number(), "{} must be a number", name);
  return value.get<double>();
}

std::uint64_t whole_number(const json& value, const std::string& name, double limit) {
  const double real = number(value, name);
  require(real >= 0 && real <= limit && real == std::floor(real),
          "{} is {}, expected a whole number from 0 to {}", name, real, limit);
  return static_cast<std::uint64_t>(real);
}

std::size_t count(const json& value, const std::string& name) {
  return static_cast<std::size_t>(whole_number(value, name, INT32_MAX));
}

const json& list(const json& value, const std::string& name) {
  require(value.is_array(), "{} must be a list", name);
  return value;
}

template <typename Kind>
Kind kind(const json& object, const std::string& what,
          const std::vector<std::pair<std::string, Kind>>& kinds) {
  const json& name = member(object, "kind");
  for (const auto& [known, kind] : kinds)
    if (name == known) return kind;
  throw std::invalid_argument("there is no " + what + " named " + name.dump());
}

Points own_points(const json& object, std::size_t classes) {
  const json &x = list(member(object, "x"), "x"),
             &labels = list(member(object, "labels"), "labels");
  require(x.size() == 2 * labels.size(),
          "there are {} coordinates for {} points, expected 2 for each", x.size(), labels.size());
  Points points{Matrix<double>({labels.size(), 2}), {}, classes};
  for (std::size_t i = 0; i < x.size(); ++i) points.x.data()[i] = number(x[i], "a coordinate");
  for (const json& label : labels)
    points.labels.push_back(static_cast<std::int32_t>(count(label, "the class of a point")));
  return points;
}

DataConfig data_config(const json& object) {
  DataConfig config;
  config.kind = kind<DataKind>(object, "data set",
                               {{"moons", DataKind::moons},
                                {"circles", DataKind::circles},
                                {"xor", DataKind::exclusive_or},
                                {"spiral", DataKind::spiral},
                                {"blobs", DataKind::blobs},
                                {"own", DataKind::own}});
  config.count = count(member(object, "count"), "count");
  config.noise = number(member(object, "noise"), "noise");
  config.classes = count(member(object, "classes"), "classes");
  config.validation_share = number(member(object, "validationShare"), "validationShare");
  if (config.kind == DataKind::own) config.own = own_points(member(object, "own"), config.classes);
  return config;
}

OptimizerConfig optimizer_config(const json& object) {
  OptimizerConfig config;
  config.kind = kind<OptimizerKind>(object, "optimizer",
                                    {{"sgd", OptimizerKind::sgd},
                                     {"momentum", OptimizerKind::momentum},
                                     {"adam", OptimizerKind::adam}});
  config.learning_rate = number(member(object, "learningRate"), "learningRate");
  config.momentum = number(member(object, "momentum"), "momentum");
  config.weight_decay = number(member(object, "weightDecay"), "weightDecay");
  return config;
}

}  // namespace

LabConfig parse_config(const std::string& text) {
  const json settings = json::parse(text, nullptr, /*allow_exceptions=*/false);
  require(!settings.is_discarded(), "the settings are not JSON");
  LabConfig config;
  config.data = data_config(member(settings, "data"));
  for (const json& layer : list(member(settings, "hidden"), "hidden")) {
    config.hidden.push_back(
        {count(member(layer, "width"), "width"), number(member(layer, "keepProb"), "keepProb")});
  }
  config.optimizer = optimizer_config(member(settings, "optimizer"));
  config.batch_size = count(member(settings, "batchSize"), "batchSize");
  constexpr double largest = 0x1p53 - 1;  // that JavaScript's numbers hold exactly
  config.seed = whole_number(member(settings, "seed"), "seed", largest);
  return config;
}

}  // namespace thinnet::lab
