#include "examples/support/chart.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "data/io/file.hpp"

namespace thinnet::examples {
namespace {

// Okabe, Ito, "Color universal design" (2008): told apart with any kind of colour vision.
constexpr std::array<const char*, 6> palette{"#0072B2", "#D55E00", "#009E73",
                                             "#CC79A7", "#E69F00", "#56B4E9"};
constexpr std::array<unsigned, 6> pale{0xB3D5E8, 0xF3CFB3, 0xB3E2D5, 0xF0D7E5, 0xF8E2B3, 0xD5ECF8};

/// Text inside gnuplot's double quotes; its markup is off, so only quotes and backslashes matter.
std::string quoted(const std::string& text) {
  std::string safe = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') safe += '\\';
    safe += c;
  }
  return safe + '"';
}

/// A file without a name, in memory: what gnuplot leaves there is whole before anybody sees it, and
/// the disk has no part in whether it could draw.
class MemoryFile {
 public:
  explicit MemoryFile(const char* what) : number_(memfd_create(what, 0)) {  // gnuplot inherits it
    if (number_ < 0) {
      throw std::runtime_error(
          fmt::format("cannot draw: no file in memory: {}", std::strerror(errno)));
    }
  }
  ~MemoryFile() { close(number_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int number() const { return number_; }
  std::string path() const { return fmt::format("/proc/self/fd/{}", number_); }

 private:
  int number_;
};

/// Returns when both pictures are drawn. gnuplot's own lines go into the exception.
void run_gnuplot(const std::string& script, const std::string& svg, const std::string& png) {
  const MemoryFile messages("messages");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, messages.number(), STDERR_FILENO);
  std::array<std::string, 5> words{"gnuplot", "-c", script, svg, png};
  std::array<char*, 6> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  pid_t child = 0;
  const int error = posix_spawnp(&child, "gnuplot", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    throw std::runtime_error(
        fmt::format("cannot draw {}: gnuplot: {}", script, std::strerror(error)));
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0) {
    throw std::runtime_error(
        fmt::format("gnuplot could not draw {}: {}", script, read_file(messages.path())));
  }
}

/// Runs `plot` once for each format. The script stays, so that a user can change and redraw it.
void draw(const std::string& stem, int width, int height, const std::string& data,
          const std::string& plot) {
  const std::string name = std::filesystem::path(stem).filename().string();
  const std::string script = stem + ".gp", svg = stem + ".svg", png = stem + ".png";
  write_file(script,
             fmt::format("# To draw again: gnuplot -c {0}.gp {0}.svg {0}.png\n{1}"
                         "do for [format in \"svg png\"] {{\n"
                         "if (format eq \"svg\") {{\n"
                         "set terminal svg noenhanced size {2},{3} font \"DejaVu Sans,13\" "
                         "background \"white\"\nset output ARG1\n}} else {{\n"
                         "set terminal pngcairo noenhanced size {2},{3} font \"DejaVu Sans,10\"\n"
                         "set output ARG2\n}}\n{4}unset output\n}}\n",
                         name, data, width, height, plot));
  const MemoryFile drawn_svg("svg"), drawn_png("png");
  run_gnuplot(script, drawn_svg.path(), drawn_png.path());
  write_file(svg, read_file(drawn_svg.path()));
  write_file(png, read_file(drawn_png.path()));
}

}  // namespace

void draw_curves(const std::string& stem, const std::string& title,
                 const std::vector<Panel>& panels) {
  constexpr int panel_width = 560, height = 440;
  std::string data;
  std::string plot = fmt::format(
      "set multiplot layout 1,{} title {} font \",14\"\n"
      "set grid linecolor \"#dddddd\"\nset border 3 linecolor \"#555555\"\nset tics nomirror\n",
      panels.size(), quoted(title));
  std::size_t block = 0, last_x = 2;  // one epoch alone still gets an axis with a length
  for (const Panel& panel : panels) {
    for (const Curve& curve : panel.curves) last_x = std::max(last_x, curve.y.size());
    plot += fmt::format(
        "set title {}\nset xlabel {}\nset ylabel {}\nset key {} right\nplot [1:{}][*<0:1] ",
        quoted(panel.title), quoted(panel.x_label), quoted(panel.y_label),
        panel.legend == Legend::centre ? "center" : "bottom", last_x);
    for (const Curve& curve : panel.curves) {
      data += fmt::format("$curve{} << END\n", block);
      for (std::size_t i = 0; i < curve.y.size(); ++i)
        data += fmt::format("{} {}\n", i + 1, curve.y[i]);
      data += "END\n";
      plot += fmt::format(
          "$curve{} with linespoints pointtype 7 pointsize 0.35 linewidth 2 "
          "linecolor rgb \"{}\" dashtype {} title {}, ",
          block++, palette.at(curve.colour % palette.size()), curve.dashed ? "2" : "1",
          quoted(curve.title));
    }
    plot += "\n";
  }
  draw(stem, panel_width * static_cast<int>(panels.size()), height, data,
       plot + "unset multiplot\n");
}

void draw_regions(const std::string& stem, const std::string& title, const Regions& regions) {
  constexpr int size = 640;
  std::string data = "$grid << END\n";
  const double step = (regions.high - regions.low) / static_cast<double>(regions.side - 1);
  for (std::size_t i = 0; i < regions.grid.size(); ++i) {
    const std::size_t column = i % regions.side, row = i / regions.side;
    const unsigned colour = pale.at(static_cast<std::size_t>(regions.grid[i]));
    data +=
        fmt::format("{:.4f} {:.4f} {} {} {}\n", regions.low + step * static_cast<double>(column),
                    regions.low + step * static_cast<double>(row), colour >> 16, colour >> 8 & 0xFF,
                    colour & 0xFF);
  }
  data += "END\n";
  std::string plot = fmt::format(
      "set title {0} font \",14\"\nset size ratio 1\nset key outside bottom center horizontal\n"
      "plot [{1}:{2}][{1}:{2}] $grid with rgbimage notitle, ",
      quoted(title), regions.low, regions.high);
  for (std::int32_t c = 0; c < static_cast<std::int32_t>(palette.size()); ++c) {
    std::string points;
    for (std::size_t n = 0; n < regions.labels.size(); ++n) {
      if (regions.labels[n] != c) continue;
      points += fmt::format("{:.4f} {:.4f}\n", regions.points(n, 0), regions.points(n, 1));
    }
    if (points.empty()) continue;
    data += fmt::format("$class{} << END\n{}END\n", c, points);
    plot += fmt::format(
        "$class{0} with points pointtype 7 pointsize 0.7 linecolor rgb \"{1}\" "
        "title \"class {0}\", ",
        c, palette.at(static_cast<std::size_t>(c)));
  }
  draw(stem, size, size, data, plot + "\n");
}

}  // namespace thinnet::examples
