#include "core/summary.hpp"

#include <fmt/format.h>

namespace thinnet {
namespace {

std::string row(const std::string& layer, const std::string& output, const std::string& parameters,
                const std::string& shapes) {
  return fmt::format("{:<12}{:<10}{:>12}  {}\n", layer, output, parameters, shapes);
}

/// "affine1.w" -> "w".
std::string name_in_layer(const std::string& name) {
  return name.substr(name.rfind('.') + 1);
}

}  // namespace

template <typename T>
std::string flow(const Sequential<T>& net) {
  std::size_t width = net.input_width();
  std::string line = fmt::format("x (N×{})", width);
  for (std::size_t i = 0; i < net.size(); ++i) {
    const Layer<T>& layer = net.layer(i);
    const std::size_t before = width;
    width = layer.output_width(before);
    line += " → " + layer.name();
    if (width != before) line += fmt::format(" (N×{})", width);
  }
  return line;
}

template <typename T>
std::string summary(const Sequential<T>& net) {
  std::size_t width = net.input_width();
  std::size_t total = 0;
  std::string table = row("layer", "output", "parameters", "shapes");
  table += row("input", fmt::format("N×{}", width), "", "");
  for (std::size_t i = 0; i < net.size(); ++i) {
    Layer<T>& layer = net.layer(i);
    width = layer.output_width(width);
    std::size_t count = 0;
    std::string shapes;
    for (const Parameter<T>* p : layer.parameters()) {
      if (p->role != Role::buffer) count += p->value.size();
      shapes += fmt::format("{} {}  ", name_in_layer(p->name), shape_text(p->value));
    }
    table += row(layer.name(), fmt::format("N×{}", width), std::to_string(count), shapes);
    total += count;
  }
  return table + row("total", "", std::to_string(total), "");
}

template std::string flow(const Sequential<float>&);
template std::string flow(const Sequential<double>&);
template std::string summary(const Sequential<float>&);
template std::string summary(const Sequential<double>&);

}  // namespace thinnet
