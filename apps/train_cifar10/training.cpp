#include "apps/train_cifar10/training.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <tuple>
#include <utility>

#include "apps/support/checksum.hpp"
#include "apps/support/sigterm_message.hpp"
#include "apps/train_cifar10/report.hpp"
#include "core/check.hpp"
#include "core/summary.hpp"
#include "data/classes.hpp"
#include "data/io/file.hpp"
#include "data/io/weights.hpp"
#include "data/whitening.hpp"
#include "training/distributed/data_parallel.hpp"

namespace thinnet::examples {
namespace {

std::size_t training_size(const Dataset& images, const FullTrainingOptions& options) {
  const std::size_t least = std::max<std::size_t>(1, options.training);
  require_enough_images({least, options.validation}, images.size());
  return options.training == 0 ? images.size() - options.validation : options.training;
}

SplitRows rows_of(const Images& images, const FullTrainingOptions& options) {
  const std::size_t size = training_size(images.training, options);
  SplitRows rows = split_rows(images.training, options.validation, split_for(options.split, images),
                              options.seed);
  rows.training.resize(size);
  return rows;
}

struct Prepared {
  Dataset training, validation;
  std::optional<Dataset> test;
  Normaliser<float> normaliser;
};

/// Whatever is learned about the images is learned from the training images alone. What whitening
/// leaves behind is freed: the images as bytes and as floats are too much for the memory of both.
Prepared prepare(Dataset images, std::optional<Dataset> test, const SplitRows& rows,
                 const FullTrainingOptions& options, bool speaks) {
  if (test) require_fitting_test(images, *test);
  const auto part = [&](const Dataset& of) {
    return std::pair{of.subset(rows.training), of.subset(rows.validation)};
  };
  auto [training, validation] = part(images);
  if (options.whiten == 0) {
    if (options.augmentation.any()) options.augmentation.require_fits(images.picture());
    auto normaliser = Normaliser<float>::standard_of(training);
    return {training, validation, test, std::move(normaliser)};
  }
  require(!options.augmentation.any(),
          "images are moved before they are whitened, so --flips and --shifts need --whiten 0");
  require(options.whiten <= images.width(),
          "{0} whitened components (--whiten) of images with {1} features: --whiten {1} keeps all, "
          "--whiten 0 standardises instead",
          options.whiten, images.width());
  if (speaks) fmt::print(stderr, "whitening\n");
  const Whitening whitening(training, options.whiten, options.whiten_epsilon);
  if (test) test = whitening.apply(*test);
  images = whitening.apply(images);
  std::tie(training, validation) = part(images);
  return {training, validation, test, Normaliser<float>::identity(options.whiten)};
}

Schedule make_schedule(const FullTrainingOptions& options) {
  Schedule schedule = constant_rate();
  if (options.schedule == ScheduleName::step)
    schedule = step_decay(options.step_factor, options.step_every);
  if (options.schedule == ScheduleName::cosine)
    schedule = cosine(static_cast<double>(options.epochs));
  return options.warm_up == 0 ? schedule : warm_up(options.warm_up, schedule);
}

std::string path_in(const FullTrainingOptions& options, const char* name) {
  return (std::filesystem::path(options.output) / name).string();
}

Sequential<float> make_net(std::size_t D, std::size_t classes, const FullTrainingOptions& options) {
  require(options.weight_gain > 0, "the weight gain is {}, expected above 0", options.weight_gain);
  ClassifierOptions classifier;
  classifier.hidden = options.hidden;
  classifier.keep_prob = options.keep_prob;
  classifier.input_keep_prob = options.input_keep_prob;
  classifier.initialiser = [gain = options.weight_gain](std::size_t inputs, std::size_t outputs) {
    return gain * he(inputs, outputs);
  };
  classifier.seed = options.seed;
  return make_classifier(D, classes, classifier);
}

/// Says that training goes on, and what it means when the epochs so far were trained for another
/// number of epochs than it is now. An epoch has `steps` steps.
void print_resumed(const History& so_far, const FullTrainingOptions& options, std::size_t steps) {
  const std::size_t done = so_far.epochs.size();
  fmt::print("Going on from {}, after epoch {}\n", path_in(options, "checkpoint.npz"), done);
  if (done > options.epochs)
    fmt::print("That is more than --epochs {}: nothing is left to train\n", options.epochs);
  const double middle_of_last_step = static_cast<double>(done) - 0.5 / static_cast<double>(steps);
  const double rate_now = options.learning_rate * make_schedule(options)(middle_of_last_step);
  const double rate_then = so_far.epochs.back().learning_rate;
  if (std::abs(rate_now - rate_then) > 1e-9 * options.learning_rate) {
    fmt::print(
        "Those epochs followed the schedule of another --epochs: they end at learning rate "
        "{:.3g},\n"
        "where --epochs {} has {:.3g}. The result is not that of {} epochs in one go; for that, "
        "start\nin another --output.\n",
        rate_then, options.epochs, rate_now, options.epochs);
  }
  std::fflush(stdout);  // before progress on stderr, in a log too
}

TrainerOptions trainer_options_of(const FullTrainingOptions& options, const std::string& settings) {
  TrainerOptions trainer_options;
  trainer_options.epochs = options.epochs;
  trainer_options.batch_size = options.batch_size;
  trainer_options.seed = options.seed;
  trainer_options.patience = options.patience;
  trainer_options.schedule = make_schedule(options);
  trainer_options.label_smoothing = options.label_smoothing;
  trainer_options.augmentation = options.augmentation;
  trainer_options.checkpoint = path_in(options, "checkpoint.npz");
  trainer_options.settings = settings;
  return trainer_options;
}

void print_start(const Images& images, const Prepared& data, const std::string& how_split,
                 const Sequential<float>& net, const Ranks* ranks) {
  fmt::print("{} from {}: {} training, {} validation and {} test images\n{}\n{}\n", images.name,
             images.folder, data.training.size(), data.validation.size(),
             data.test ? data.test->size() : 0, how_split, summary(net));
  if (ranks != nullptr) fmt::print("{} ranks, each with its slice of every batch\n", ranks->size());
  std::fflush(stdout);  // before progress on stderr, in a log too
}

}  // namespace

const Names<ScheduleName>& schedule_names() {
  static const Names<ScheduleName> names{{"constant", ScheduleName::constant},
                                         {"step", ScheduleName::step},
                                         {"cosine", ScheduleName::cosine}};
  return names;
}

std::string settings_of_weights(const Images& images, const FullTrainingOptions& options) {
  std::string text;
  const auto line = [&](const char* name, const auto& value) {
    text += fmt::format("{} {}\n", name, value);
  };
  line("data", images.name);
  line("data-sha256", sha256_of_all(checksums_of(images.files)));
  line("training", training_size(images.training, options));
  line("validation", options.validation);
  if (split_for(options.split, images) == Split::random) line("split", "random");
  line("whiten", options.whiten);
  if (options.whiten > 0) line("whiten-epsilon", options.whiten_epsilon);
  line("hidden", fmt::format("{}", fmt::join(options.hidden, ",")));
  line("keep-prob", options.keep_prob);
  line("input-keep-prob", options.input_keep_prob);
  line("weight-gain", options.weight_gain);
  line("batch", options.batch_size);
  line("optimizer", name_of(options.optimizer));
  line("learning-rate", options.learning_rate);
  if (options.optimizer == OptimizerKind::sgd) line("momentum", options.momentum);
  line("weight-decay", options.weight_decay);
  line("schedule", name_of(options.schedule, schedule_names()));
  if (options.schedule == ScheduleName::step) {
    line("step-every", options.step_every);
    line("step-factor", options.step_factor);
  }
  line("warm-up", options.warm_up);
  line("label-smoothing", options.label_smoothing);
  line("flips", options.augmentation.flip);
  line("shifts", options.augmentation.shift);
  line("seed", options.seed);
  return text;
}

std::string settings_text(const Images& images, const FullTrainingOptions& options) {
  return settings_of_weights(images, options) +
         fmt::format("epochs {}\npatience {}\n", options.epochs, options.patience);
}

TrainingResult run_training(Images images, std::optional<Dataset> test,
                            const FullTrainingOptions& options, Ranks* ranks) {
  const bool first = ranks == nullptr || ranks->rank() == 0;
  const std::string settings = settings_text(images, options);
  const std::string for_the_checkpoint = settings_of_weights(images, options);
  const std::size_t classes = images.training.classes();
  const SplitRows rows = rows_of(images, options);
  if (first) {
    warn_of_empty_classes(images);
    warn_of_missing_classes(images, rows);
  }
  const Prepared data = prepare(std::move(images.training), std::move(test), rows, options, first);
  Sequential<float> net = make_net(data.training.width(), classes, options);
  const auto optimizer = make_optimizer(net.parameters(), {options.optimizer, options.learning_rate,
                                                           options.momentum, options.weight_decay});
  TrainerOptions trainer_options = trainer_options_of(options, for_the_checkpoint);
  const std::size_t steps = (data.training.size() - 1) / options.batch_size + 1;
  trainer_options.on_resume = [&](const History& so_far) { print_resumed(so_far, options, steps); };
  on_rank_0(ranks, [&] { require_writable_folder(options.output); });
  const std::string how_split = split_words(split_for(options.split, images), rows);
  print_start(images, data, how_split, net, ranks);
  std::optional<SigtermMessage> sigterm_message;
  if (ranks != nullptr && first) {
    sigterm_message.emplace(
        "train_cifar10: ended by mpirun (has a rank died?); the last finished epoch "
        "is kept in " +
        trainer_options.checkpoint + ", and the same command goes on");
  }
  if (!first) end_late_at_sigterm();

  Trainer<float> trainer(net, *optimizer, trainer_options, data_parallel(ranks, net));
  TrainingResult result;
  result.guessing = largest_class_share(data.validation);
  result.history =
      trainer.fit(data.training, data.validation, data.normaliser, report_on_stderr("training"));
  trainer.restore_best();
  if (data.test) {
    constexpr std::size_t test_batch = 500;
    Batches<float> test_batches(*data.test, data.normaliser, test_batch);
    result.test = evaluate(net, test_batches, ranks);
  }
  on_rank_0(ranks, [&] {
    save_weights(path_in(options, "weights.npz"), net.parameters());
    write_report(options.output, settings, images.classes, result);
  });
  return result;
}

}  // namespace thinnet::examples
