// OpenBLAS as we want it: one thread, and the kernels of this machine's CPU.
#pragma once

namespace thinnet {

/// Tells OpenBLAS to use one thread (core/engine/matmul.cpp says why), and to use its AVX-512 or
/// AVX2 kernels where the CPU has these instructions: OpenBLAS chooses by a list of CPU models, and
/// takes what is newer than itself for a Prescott of 2004, five times slower. An OPENBLAS_CORETYPE
/// in the environment is left to decide. Another BLAS is left as it is, and must be told to use one
/// thread. Call it before threads start. Returns true.
bool prepare_blas();

}  // namespace thinnet
