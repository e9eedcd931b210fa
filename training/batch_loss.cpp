#include "training/batch_loss.hpp"

#include "core/check.hpp"

namespace thinnet {

template <typename T>
void BatchLoss<T>::require_fits(const Dataset& data) const {
  require(
      of_labels_ == nullptr || data.has_labels(),
      "the loss is one of labels, but the data set has targets: take a loss of targets, such as "
      "MeanSquaredError");
  require(of_targets_ == nullptr || !data.has_labels(),
          "the loss is one of targets, but the data set has labels: take a loss of labels, such as "
          "SoftmaxCrossEntropy");
}

template class BatchLoss<float>;
template class BatchLoss<double>;

}  // namespace thinnet
