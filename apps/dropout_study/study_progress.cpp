#include "apps/dropout_study/study_progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace thinnet::examples {
namespace {

std::size_t terminal_columns() {
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

std::string time_text(double seconds) {
  if (seconds < 100) return fmt::format("{:.0f} s", seconds);
  return seconds < 6000 ? fmt::format("{:.0f} min", seconds / 60)
                        : fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace

double cost_of(const StudyRun& run, std::size_t D, std::size_t classes) {
  const ExperimentOptions& o = run.options;
  std::size_t weights = 0;
  std::size_t width = D;
  for (const std::size_t H : o.hidden) {
    weights += width * H;
    width = H;
  }
  weights += width * classes;
  // Training an image takes three products a layer, forward, dw and dx; both sets are evaluated.
  const std::size_t images = 4 * o.training + o.validation;
  return static_cast<double>(images) * static_cast<double>(o.epochs) * static_cast<double>(weights);
}

StudyProgress::StudyProgress(std::size_t runs, std::size_t finished, double cost)
    : runs_(runs), finished_(finished), cost_(cost), terminal_(isatty(STDERR_FILENO) == 1) {}

void StudyProgress::advance(double cost) {
  done_ += cost;
  if (terminal_) redraw();
}

void StudyProgress::finish(const StudyRun& run, const RunResult& result) {
  ++finished_;
  latest_ = fmt::format("{}: train {:.3f}, validation {:.3f}", run_text(run), result.train.back(),
                        result.validation.back());
  if (terminal_) {
    shown_percent_ = -1;
    redraw();
  } else {
    fmt::print(stderr, "{}  {}\n", state(), latest_);
  }
}

void StudyProgress::close() const {
  if (terminal_) fmt::print(stderr, "\n");
}

/// " 12/45 runs   27 %   3 min left"
std::string StudyProgress::state() const {
  const double share = std::min(1.0, done_ / cost_);
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start_;
  const std::string left =
      finished_ == runs_ || share <= 0
          ? ""
          : fmt::format("  {} left", time_text(spent.count() * (1 - share) / share));
  return fmt::format("{:>{}}/{} runs {:3.0f}%{}", finished_, fmt::formatted_size("{}", runs_),
                     runs_, 100 * share, left);
}

void StudyProgress::redraw() {
  const int percent = static_cast<int>(100 * done_ / cost_);
  if (percent == shown_percent_) return;
  shown_percent_ = percent;
  const std::string line = state() + "  " + latest_;
  // A line that wraps could not be drawn over.
  fmt::print(stderr, "\r\033[K{}", line.substr(0, terminal_columns() - 1));
  std::fflush(stderr);
}

}  // namespace thinnet::examples
