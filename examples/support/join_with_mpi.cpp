#include "examples/support/mpi_launch.hpp"
#include "training/distributed/mpi_ranks.hpp"

namespace thinnet::examples {

std::unique_ptr<Ranks> join_ranks() {
  return join_mpi();
}

}  // namespace thinnet::examples
