// How the learning rate moves while training goes on.
#pragma once

#include <functional>

namespace thinnet {

/// The factor on the optimizer's learning rate when `epoch` epochs are done, fractions counted. The
/// Trainer asks at the middle of each step, so that no step is made at exactly 0 or at the end.
using Schedule = std::function<double(double epoch)>;

/// 1 throughout.
Schedule constant_rate();

/// factor^⌊epoch/every⌋: multiplied by `factor` after every so many epochs. Throws
/// std::invalid_argument unless factor is in (0, 1] and every above 0.
Schedule step_decay(double factor, double every = 1);

/// (1 + cos(π·epoch/epochs)) / 2: from 1 down to 0, its value after `epochs` as well. Loshchilov,
/// Hutter, "SGDR: stochastic gradient descent with warm restarts" (2017), without restarts. Throws
/// std::invalid_argument unless epochs is above 0.
Schedule cosine(double epochs);

/// Rises in a straight line from 0 over the first `epochs`, on top of what `then` says. Goyal et
/// al., "Accurate, large minibatch SGD" (2017), section 2.2. Throws std::invalid_argument unless
/// epochs is above 0.
Schedule warm_up(double epochs, Schedule then);

}  // namespace thinnet
