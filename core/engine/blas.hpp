// The BLAS that makes the products, and OpenBLAS as we want it: one thread, and the kernels of this
// machine's CPU.
#pragma once

#include <string>

namespace thinnet {

/// Tells OpenBLAS to use one thread (core/engine/matmul.cpp says why), and to use its AVX-512 or
/// AVX2 kernels where the CPU has these instructions: OpenBLAS chooses by a list of CPU models, and
/// takes what is newer than itself for a Prescott of 2004, five times slower. An OPENBLAS_CORETYPE
/// in the environment is left to decide. Another BLAS, and an OpenBLAS that is linked statically,
/// is left as it is, and must be told to use one thread (OPENBLAS_NUM_THREADS=1).
///
/// The first product calls it unless you have: until then a program that links Thinnet finds its
/// BLAS as it would be without. From then on the whole program's OpenBLAS has one thread; who wants
/// more for products of his own calls this first, and openblas_set_num_threads(n) after it. No
/// other thread may compute with OpenBLAS while its kernels are exchanged: a program whose threads
/// do so calls this before it starts them.
void prepare_blas();

/// What makes the products.
struct BlasInUse {
  std::string openblas;  ///< its version, "0.3.21"; empty for another BLAS and for none
  std::string kernels;   ///< "SkylakeX"; "plain loops" where there is no BLAS; may be empty
};
BlasInUse blas_in_use();

}  // namespace thinnet
