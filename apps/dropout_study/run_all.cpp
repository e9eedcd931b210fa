#include "apps/dropout_study/run_all.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <atomic>
#include <exception>
#include <filesystem>
#include <mutex>
#include <new>
#include <thread>

#include "apps/dropout_study/interrupt.hpp"
#include "apps/dropout_study/study_progress.hpp"
#include "apps/dropout_study/weight_tiles.hpp"
#include "apps/support/checksum.hpp"
#include "core/engine/threads.hpp"
#include "data/io/file.hpp"
#include "examples/support/program.hpp"

namespace thinnet::examples {
namespace {

/// Joins on every way out: a thread that cannot be started must not leave others behind.
class Threads {
 public:
  explicit Threads(std::atomic<bool>& stop) : stop_(stop) {}
  ~Threads() {
    stop_ = true;
    join();
  }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  void join() {
    for (std::thread& thread : all) {
      if (thread.joinable()) thread.join();
    }
  }
  std::vector<std::thread> all;

 private:
  std::atomic<bool>& stop_;
};

class Runner {
 public:
  Runner(const std::vector<StudyRun>& runs, const Stage& stage, const StudyImages& images,
         const std::string& output, Journal& journal)
      : runs_(runs),
        images_(images),
        output_(output),
        journal_(journal),
        pending_(pending_runs(stage.numbers)),
        progress_(stage.earlier + stage.numbers.size() + stage.later,
                  stage.earlier + stage.numbers.size() - pending_.size(),
                  pending_cost() + stage.later_cost) {}

  void run(std::size_t jobs, WorkerRanks& workers);

 private:
  double cost(std::size_t i) const {
    return cost_of(runs_[i], images_.training.width(), images_.training.classes());
  }
  std::vector<std::size_t> pending_runs(const std::vector<std::size_t>& numbers) const;
  double pending_cost() const;
  bool stopped() const { return stop_ || interrupted(); }
  std::optional<std::size_t> next();
  void attempt(const std::function<void()>& work);
  void work();
  void serve(WorkerRanks& workers);
  void train_and_keep(std::size_t i);
  void keep(std::size_t i, const TrainedRun& trained, double cost_left);

  const std::vector<StudyRun>& runs_;
  const StudyImages& images_;
  const std::string& output_;
  Journal& journal_;
  const std::vector<std::size_t> pending_;  // numbers of runs, in the order of their start
  std::atomic<std::size_t> next_{0};        // place in pending_
  std::atomic<bool> stop_{false};
  std::mutex mutex_;  // of all below, and of the journal
  StudyProgress progress_;
  std::exception_ptr error_;  // the first
};

/// Longest first, so that no long run is left over for one thread at the end; among equals seed by
/// seed, so that a study that is broken off has pairs to compare.
std::vector<std::size_t> Runner::pending_runs(const std::vector<std::size_t>& numbers) const {
  std::vector<std::size_t> pending;
  pending.reserve(numbers.size());
  for (const std::size_t i : numbers) {
    if (journal_.find(runs_[i]) == nullptr) pending.push_back(i);
  }
  std::stable_sort(pending.begin(), pending.end(), [&](std::size_t a, std::size_t b) {
    const double cost_a = cost(a);
    const double cost_b = cost(b);
    if (cost_a != cost_b) return cost_a > cost_b;
    return runs_[a].options.seed < runs_[b].options.seed;
  });
  return pending;
}

double Runner::pending_cost() const {
  double sum = 0;
  for (const std::size_t i : pending_) sum += cost(i);
  return sum;
}

void Runner::run(std::size_t jobs, WorkerRanks& workers) {
  if (pending_.empty()) return;
  Threads threads(stop_);
  jobs = std::min(jobs, pending_.size());
  threads.all.reserve(jobs);
  for (std::size_t j = 0; j < jobs; ++j) threads.all.emplace_back([this] { work(); });
  serve(workers);
  threads.join();
  progress_.close();
  if (error_) std::rethrow_exception(error_);
}

std::optional<std::size_t> Runner::next() {
  if (stopped()) return std::nullopt;
  const std::size_t place = next_++;
  if (place >= pending_.size()) return std::nullopt;
  return pending_[place];
}

/// The first error stops everybody.
void Runner::attempt(const std::function<void()>& work) {
  try {
    work();
  } catch (const Stopped&) {  // somebody else's error, or Ctrl-C
  } catch (...) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!error_) error_ = std::current_exception();
    stop_ = true;
  }
}

void Runner::work() {
  set_thread_count(1);  // of this thread: the runs share the cores, not the products
  attempt([&] {
    while (const auto i = next()) train_and_keep(*i);
  });
}

void Runner::serve(WorkerRanks& workers) {
  attempt([&] {
    workers.serve(
        runs_, [&] { return next(); },
        [&](std::size_t i, const TrainedRun& trained) { keep(i, trained, cost(i)); },
        [&] { return stopped(); });
  });
}

void Runner::train_and_keep(std::size_t i) {
  const StudyRun& run = runs_[i];
  const double all = cost(i);
  double told = 0;
  const auto report = [&](const Progress& p) {
    if (stopped()) throw Stopped{};
    const std::size_t done = (p.epoch - 1) * p.batches + p.batch;
    const double now = all * static_cast<double>(done) / static_cast<double>(p.epochs * p.batches);
    const std::lock_guard<std::mutex> lock(mutex_);
    progress_.advance(now - told);
    told = now;
  };
  TrainedRun trained;
  try {
    trained = train_run(run, images_, report);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {
    throw std::runtime_error(fmt::format("{}: {}", run_text(run), e.what()));
  }
  keep(i, trained, all - told);
}

/// `cost_left` is the part of its cost that progress does not know of yet.
void Runner::keep(std::size_t i, const TrainedRun& trained, double cost_left) {
  const StudyRun& run = runs_[i];
  if (!trained.tiles.empty()) write_file(tiles_path(output_, run), trained.tiles);
  const std::lock_guard<std::mutex> lock(mutex_);
  journal_.append(run, trained.result, trained.seconds);
  progress_.advance(cost_left);
  progress_.finish(run, trained.result);
}

}  // namespace

std::string tiles_path(const std::string& output, const StudyRun& run) {
  const ExperimentOptions& o = run.options;
  const std::string name =
      fmt::format("hidden{}_training{}_keep{}_seed{}_{}.rgb", hidden_text(o.hidden), o.training,
                  run.keep_prob(), o.seed, sha256(identity(run)).substr(0, 8));
  return (std::filesystem::path(output) / "weights" / name).string();
}

std::vector<RunResult> run_all(const std::vector<StudyRun>& runs, const Stage& stage,
                               const StudyImages& images, const std::string& output,
                               Journal& journal, std::size_t jobs, WorkerRanks& workers) {
  if (has_tiles(images.training.picture())) {
    require_writable_folder((std::filesystem::path(output) / "weights").string());
  }
  Runner(runs, stage, images, output, journal).run(jobs, workers);
  std::vector<RunResult> results;
  results.reserve(stage.numbers.size());
  for (const std::size_t i : stage.numbers) {
    const RunResult* result = journal.find(runs[i]);
    if (result != nullptr) results.push_back(*result);
  }
  if (results.size() < stage.numbers.size()) {
    throw Interrupted(
        fmt::format("interrupted: {} of {} runs are kept in {}; the same command goes on",
                    stage.earlier + results.size(),
                    stage.earlier + stage.numbers.size() + stage.later, journal.path()));
  }
  return results;
}

}  // namespace thinnet::examples
