#include "apps/dropout_study/page.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "apps/dropout_study/conclusions.hpp"
#include "apps/dropout_study/json_parts.hpp"
#include "apps/dropout_study/page_template.hpp"
#include "apps/dropout_study/run_all.hpp"
#include "apps/dropout_study/tuned_json.hpp"
#include "apps/dropout_study/tuned_words.hpp"
#include "apps/dropout_study/versions.hpp"
#include "apps/dropout_study/weight_tiles.hpp"
#include "data/io/file.hpp"
#include "examples/support/names.hpp"

namespace thinnet::examples {
namespace {

Json to_json(const StudyRun& run, const RunResult& result) {
  return {{"hidden", run.options.hidden},
          {"training", run.options.training},
          {"learning_rate", run.options.learning_rate},
          {"keep_prob", number(run.keep_prob())},
          {"seed", run.options.seed},
          {"train", result.train.back()},
          {"validation", result.validation.back()},
          {"gap", gap(result)},
          {"best_validation", best_validation(result)},
          {"best_epoch", result.best_epoch}};
}

std::string base64(const std::string& bytes) {
  const std::vector<unsigned char> in(bytes.begin(), bytes.end());
  std::vector<unsigned char> out(4 * (bytes.size() / 3 + 1) + 1);
  const int size = EVP_EncodeBlock(out.data(), in.data(), static_cast<int>(in.size()));
  return {out.begin(), out.begin() + size};
}

/// The run of a keep_prob that stands for it: the first net, the largest training set, the first
/// seed.
StudyRun example_run(const Study& study, double keep_prob) {
  const Grid& grid = study.grid;
  StudyRun run = study.runs.front();
  run.options.training = *std::max_element(grid.training.begin(), grid.training.end());
  run.options.keep_probs = {keep_prob};
  return run;
}

/// Three at most: no dropout, a middle one and the strongest.
std::vector<double> keep_probs_to_picture(const Grid& grid) {
  std::vector<double> sorted = grid.keep_probs;
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  if (sorted.size() > 3) sorted = {sorted.front(), sorted[sorted.size() / 2], sorted.back()};
  return sorted;
}

Json weights_of(const Study& study, const Images& images) {
  Json weights = Json::array();
  const auto& picture = images.training.picture();
  if (!has_tiles(picture)) return weights;
  for (const double keep_prob : keep_probs_to_picture(study.grid)) {
    const StudyRun run = example_run(study, keep_prob);
    const std::string path = tiles_path(study.options.output, run);
    if (!std::filesystem::exists(path)) continue;
    const std::string pixels = read_file(path);
    const std::size_t tiles = std::min(run.options.hidden.front(), most_tiles);
    const std::size_t expected = tiles * picture->size();
    if (pixels.size() != expected) {
      throw std::runtime_error(fmt::format("{}: {} bytes, expected {}; delete it to go without",
                                           path, pixels.size(), expected));
    }
    weights.push_back({{"keep_prob", number(keep_prob)},
                       {"hidden", run.options.hidden},
                       {"training", run.options.training},
                       {"seed", run.options.seed},
                       {"side", picture->height},
                       {"channels", picture->channels},
                       {"tiles", tiles},
                       {"pixels", base64(pixels)}});
  }
  return weights;
}

Json masks_of(const Study& study, const Images& images) {
  constexpr std::size_t most_examples = 20, most_units = 100;
  std::size_t units = 0;
  std::size_t examples = 0;
  Json strips = Json::array();
  for (const double keep_prob : study.grid.keep_probs) {
    if (keep_prob == 1) continue;
    const auto rows =
        first_masks(example_run(study, keep_prob), images.training, most_examples, most_units);
    examples = rows.size();
    units = rows.front().size();
    strips.push_back({{"keep_prob", keep_prob}, {"rows", rows}});
  }
  return {{"layer", "dropout1"},
          {"step", 0},
          {"seed", study.grid.seeds.front()},
          {"units", units},
          {"examples", examples},
          {"strips", strips}};
}

Json best_of(const Study& study, const Images& images) {
  const auto best = std::max_element(study.results.begin(), study.results.end(),
                                     [](const RunResult& a, const RunResult& b) {
                                       return a.validation.back() < b.validation.back();
                                     });
  const StudyRun& run = study.runs[static_cast<std::size_t>(best - study.results.begin())];
  Json per_class = Json::array();
  for (std::size_t c = 0; c < best->confusion.size(); ++c) {
    double count = 0;
    for (const std::size_t n : best->confusion[c]) count += static_cast<double>(n);
    per_class.push_back(count > 0 ? Json(static_cast<double>(best->confusion[c][c]) / count)
                                  : Json(nullptr));
  }
  return {{"keep_prob", number(run.keep_prob())},  {"hidden", run.options.hidden},
          {"training", run.options.training},      {"seed", run.options.seed},
          {"validation", best->validation.back()}, {"classes", images.classes},
          {"confusion", best->confusion},          {"per_class", per_class}};
}

/// Of the fairer comparison where there is one.
std::string headline_of(const Study& study, const std::string& data_name) {
  if (study.tuned) {
    std::string tuned = tuned_headline(study.tuned->groups, data_name);
    if (!tuned.empty()) return tuned;
  }
  return study_headline(study.groups, data_name);
}

}  // namespace

std::string study_json(const Study& study, const Images& images) {
  const ExperimentOptions& shared = study.options.shared;
  const Grid& grid = study.grid;
  const bool drawn = study.options.draw_validation || shared.split == Split::random;
  Json json = {{"format", 1},
               {"headline", headline_of(study, images.name)},
               {"sentence", study.sentence},
               {"command", study.command},
               {"data", {{"name", images.name}, {"files", Json::array()}}},
               {"versions", Json::object()},
               {"settings",
                {{"validation", shared.validation},
                 {"validation_images", drawn ? "drawn" : "last"},
                 {"epochs", grid.most_epochs()},
                 {"batch_size", shared.batch_size},
                 {"sampling", name_of(shared.sampling)},
                 {"optimizer", name_of(shared.optimizer)},
                 {"learning_rate", grid.learning_rates.front()},
                 {"weight_scale", shared.weight_scale}}},
               {"grid",
                {{"keep_probs", numbers(grid.keep_probs)},
                 {"hidden", grid.hidden},
                 {"training", grid.training},
                 {"seeds", grid.seeds},
                 {"learning_rates", grid.learning_rates},
                 {"epochs", grid.epochs}}},
               {"groups", Json::array()},
               {"runs", Json::array()}};
  for (const FileChecksum& file : study.files) {
    json["data"]["files"].push_back(
        {{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  }
  if (shared.split == Split::random) json["settings"]["split"] = "random";
  for (const auto& [name, version] : versions()) json["versions"][name] = version;
  for (const Group& group : study.groups) json["groups"].push_back(to_json(group));
  for (std::size_t i = 0; i < study.runs.size(); ++i) {
    json["runs"].push_back(to_json(study.runs[i], study.results[i]));
  }
  if (study.tuned) json["tuned"] = to_json(*study.tuned);
  json["weights"] = weights_of(study, images);
  json["masks"] = masks_of(study, images);
  json["best"] = best_of(study, images);
  // A command line may hold bytes that are no UTF-8: they must not cost the study its page.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string study_html(const std::string& json) {
  const std::string page = page_template;
  const std::string mark = "STUDY_JSON_HERE";
  const std::size_t place = page.find(mark);
  if (place == std::string::npos || page.find(mark, place + 1) != std::string::npos)
    throw std::logic_error("the page's template does not hold " + mark + " once");
  std::string safe;  // nothing in the data can end its <script>
  safe.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return page.substr(0, place) + safe + page.substr(place + mark.size());
}

}  // namespace thinnet::examples
