#include "examples/support/classifier.hpp"

#include <memory>

#include "core/initialise.hpp"
#include "layers/affine.hpp"
#include "layers/dropout.hpp"
#include "layers/relu.hpp"

namespace thinnet::examples {

Sequential<float> make_classifier(std::size_t D, std::size_t classes,
                                  const ClassifierOptions& options) {
  Sequential<float> net(D);  // x (N×D)
  std::size_t width = D;
  if (options.input_keep_prob != 1)
    net.add(std::make_unique<Dropout<float>>(options.input_keep_prob, options.seed));
  for (const std::size_t H : options.hidden) {
    net.add(std::make_unique<Affine<float>>(width, H));                          // N×H
    net.add(std::make_unique<Relu<float>>());                                    // N×H
    net.add(std::make_unique<Dropout<float>>(options.keep_prob, options.seed));  // N×H
    width = H;
  }
  net.add(std::make_unique<Affine<float>>(width, classes));  // scores (N×classes)
  initialise(net.parameters(), options.initialiser, options.seed);
  return net;
}

}  // namespace thinnet::examples
