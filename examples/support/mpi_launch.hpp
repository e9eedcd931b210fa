// Started once, or as one of several processes?
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "training/distributed/ranks.hpp"

namespace thinnet::examples {

struct Launch {
  std::size_t rank, size;
};

/// What mpirun (or another launcher: MPICH's, Slurm's) left in the environment; none without one.
std::optional<Launch> launch();

/// The other processes of the job; null when this program was built without MPI.
std::unique_ptr<Ranks> join_ranks();

}  // namespace thinnet::examples
