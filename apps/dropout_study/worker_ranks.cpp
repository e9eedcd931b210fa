#include "apps/dropout_study/worker_ranks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <stdexcept>
#include <thread>

#include "apps/dropout_study/journal.hpp"

namespace thinnet::examples {
namespace {

// From a worker to rank 0: one of these, and text that belongs to it.
constexpr char ready = 'r';         // to train a run
constexpr char finished_run = 'f';  // the run: its journal line, a newline, its tiles; ready again
constexpr char failed = 'e';        // the run: why; ready again
constexpr char gone = 'g';          // home; the last message
// From rank 0 to a worker: the number of a run, or this.
const std::string no_more = "no more";

constexpr std::chrono::milliseconds between_looks(1);

std::string finished_message(const StudyRun& run, const TrainedRun& trained) {
  return finished_run + encode_line({run, trained.result, trained.seconds}) + "\n" + trained.tiles;
}

TrainedRun read_finished(const StudyRun& run, const Ranks::Message& message) {
  const std::size_t end = message.bytes.find('\n');
  const JournalLine line = decode_line(message.bytes.substr(1, end - 1));
  if (identity(line.run) != identity(run)) {
    throw std::runtime_error(fmt::format("rank {} has other data or options than rank 0 ({})",
                                         message.from, run_text(run)));
  }
  return {line.result, message.bytes.substr(end + 1), line.seconds};
}

}  // namespace

WorkerRanks::WorkerRanks(Ranks* ranks) : ranks_(ranks) {
  if (ranks_ == nullptr) return;
  at_work_ = ranks_->size() - 1;
  given_.resize(ranks_->size());
  idle_.resize(ranks_->size());
}

WorkerRanks::~WorkerRanks() {
  if (at_work_ == 0) return;
  stop();
  while (at_work_ > 0) {
    const auto message = ranks_->receive();
    if (!message) {
      std::this_thread::sleep_for(between_looks);
    } else if (message->bytes[0] == gone) {
      --at_work_;
    }
  }
}

void WorkerRanks::stop() {
  if (told_to_go_) return;
  for (std::size_t worker = 1; worker < idle_.size(); ++worker) ranks_->send(worker, no_more);
  told_to_go_ = true;
}

bool WorkerRanks::give(std::size_t worker, const Next& next) {
  given_[worker] = next();
  idle_[worker] = !given_[worker];
  if (given_[worker]) ranks_->send(worker, std::to_string(*given_[worker]));
  return given_[worker].has_value();
}

bool WorkerRanks::one_trains() const {
  return std::any_of(given_.begin(), given_.end(), [](const auto& run) { return run.has_value(); });
}

void WorkerRanks::serve(const std::vector<StudyRun>& runs, const Next& next, const Keep& keep,
                        const std::function<bool()>& stopped) {
  bool more = true;
  for (std::size_t worker = 1; worker < idle_.size(); ++worker) {
    if (idle_[worker]) more = give(worker, next);
  }
  while (at_work_ > 0 && (told_to_go_ || more || one_trains())) {
    if (stopped()) stop();
    const auto message = ranks_->receive();
    if (!message) {
      std::this_thread::sleep_for(between_looks);
      continue;
    }
    const std::size_t worker = message->from;
    if (message->bytes[0] == gone) {
      --at_work_;
      continue;
    }
    if (message->bytes[0] == failed) throw std::runtime_error(message->bytes.substr(1));
    if (message->bytes[0] == finished_run) {
      const std::size_t i = given_[worker].value();
      keep(i, read_finished(runs[i], *message));
      given_[worker].reset();
    }
    if (!told_to_go_) more = give(worker, next);
  }
}

void run_worker(const std::vector<StudyRun>& runs, const StudyImages& images, Ranks& ranks) {
  ranks.send(0, {ready});
  const auto stop = [&](const Progress&) {
    if (ranks.receive()) throw Stopped{};  // in the middle of a run nothing else comes
  };
  while (true) {
    const auto message = ranks.receive();
    if (!message) {
      std::this_thread::sleep_for(between_looks);
      continue;
    }
    if (message->bytes == no_more) break;
    const StudyRun& run = runs.at(std::stoull(message->bytes));
    try {
      ranks.send(0, finished_message(run, train_run(run, images, stop)));
    } catch (const Stopped&) {
      break;
    } catch (const std::bad_alloc&) {
      ranks.send(0, failed + std::string("not enough memory for these sizes"));
    } catch (const std::exception& e) {
      ranks.send(0, failed + fmt::format("{}: {}", run_text(run), e.what()));
    }
  }
  ranks.send(0, {gone});
}

}  // namespace thinnet::examples
