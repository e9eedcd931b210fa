// Counts every allocation of this program: a training step in its steady state makes none.
#include <atomic>

#include "core/engine/threads.hpp"
#include "core/initialise.hpp"
#include "core/random.hpp"
#include "core/sequential.hpp"
#include "data/batches.hpp"
#include "layers/affine.hpp"
#include "layers/dropout.hpp"
#include "layers/mean_squared_error.hpp"
#include "layers/relu.hpp"
#include "layers/softmax_cross_entropy.hpp"
#include "optim/adam.hpp"
#include "optim/sgd.hpp"
#include "tests/support.hpp"
#include "training/batch_loss.hpp"

namespace {
std::atomic<std::size_t> allocations{0};  // all threads count here
}  // namespace

#ifdef THINNET_SANITIZE
// The sanitizers have functions of their own in malloc's place, with a hook in them.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void*,
                                                                  std::size_t),
                                                         void (*)(const volatile void*));
namespace {
const int hooked = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t) { ++allocations; }, [](const volatile void*) {});
}  // namespace
#else
// The functions of the C library, counted; operator new calls malloc.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) {
  ++allocations;
  return __libc_realloc(old, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return memalign(alignment, size);
}
int posix_memalign(void** to, std::size_t alignment, std::size_t size) {
  *to = memalign(alignment, size);
  return *to == nullptr ? 12 : 0;  // ENOMEM
}
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
#endif

namespace thinnet {
namespace {

Dataset images(std::size_t count, std::size_t D) {
  Matrix<std::uint8_t> x({count, D});
  Labels labels(count);
  Random random(1);
  for (auto& pixel : x) pixel = static_cast<std::uint8_t>(random.below(256));
  for (auto& label : labels) label = static_cast<std::int32_t>(random.below(10));
  return {std::move(x), std::move(labels), 10};
}

/// Rows of small random numbers, each with ten targets.
Dataset with_targets(std::size_t count, std::size_t D) {
  return {Matrix<double>(.01 * testing::normals(count, D, 1)), testing::normals(count, 10, 2)};
}

/// Allocations in 100 steps, after two epochs in which every buffer has got its size.
template <typename T, typename Optimizer, typename SomeLoss>
std::size_t allocations_of_training(const Dataset& data, Sampling sampling) {
  const std::size_t D = data.width();
  const auto normaliser = Normaliser<T>::identity(D);
  Batches<T> batches(data, normaliser, 100, sampling, 1);
  Sequential<T> net(D, Dropout<T>(0.9), Affine<T>(D, 500), Relu<T>(), Dropout<T>(0.5),
                    Affine<T>(500, 10));
  initialise(net.parameters(), he, 1);
  SomeLoss some_loss;
  const BatchLoss<T> loss(some_loss);
  Optimizer optimizer(net.parameters(), {});
  const auto train_steps = [&](std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t step = first; step < last; ++step) {
      const Batch<T>& batch = batches.at(step);
      loss.forward(net.forward(batch.x, train(step, batch.examples)), batch);
      net.backward(loss.backward());
      optimizer.step();
    }
  };
  train_steps(0, 20);
  const std::size_t before = allocations;
  train_steps(20, 120);
  return allocations - before;
}

TEST(Allocations, AreCounted) {
  const std::size_t before = allocations;
  const auto grown = std::make_unique<std::vector<double>>(100);
  EXPECT_GE(allocations - before, 2U);
  const std::size_t then = allocations;
  void* aligned = nullptr;
  ASSERT_EQ(posix_memalign(&aligned, 64, 100), 0);
  std::free(aligned);  // NOLINT(cppcoreguidelines-no-malloc)
  EXPECT_GE(allocations - then, 1U);
}

TEST(Allocations, AreNoneInASteadyStateStep) {
  const testing::SameThreadCountAfter same_after;
  const Dataset labelled = images(1000, 192), numbers = with_targets(1000, 192);
  using Labelled = SoftmaxCrossEntropy<float>;
  using Numbers = MeanSquaredError<float>;
  for (const std::size_t threads : {1U, 2U}) {
    set_thread_count(threads);
    for (const Sampling sampling :
         {Sampling::in_order, Sampling::shuffled, Sampling::with_replacement}) {
      EXPECT_EQ((allocations_of_training<float, Sgd<float>, Labelled>(labelled, sampling)), 0U)
          << threads;
      EXPECT_EQ((allocations_of_training<float, Adam<float>, Labelled>(labelled, sampling)), 0U)
          << threads;
      EXPECT_EQ((allocations_of_training<float, Sgd<float>, Numbers>(numbers, sampling)), 0U)
          << threads;
    }
  }
}

}  // namespace
}  // namespace thinnet
