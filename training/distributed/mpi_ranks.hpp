// The ranks of an MPI job. In the library thinnet::mpi, which exists where MPI was found.
#pragma once

#include <memory>

#include "training/distributed/ranks.hpp"

namespace thinnet {

/// Joins the other processes that mpirun started, until the object is destroyed: MPI_Init and
/// MPI_Finalize, which a process can do once only. Its functions are for the calling thread; errors
/// inside MPI end all processes with MPI's own message.
std::unique_ptr<Ranks> join_mpi();

}  // namespace thinnet
