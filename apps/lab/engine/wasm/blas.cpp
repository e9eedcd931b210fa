// There is no OpenBLAS in WebAssembly, whose products are xtensor-blas's own: nothing to prepare.
#include "core/engine/blas.hpp"

namespace thinnet {

bool prepare_blas() {
  return true;
}

}  // namespace thinnet
