#include "apps/dropout_study/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/check.hpp"
#include "core/engine/threads.hpp"
#include "examples/support/data_checks.hpp"
#include "examples/support/images.hpp"
#include "examples/support/parse_number.hpp"

namespace thinnet::examples {
namespace {

constexpr std::size_t most_entries = 1000000;  // of a list or a layer: more is a slip of the finger

double real(const std::string& text) {
  const auto value = number_of<double>(text);
  require(value.has_value(), "'{}' is not a number", text);
  return *value;
}

std::uint64_t whole(const std::string& text) {
  const auto value = number_of<std::uint64_t>(text);
  require(value.has_value(), "'{}' is not a whole number", text);
  return *value;
}

std::size_t positive(const std::string& text) {
  const std::uint64_t value = whole(text);
  require(value > 0, "it is 0, expected at least 1");
  return value;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

template <typename T>
void require_distinct(const std::vector<T>& list, const std::string& text) {
  std::vector<T> sorted = list;
  std::sort(sorted.begin(), sorted.end());
  require(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end(),
          "'{}' names the same twice", text);
}

/// The entries of a comma-separated list, each by `parse`; none twice.
template <typename T, typename Parse>
std::vector<T> list_of(const std::string& text, const Parse& parse) {
  std::vector<T> list;
  for (const std::string& part : split(text, ',')) list.push_back(parse(part));
  require_distinct(list, text);
  return list;
}

double keep_prob(const std::string& text) {
  const double value = real(text);
  require(value > 0 && value <= 1, "keep_prob is {}, expected a number in (0, 1]", text);
  return value;
}

/// "500-100"
std::vector<std::size_t> hidden_layers(const std::string& text) {
  std::vector<std::size_t> layers;
  for (const std::string& part : split(text, '-')) {
    const std::size_t H = positive(part);
    require(H <= most_entries, "{} units are more than {}", H, most_entries);
    layers.push_back(H);
  }
  return layers;
}

/// "0-4,9"
std::vector<std::uint64_t> seed_list(const std::string& text) {
  std::vector<std::uint64_t> seeds;
  for (const std::string& part : split(text, ',')) {
    const auto ends = split(part, '-');
    require(ends.size() <= 2, "'{}' is neither a seed nor a range like 0-4", part);
    const std::uint64_t first = whole(ends.front());
    const std::uint64_t last = whole(ends.back());
    require(first <= last, "'{}' runs backwards", part);
    require(last - first < most_entries - seeds.size(), "'{}' are more than {} seeds", text,
            most_entries);
    for (std::uint64_t n = 0; n <= last - first; ++n) seeds.push_back(first + n);
  }
  require_distinct(seeds, text);
  return seeds;
}

/// `neither` lists the names for the message: "adam nor sgd".
template <typename Value>
Value named(const std::string& text, const Names<Value>& names, const char* neither) {
  const std::optional<Value> value = value_named(text, names);
  require(value.has_value(), "'{}' is neither {}", text, neither);
  return *value;
}

Sampling sampling(const std::string& text) {
  return named(text, sampling_names(), "replacement nor shuffled");
}

SplitChoice split_choice(const std::string& text) {
  return named(text, split_names(), "auto, random nor tail");
}

OptimizerKind optimizer(const std::string& text) {
  return named(text, optimizer_names(), "adam nor sgd");
}

double learning_rate(const std::string& text) {
  const double value = real(text);
  require(value > 0 && std::isfinite(value), "it is {}, expected a number above 0", text);
  return value;
}

bool flag(const std::string& text) {
  require(text == "true" || text == "false", "'{}' is neither true nor false", text);
  return text == "true";
}

double weight_scale(const std::string& text) {
  const double value = real(text);
  require(value >= 0 && std::isfinite(value), "it is {}, expected 0 or a number above", text);
  return value;
}

std::vector<StudyOption> make_options() {
  using Options = StudyOptions;
  using Text = const std::string&;
  return {
      {"keep-probs", "LIST",
       "probabilities that a hidden unit stays, each in (0, 1]; 1 is no "
       "dropout, what the others are compared with",
       "1,0.5,0.25", [](Options& o, Text t) { o.grid.keep_probs = list_of<double>(t, keep_prob); }},
      {"hidden", "LIST", "nets, each the widths of its hidden layers: 500,100-100 is two nets",
       "500",
       [](Options& o, Text t) {
         o.grid.hidden = list_of<std::vector<std::size_t>>(t, hidden_layers);
       }},
      {"training", "LIST", "how many images to train on, a random subset for each seed", "500",
       [](Options& o, Text t) { o.grid.training = list_of<std::size_t>(t, positive); }},
      {"seeds", "LIST", "seeds of the subset, weights, batches and masks: 0-4,9 is six of them",
       "0-4", [](Options& o, Text t) { o.grid.seeds = seed_list(t); }},
      {"validation", "N", "how many images to validate on", "1000",
       [](Options& o, Text t) { o.shared.validation = positive(t); }},
      {"split", "{auto,random,tail}", split_help, "auto",
       [](Options& o, Text t) { o.split = split_choice(t); }},
      {"draw-validation", "", "draw the validation images by the seed, too", "false",
       [](Options& o, Text t) { o.draw_validation = flag(t); }},
      {"epochs", "LIST",
       "passes over the training images; several take no longer than the most of them alone", "25",
       [](Options& o, Text t) { o.grid.epochs = list_of<std::size_t>(t, positive); }},
      {"learning-rates", "LIST", "step sizes of the optimizer", "0.0005",
       [](Options& o, Text t) { o.grid.learning_rates = list_of<double>(t, learning_rate); }},
      {"learning-rate", "X", "a list of one: --learning-rates X", "0.0005",
       [](Options& o, Text t) { o.grid.learning_rates = {learning_rate(t)}; }},
      {"tune", "",
       "compare the keep_probs also each at its own best learning rate and epochs: chosen by "
       "validation accuracy on the tuning seeds, trained anew on --seeds, compared on test images; "
       "an equal budget is then the first of both lists. Runs more: nets × sizes × keep_probs × "
       "(seeds + learning rates × tuning seeds)",
       "false", [](Options& o, Text t) { o.tune = flag(t); }},
      {"tuning-seeds", "LIST", "seeds that choose for --tune; none of the seeds that are compared",
       "1000-1002", [](Options& o, Text t) { o.tuning_seeds = seed_list(t); }},
      {"batch", "N", "images in a batch", "100",
       [](Options& o, Text t) { o.shared.batch_size = positive(t); }},
      {"sampling", "{replacement,shuffled}",
       "batches drawn with replacement, or every image once an epoch", "replacement",
       [](Options& o, Text t) { o.shared.sampling = sampling(t); }},
      {"optimizer", "{adam,sgd}", "adam, or sgd with momentum 0.9", "adam",
       [](Options& o, Text t) { o.shared.optimizer = optimizer(t); }},
      {"weight-scale", "X", "standard deviation of initial weights", "0.01",
       [](Options& o, Text t) { o.shared.weight_scale = weight_scale(t); }},
      {"data", "FOLDER", std::string(data_option) + without_data_option, "",
       [](Options& o, Text t) { o.data = t; }},
      {"label", "NAME", label_option, "", [](Options& o, Text t) { o.label = t; }},
      {"output", "FOLDER", "for the results; made if missing", "output/dropout_study",
       [](Options& o, Text t) { o.output = t; }},
      {"jobs", "N", "runs side by side; the results do not depend on it",
       std::to_string(usable_cores()), [](Options& o, Text t) { o.jobs = positive(t); }}};
}

std::string shell_quoted(const std::string& text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string("-_=,./:+@%").find(c) != std::string::npos;
  });
  if (plain) return text;
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace

const std::vector<StudyOption>& study_options() {
  static const std::vector<StudyOption> options = make_options();
  return options;
}

void require_fitting(const StudyOptions& options) {
  if (!options.tune) return;
  const Grid& grid = options.grid;
  require(grid.learning_rates.size() * grid.epochs.size() > 1,
          "--tune has nothing to choose from: give several --learning-rates or --epochs");
  for (const std::uint64_t seed : options.tuning_seeds) {
    const bool judges = std::find(grid.seeds.begin(), grid.seeds.end(), seed) != grid.seeds.end();
    require(!judges, "seed {} is in --tuning-seeds and in --seeds: what chooses must not judge",
            seed);
  }
}

void set_option(StudyOptions& options, const std::string& name, const std::string& text) {
  const auto& known = study_options();
  const std::string bare = name.rfind("--", 0) == 0 ? name.substr(2) : name;
  const auto option = std::find_if(known.begin(), known.end(),
                                   [&](const StudyOption& o) { return o.name == bare; });
  require(option != known.end(), "there is no option {}", name);
  try {
    option->set(options, text);
  } catch (const std::invalid_argument& e) {
    throw std::invalid_argument(name + ": " + e.what());
  }
}

std::string command_text(const std::vector<std::string>& arguments) {
  std::string command = shell_quoted(std::filesystem::path(arguments.at(0)).filename().string());
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--jobs" || argument == "--output") {
      ++i;  // its value
    } else if (argument.rfind("--jobs=", 0) != 0 && argument.rfind("--output=", 0) != 0) {
      command += " " + shell_quoted(argument);
    }
  }
  return command;
}

}  // namespace thinnet::examples
