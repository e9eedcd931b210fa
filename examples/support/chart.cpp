#include "examples/support/chart.hpp"

#include <fmt/format.h>
#include <spawn.h>
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
#include "examples/support/memory_file.hpp"

extern char** environ;  // not every system declares it  NOLINT: the system's

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

/// Returns when both pictures are drawn. gnuplot's own lines go into the exception.
void run_gnuplot(const std::string& script, const std::string& svg, const std::string& png) {
  const MemoryFile messages;
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
  const std::string script = stem + ".gp";
  const std::string svg = stem + ".svg";
  const std::string png = stem + ".png";
  write_file(script,
             fmt::format("# To draw again: gnuplot -c {0}.gp {0}.svg {0}.png\n{1}"
                         "do for [format in \"svg png\"] {{\n"
                         "if (format eq \"svg\") {{\n"
                         "set terminal svg noenhanced size {2},{3} font \"DejaVu Sans,13\" "
                         "background \"white\"\nset output ARG1\n}} else {{\n"
                         "set terminal pngcairo noenhanced size {2},{3} font \"DejaVu Sans,10\"\n"
                         "set output ARG2\n}}\n{4}unset output\n}}\n",
                         name, data, width, height, plot));
  const MemoryFile drawn_svg;
  const MemoryFile drawn_png;
  run_gnuplot(script, drawn_svg.path(), drawn_png.path());
  write_file(svg, read_file(drawn_svg.path()));
  write_file(png, read_file(drawn_png.path()));
}

/// Lines that the plot then knows by their name, "$curve0".
std::string data_block(const std::string& name, const std::string& lines) {
  return fmt::format("{} << END\n{}END\n", name, lines);
}

std::string points_of(const Curve& curve) {
  std::string points;
  for (std::size_t i = 0; i < curve.y.size(); ++i)
    points += fmt::format("{} {}\n", i + 1, curve.y[i]);
  return points;
}

/// The points of one class.
std::string points_of(const Regions& regions, std::int32_t label) {
  std::string points;
  for (std::size_t n = 0; n < regions.labels.size(); ++n) {
    if (regions.labels[n] != label) continue;
    points += fmt::format("{:.4f} {:.4f}\n", regions.points(n, 0), regions.points(n, 1));
  }
  return points;
}

std::string points_of(const Matrix<float>& points) {
  std::string lines;
  for (std::size_t n = 0; n < points.shape(0); ++n)
    lines += fmt::format("{:.4f} {:.4f}\n", points(n, 0), points(n, 1));
  return lines;
}

std::string points_of(const Line& line) {
  std::string points;
  for (std::size_t i = 0; i < line.y.size(); ++i)
    points += fmt::format("{:.4f} {:.4f}\n", line.x[i], line.y[i]);
  return points;
}

/// x, y and the colour's red, green and blue of every grid point.
std::string pixels_of(const Regions& regions) {
  const double step = (regions.high - regions.low) / static_cast<double>(regions.side - 1);
  std::string pixels;
  for (std::size_t i = 0; i < regions.grid.size(); ++i) {
    const std::size_t row = i / regions.side;
    const std::size_t column = i % regions.side;
    const double x = regions.low + step * static_cast<double>(column);
    const double y = regions.low + step * static_cast<double>(row);
    const unsigned colour = pale.at(static_cast<std::size_t>(regions.grid[i]));
    pixels += fmt::format("{:.4f} {:.4f} {} {} {}\n", x, y, colour >> 16, colour >> 8 & 0xFF,
                          colour & 0xFF);
  }
  return pixels;
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
  std::size_t curves = 0;
  std::size_t last_x = 2;  // one epoch alone still gets an axis with a length
  for (const Panel& panel : panels) {
    for (const Curve& curve : panel.curves) last_x = std::max(last_x, curve.y.size());
    plot += fmt::format(
        "set title {}\nset xlabel {}\nset ylabel {}\nset key {} right\nplot [1:{}][*<0:1] ",
        quoted(panel.title), quoted(panel.x_label), quoted(panel.y_label),
        panel.legend == Legend::centre ? "center" : "bottom", last_x);
    for (const Curve& curve : panel.curves) {
      const std::string name = fmt::format("$curve{}", curves);
      ++curves;
      data += data_block(name, points_of(curve));
      plot += fmt::format(
          "{} with linespoints pointtype 7 pointsize 0.35 linewidth 2 "
          "linecolor rgb \"{}\" dashtype {} title {}, ",
          name, palette.at(curve.colour % palette.size()), curve.dashed ? "2" : "1",
          quoted(curve.title));
    }
    plot += "\n";
  }
  plot += "unset multiplot\n";
  draw(stem, panel_width * static_cast<int>(panels.size()), height, data, plot);
}

void draw_regions(const std::string& stem, const std::string& title, const Regions& regions) {
  constexpr int size = 640;
  std::string data = data_block("$grid", pixels_of(regions));
  std::string plot = fmt::format(
      "set title {0} font \",14\"\nset size ratio 1\nset key outside bottom center horizontal\n"
      "plot [{1}:{2}][{1}:{2}] $grid with rgbimage notitle, ",
      quoted(title), regions.low, regions.high);
  for (std::int32_t c = 0; c < static_cast<std::int32_t>(palette.size()); ++c) {
    const std::string points = points_of(regions, c);
    if (points.empty()) continue;
    data += data_block(fmt::format("$class{}", c), points);
    plot += fmt::format(
        "$class{0} with points pointtype 7 pointsize 0.7 linecolor rgb \"{1}\" "
        "title \"class {0}\", ",
        c, palette.at(static_cast<std::size_t>(c)));
  }
  plot += "\n";
  draw(stem, size, size, data, plot);
}

void draw_lines(const std::string& stem, const std::string& title, const Matrix<float>& points,
                const std::vector<Line>& lines) {
  constexpr int width = 800, height = 520;
  std::string data = data_block("$points", points_of(points));
  std::string plot = fmt::format(
      "set title {} font \",14\"\nset grid linecolor \"#dddddd\"\n"
      "set border 3 linecolor \"#555555\"\nset tics nomirror\n"
      "set key outside bottom center horizontal\n"
      "plot $points with points pointtype 7 pointsize 0.7 linecolor rgb \"#777777\" notitle, ",
      quoted(title));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string name = fmt::format("$line{}", i);
    data += data_block(name, points_of(lines[i]));
    plot += fmt::format("{} with lines linewidth 2 linecolor rgb \"{}\" dashtype {} title {}, ",
                        name, palette.at(lines[i].colour % palette.size()),
                        lines[i].dashed ? "2" : "1", quoted(lines[i].title));
  }
  plot += "\n";
  draw(stem, width, height, data, plot);
}

}  // namespace thinnet::examples
