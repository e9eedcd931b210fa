#include "optim/l2_penalty.hpp"

namespace thinnet {

template <typename T>
double l2_penalty(const std::vector<Parameter<T>*>& parameters, double weight_decay) {
  double sum = 0;
  for (const Parameter<T>* parameter : parameters) {
    if (parameter->role != Role::weight) continue;
    for (const double w : parameter->value) sum += w * w;
  }
  return 0.5 * weight_decay * sum;
}

template double l2_penalty(const std::vector<Parameter<float>*>&, double);
template double l2_penalty(const std::vector<Parameter<double>*>&, double);

}  // namespace thinnet
