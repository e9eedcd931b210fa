#include <nlohmann/json.hpp>
#include <stdexcept>

#include "apps/dropout_study/journal.hpp"
#include "examples/support/names.hpp"

namespace thinnet::examples {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* drawn_images = "drawn";

[[noreturn]] void fail_as_foreign() {
  throw std::runtime_error("it is not what this program writes");
}

/// Only a number that is a count already: the conversion of another may be undefined.
std::size_t count(const Json& value) {
  if (!value.is_number_unsigned()) fail_as_foreign();
  return value.get<std::size_t>();
}

std::vector<std::size_t> counts(const Json& list) {
  std::vector<std::size_t> all;
  for (const Json& value : list) all.push_back(count(value));
  return all;
}

/// Throws std::runtime_error unless there is an entry for every epoch and as many predicted as true
/// classes.
void require_whole(const JournalLine& line) {
  const std::size_t epochs = line.run.options.epochs;
  const std::size_t classes = line.result.confusion.size();
  bool whole = epochs > 0 && classes > 0 && line.result.best_epoch > 0 &&
               line.result.best_epoch <= epochs && !line.run.options.hidden.empty();
  for (const auto* curve : {&line.result.loss, &line.result.train, &line.result.validation}) {
    whole = whole && curve->size() == epochs;
  }
  for (const auto& row : line.result.confusion) whole = whole && row.size() == classes;
  if (!whole) throw std::runtime_error("its lists are not of the lengths that belong together");
}

}  // namespace

std::string encode_line(const JournalLine& line) {
  const ExperimentOptions& o = line.run.options;
  const RunResult& r = line.result;
  Json json{{"hidden", o.hidden},
            {"training", o.training},
            {"keep_prob", line.run.keep_prob()},
            {"seed", o.seed},
            {"validation", o.validation},
            {"epochs", o.epochs},
            {"batch", o.batch_size},
            {"sampling", name_of(o.sampling)},
            {"optimizer", name_of(o.optimizer)},
            {"learning_rate", o.learning_rate},
            {"weight_scale", o.weight_scale}};
  if (o.split == Split::random) json["split"] = "random";  // older journals do not have it
  json.update(Json{{"data", line.run.data_name},
                   {"data_sha256", line.run.data_sha256},
                   {"seconds", line.seconds},
                   {"best_epoch", r.best_epoch},
                   {"loss_curve", r.loss},
                   {"train_curve", r.train},
                   {"validation_curve", r.validation},
                   {"confusion", r.confusion}});
  // Not in every line: those of a study without --tune are as they were before there was one.
  if (line.run.drawn_validation) json["validation_images"] = drawn_images;
  if (!line.run.test_sha256.empty()) json["test_sha256"] = line.run.test_sha256;
  if (r.test) json["test"] = *r.test;
  return json.dump();
}

JournalLine decode_line(const std::string& text) {
  JournalLine line;
  try {
    const Json json = Json::parse(text);
    ExperimentOptions& o = line.run.options;
    RunResult& r = line.result;
    o.hidden = counts(json.at("hidden"));
    o.training = count(json.at("training"));
    o.keep_probs = {json.at("keep_prob").get<double>()};
    o.seed = count(json.at("seed"));
    o.validation = count(json.at("validation"));
    o.epochs = count(json.at("epochs"));
    o.batch_size = count(json.at("batch"));
    o.sampling =
        json.at("sampling") == "shuffled" ? Sampling::shuffled : Sampling::with_replacement;
    o.optimizer = json.at("optimizer") == "sgd" ? OptimizerKind::sgd : OptimizerKind::adam;
    json.at("learning_rate").get_to(o.learning_rate);
    json.at("weight_scale").get_to(o.weight_scale);
    if (json.contains("split")) o.split = Split::random;
    json.at("data").get_to(line.run.data_name);
    json.at("data_sha256").get_to(line.run.data_sha256);
    json.at("seconds").get_to(line.seconds);
    r.best_epoch = count(json.at("best_epoch"));
    json.at("loss_curve").get_to(r.loss);
    json.at("train_curve").get_to(r.train);
    json.at("validation_curve").get_to(r.validation);
    for (const Json& row : json.at("confusion")) r.confusion.push_back(counts(row));
    line.run.drawn_validation = json.value("validation_images", "") == drawn_images;
    line.run.test_sha256 = json.value("test_sha256", "");
    if (json.contains("test")) r.test = json.at("test").get<double>();
  } catch (const Json::exception&) {  // its message shows the library, not the mistake
    fail_as_foreign();
  }
  require_whole(line);
  if (line.result.test.has_value() == line.run.test_sha256.empty()) fail_as_foreign();
  // Numbers that were cut short, negative counts, unknown words: none comes back as it went in.
  if (encode_line(line) != text) fail_as_foreign();
  return line;
}

}  // namespace thinnet::examples
