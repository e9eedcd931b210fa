// From what `scaling` measured to the tables of docs/scaling.md and the points of its picture.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "data/io/file.hpp"

namespace thinnet {
namespace {

constexpr double bytes_of_float = 4;
constexpr double latency = 0.02;  // ms: of one message between two machines, over TCP

struct Network {
  const char* name;
  double gigabits;  // a second, in each direction at once
};
constexpr Network networks[] = {{"10 Gbit/s", 10}, {"100 Gbit/s", 100}};

/// A line of scaling's CSV; times in milliseconds.
struct Line {
  std::string kind, net;
  double batch = 0, parameters = 0, ranks = 0, rows = 0;
  double compute = 0, packing = 0, allreduce = 0, update = 0, step = 0;
};

std::vector<Line> read_lines(const std::string& path) {
  std::vector<Line> lines;
  std::istringstream file(read_file(path));
  for (std::string text; std::getline(file, text);) {
    std::replace(text.begin(), text.end(), ',', ' ');
    std::istringstream words(text);
    Line l;
    words >> l.kind >> l.net >> l.batch >> l.parameters >> l.ranks >> l.rows >> l.compute >>
        l.packing >> l.allreduce >> l.update >> l.step;
    if (!words) throw std::runtime_error(path + ": a line is not of `scaling`");
    lines.push_back(l);
  }
  return lines;
}

/// Of a ring: each of R ranks sends 2(R-1) pieces of a size of S/R, S being all gradients and the
/// loss.
double bytes_sent(const Line& l) {
  return 2 * (l.ranks - 1) / l.ranks * bytes_of_float * (l.parameters + 1);
}

double ring(const Line& l, const Network& network) {
  constexpr double bits_of_byte = 8, per_millisecond = 1e6;  // of a Gbit/s
  return bytes_sent(l) * bits_of_byte / (network.gigabits * per_millisecond) +
         2 * (l.ranks - 1) * latency;
}

/// One process packs nothing and sends nothing.
double alone(const Line& l) {
  return l.compute + l.update;
}

double modelled(const Line& l, const Network& network) {
  return l.ranks == 1 ? alone(l) : alone(l) + l.packing + ring(l, network);
}

std::vector<Line> of(const std::vector<Line>& lines, const std::string& kind,
                     const std::string& net) {
  std::vector<Line> found;
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(found),
               [&](const Line& l) { return l.kind == kind && l.net == net; });
  if (found.empty()) throw std::runtime_error("no measurements of kind " + kind);
  return found;
}

/// In which the last ranks added still pay for themselves, and how fast the fastest is.
std::string verdict(const std::vector<Line>& slices, const Network& network) {
  const double one = alone(slices.front());
  const auto speed_up = [&](const Line& l) { return one / modelled(l, network); };
  const Line* fastest = &slices.front();
  const Line* worth = &slices.front();
  for (const Line& l : slices) {
    if (speed_up(l) > speed_up(*fastest)) fastest = &l;
    if (speed_up(l) >= l.ranks / 2) worth = &l;
  }
  if (fastest->ranks == 1) {
    return fmt::format("On {} it never pays: two ranks are slower than one.", network.name);
  }
  return fmt::format(
      "On {} {:.0f} ranks are fastest ({:.1f} times one), and {}.", network.name, fastest->ranks,
      speed_up(*fastest),
      worth->ranks == 1
          ? "no number of ranks is used to half"
          : fmt::format("{:.0f} are the most that are used to half or better", worth->ranks));
}

std::string model_table(const std::vector<Line>& slices) {
  const double one = alone(slices.front());
  std::string text = fmt::format(
      "### {}, batch {:.0f}\n\n{:.2f} million parameters: the sum is over {:.1f} MB. Packing takes "
      "{:.1f} ms and the optimizer {:.1f} ms, whatever the number of ranks.\n\n"
      "| ranks | rows of a rank | compute | MB sent | 10 Gbit/s: sum | step | speed-up | 100 "
      "Gbit/s: "
      "sum | step | speed-up |\n|---|---|---|---|---|---|---|---|---|---|\n",
      slices.front().net, slices.front().batch, slices.front().parameters / 1e6,
      bytes_of_float * slices.front().parameters / 1e6, slices.front().packing,
      slices.front().update);
  for (const Line& l : slices) {
    text += fmt::format("| {:.0f} | {:.0f} | {:.1f} ms | {:.1f} |", l.ranks, l.rows, l.compute,
                        bytes_sent(l) / 1e6);
    for (const Network& network : networks) {
      const double step = modelled(l, network);
      text += fmt::format(" {:.1f} ms | {:.1f} ms | {:.2f} |", l.ranks == 1 ? 0 : ring(l, network),
                          step, one / step);
    }
    text += "\n";
  }
  text += "\n";
  for (const Network& network : networks) text += verdict(slices, network) + " ";
  text.back() = '\n';
  return text;
}

std::string measured_table(const std::vector<Line>& lines, const std::vector<std::string>& nets) {
  std::string text =
      "| net | ranks | compute | packing | sum | optimizer | step | speed-up |\n"
      "|---|---|---|---|---|---|---|---|\n";
  for (const std::string& net : nets) {
    const double one = alone(of(lines, "slice", net).front());
    text += fmt::format("| {} | 1 | {:.1f} ms | – | – | {:.1f} ms | {:.1f} ms | 1.00 |\n", net,
                        of(lines, "slice", net).front().compute,
                        of(lines, "slice", net).front().update, one);
    for (const Line& l : of(lines, "run", net)) {
      if (l.ranks == 1) continue;
      text += fmt::format(
          "| | {:.0f} | {:.1f} ms | {:.1f} ms | {:.1f} ms | {:.1f} ms | {:.1f} ms | {:.2f} |\n",
          l.ranks, l.compute, l.packing, l.allreduce, l.update, l.step, one / l.step);
    }
  }
  return text;
}

/// Replaces what stands between "<!-- name -->" and the next "<!-- end -->".
void fill(std::string& page, const std::string& name, const std::string& text) {
  const std::string mark = "<!-- " + name + " -->\n";
  const std::size_t begin = page.find(mark);
  const std::size_t end = begin == std::string::npos ? begin : page.find("<!-- end -->", begin);
  if (end == std::string::npos) throw std::runtime_error("the page has no place for " + name);
  page.replace(begin + mark.size(), end - begin - mark.size(), text);
}

/// A block of "ranks speed-up" for each net and network, then for each net as measured.
std::string points(const std::vector<Line>& lines, const std::vector<std::string>& nets) {
  std::string text;
  for (const std::string& net : nets) {
    const auto slices = of(lines, "slice", net);
    const double one = alone(slices.front());
    for (const Network& network : networks) {
      text += fmt::format("\"{}, {}\"\n", net, network.name);
      for (const Line& l : slices)
        text += fmt::format("{} {:.3f}\n", l.ranks, one / modelled(l, network));
      text += "\n\n";
    }
    text += fmt::format("\"{}, measured\"\n1 1\n", net);
    for (const Line& l : of(lines, "run", net)) {
      if (l.ranks > 1) text += fmt::format("{} {:.3f}\n", l.ranks, one / l.step);
    }
    text += "\n\n";
  }
  return text;
}

void write(const std::string& csv, const std::string& page_path, const std::string& points_path) {
  const std::vector<Line> lines = read_lines(csv);
  std::vector<std::string> nets;
  for (const Line& l : lines) {
    if (std::find(nets.begin(), nets.end(), l.net) == nets.end()) nets.push_back(l.net);
  }
  std::string page = read_file(page_path), model;
  for (const std::string& net : nets) {
    model += (model.empty() ? "" : "\n") + model_table(of(lines, "slice", net));
  }
  fill(page, "measured", measured_table(lines, nets));
  fill(page, "model", model);
  write_file(page_path, page);
  write_file(points_path, points(lines, nets));
}

}  // namespace
}  // namespace thinnet

int main(int argc, char** argv) {
  try {
    if (argc != 4) throw std::runtime_error("usage: scaling_report MEASURED.csv PAGE.md POINTS");
    thinnet::write(argv[1], argv[2], argv[3]);
    return 0;
  } catch (const std::exception& e) {
    fmt::print(stderr, "scaling_report: {}\n", e.what());
    return 2;
  }
}
