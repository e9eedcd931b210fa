#include "grading/worker/nets.hpp"

#include <array>

namespace coursework {

Net net_of(const Json& json) {
  return {{matrix_of(json.at("w1")), matrix_of(json.at("b1")), matrix_of(json.at("w2")),
           matrix_of(json.at("b2"))},
          json.at("keep_prob"),
          json.at("weight_penalty"),
          json.value("seed", std::uint64_t{0})};
}

void show_parameters(Net& net, Shown shown, Json& result) {
  constexpr std::array<const char*, 4> names{"w1", "b1", "w2", "b2"};
  const auto parameters = net.parameters();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& p = *parameters.at(i);
    result[names[i]] = json_of(shown == Shown::value ? p.value : p.grad);
  }
}

}  // namespace coursework
