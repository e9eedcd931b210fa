// An .npz file as the checkpoint of a training.
#include "training/checkpoint.hpp"

#include "data/io/npy.hpp"
#include "tests/hardening/fuzz/memory_file.hpp"
#include "tests/hardening/fuzz/promise.hpp"

using namespace thinnet;
using namespace thinnet::fuzz;

namespace {

struct Training {
  std::string bytes() const {
    std::string all;
    for (const auto& list : {{w.value}, best, moment}) {
      for (const Matrix<float>& m : list) all += encode_npy(m);
    }
    return all + std::to_string(t) + " " + std::to_string(history.epochs.size()) + " " +
           std::to_string(history.best) + " " + std::to_string(history.seconds);
  }
  TrainingState<float> state() { return {{&w}, {{&moment}, &t}, history, best}; }

  Parameter<float> w{"w", {{1, 2}}, {}, Role::weight};
  std::vector<Matrix<float>> moment{{{4, 5}}};
  std::uint64_t t = 10;
  History history;
  std::vector<Matrix<float>> best;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryFile file;
  file.hold(data, size);
  Training training;
  const std::string before = training.bytes();
  const bool taken = takes(
      [&] {
        promise(load_checkpoint(file.path(), "net 2-1\nseed 7\n", training.state()),
                "the file is there");
      },
      file.path());
  if (!taken) {
    promise(training.bytes() == before, "a file that is refused changes nothing");
    return 0;
  }
  const History& history = training.history;
  promise(!history.epochs.empty() && history.best < history.epochs.size(), "there is a best epoch");
  for (std::size_t i = 0; i < history.epochs.size(); ++i) {
    promise(history.epochs[i].epoch == i + 1, "epochs count from 1");
  }
  for (const auto* m : {&training.w.value, &training.best.at(0), training.moment.data()})
    promise(shape_text(*m) == "1×2", "the shapes stay");
  return 0;
}
