#include "examples/support/mpi_launch.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace thinnet::examples {

std::optional<Launch> launch() {
  const std::pair<const char*, const char*> launchers[] = {
      {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},  // Open MPI
      {"PMI_RANK", "PMI_SIZE"},                          // MPICH and its kin
      {"PMIX_RANK", "SLURM_NTASKS"}};
  for (const auto& [rank_name, size_name] : launchers) {
    const char* rank_text = std::getenv(rank_name);
    const char* size_text = std::getenv(size_name);
    if (rank_text == nullptr) continue;
    const std::size_t rank = std::strtoull(rank_text, nullptr, 10);
    const std::size_t told = size_text == nullptr ? 0 : std::strtoull(size_text, nullptr, 10);
    return Launch{rank, std::max(told, rank + 1)};
  }
  return std::nullopt;
}

}  // namespace thinnet::examples
