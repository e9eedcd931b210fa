#include "training/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <utility>

namespace thinnet {
namespace {

/// The accuracies, or where there are none the validation loss.
std::string results(const EpochRecord& record) {
  if (!record.train_accuracy || !record.validation_accuracy)
    return fmt::format("validation loss {:.4f}", record.validation_loss);
  return fmt::format("train {:.3f}  validation {:.3f}", *record.train_accuracy,
                     *record.validation_accuracy);
}

void print_line(const std::string& label, const Progress& p) {
  if (p.record == nullptr) return;
  fmt::print(stderr, "{}  epoch {}/{}  loss {:.4f}  {}\n", label, p.epoch, p.epochs, p.loss,
             results(*p.record));
}

/// One line of a terminal, drawn anew whenever its percentage has changed.
class Bar {
 public:
  explicit Bar(std::string label) : label_(std::move(label)) {}

  void operator()(const Progress& p) {
    if (p.record != nullptr) latest_ = results(*p.record);
    const std::size_t total = p.epochs * p.batches;
    const std::size_t done = (p.epoch - 1) * p.batches + p.batch;
    if (first_done_ == 0) first_done_ = done;  // above 1 when a checkpoint goes on
    const std::size_t percent = 100 * done / total;
    const bool ended = p.record != nullptr && p.epoch == p.epochs;
    if (percent == percent_ && !ended) return;
    percent_ = percent;
    draw(p, done, total, ended ? "\n" : time_left(done, total));
  }

 private:
  void draw(const Progress& p, std::size_t done, std::size_t total, const std::string& end) const {
    constexpr std::size_t width = 20;
    const std::size_t filled = width * done / total;
    const std::string hashes(filled, '#');
    const std::string dots(width - filled, '.');
    fmt::print(stderr, "\r\033[K{}  [{}{}] {:3}%  epoch {}/{}  loss {:.3f}  {}{}", label_, hashes,
               dots, percent_, p.epoch, p.epochs, p.loss, latest_, end);
    std::fflush(stderr);
  }

  std::string time_left(std::size_t done, std::size_t total) const {
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start_;
    const auto steps_left = static_cast<double>(total - done);
    const auto steps_made = static_cast<double>(done - first_done_ + 1);
    const double seconds = spent.count() * steps_left / steps_made;
    if (seconds < 1) return "";
    if (seconds < 100) return fmt::format("  {:.0f} s left", seconds);
    return fmt::format("  {:.0f} min left", seconds / 60);
  }

  std::string label_, latest_;
  std::size_t percent_ = 101;  // none yet
  std::size_t first_done_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

ProgressReporter report_on_stderr(std::string label) {
  if (isatty(STDERR_FILENO) == 1) return Bar(std::move(label));
  return [label = std::move(label)](const Progress& p) { print_line(label, p); };
}

}  // namespace thinnet
