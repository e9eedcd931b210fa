#include "examples/dropout_cifar10/experiment.hpp"

#include <fmt/format.h>

#include <memory>

#include "core/check.hpp"
#include "core/random.hpp"
#include "layers/affine.hpp"
#include "layers/dropout.hpp"
#include "layers/relu.hpp"
#include "optim/adam.hpp"
#include "optim/sgd.hpp"

namespace thinnet::examples {
namespace {

std::unique_ptr<Optimizer<float>> make_optimiser(Sequential<float>& net,
                                                 const ExperimentOptions& options) {
  if (options.optimiser == OptimiserKind::sgd) {
    constexpr double momentum = 0.9;
    return std::make_unique<Sgd<float>>(net.parameters(),
                                        SgdOptions{options.learning_rate, momentum});
  }
  return std::make_unique<Adam<float>>(net.parameters(), AdamOptions{options.learning_rate});
}

}  // namespace

Sequential<float> make_net(std::size_t D, std::size_t classes, const ExperimentOptions& options,
                           double keep_prob) {
  Sequential<float> net(D);
  std::size_t width = D;
  for (const std::size_t H : options.hidden) {
    net.add(std::make_unique<Affine<float>>(width, H));
    net.add(std::make_unique<Relu<float>>());
    net.add(std::make_unique<Dropout<float>>(keep_prob, options.seed));
    width = H;
  }
  net.add(std::make_unique<Affine<float>>(width, classes));
  initialise(net.parameters(), normal_scale(options.weight_scale), options.seed);
  return net;
}

std::vector<ExperimentRun> run_experiment(const Dataset& images, const ExperimentOptions& options,
                                          bool progress) {
  require(options.training > 0 && options.validation > 0,
          "training and validation need at least 1 image each");
  require(options.training + options.validation <= images.size(),
          "{} training and {} validation images asked for, but the data set has {}",
          options.training, options.validation, images.size());
  const Dataset training = images.range(0, options.training);
  const Dataset validation = images.range(images.size() - options.validation, options.validation);
  const auto mean_image = Normaliser<float>::mean_of(training);
  TrainerOptions trainer_options{options.epochs, options.batch_size, options.seed};
  trainer_options.sampling = options.sampling;

  std::vector<Sequential<float>> nets;  // all made first: a wrong keep_prob is told before training
  for (const double keep_prob : options.keep_probs) {
    nets.push_back(make_net(images.width(), images.classes(), options, keep_prob));
  }
  std::vector<ExperimentRun> runs;
  for (std::size_t i = 0; i < nets.size(); ++i) {
    const double keep_prob = options.keep_probs[i];
    const auto optimiser = make_optimiser(nets[i], options);
    Trainer<float> trainer(nets[i], *optimiser, trainer_options);
    const auto report =
        progress ? report_on_stderr(fmt::format("keep_prob {:<4}", keep_prob)) : nullptr;
    runs.push_back({keep_prob, trainer.fit(training, validation, mean_image, report)});
  }
  return runs;
}

}  // namespace thinnet::examples
