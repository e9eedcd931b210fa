#include "core/summary.hpp"

#include <fmt/format.h>

namespace thinnet {

template <typename T>
std::string summary(const Sequential<T>& net) {
  const auto* row = "{:<12}{:<10}{:>12}  {}\n";
  std::string table = fmt::format(fmt::runtime(row), "layer", "output", "parameters", "shapes");
  std::size_t total = 0, width = net.input_width();
  table += fmt::format(fmt::runtime(row), "input", fmt::format("N×{}", width), "", "");
  for (std::size_t i = 0; i < net.size(); ++i) {
    Layer<T>& layer = net.layer(i);
    width = layer.output_width(width);
    std::size_t count = 0;
    std::string shapes;
    for (const auto* p : layer.parameters()) {
      count += p->value.size();
      shapes +=
          fmt::format("{} {}  ", p->name.substr(p->name.rfind('.') + 1), shape_text(p->value));
    }
    table +=
        fmt::format(fmt::runtime(row), layer.name(), fmt::format("N×{}", width), count, shapes);
    total += count;
  }
  return table + fmt::format(fmt::runtime(row), "total", "", total, "");
}

template <typename T>
double l2_penalty(const std::vector<Parameter<T>*>& parameters, double weight_decay) {
  double sum = 0;
  for (const auto* p : parameters) {
    if (p->role == Role::bias) continue;
    for (const double w : p->value) sum += w * w;
  }
  return 0.5 * weight_decay * sum;
}

template std::string summary(const Sequential<float>&);
template std::string summary(const Sequential<double>&);
template double l2_penalty(const std::vector<Parameter<float>*>&, double);
template double l2_penalty(const std::vector<Parameter<double>*>&, double);

}  // namespace thinnet
