#include "core/pass.hpp"

#include "core/check.hpp"

namespace thinnet {

void require_examples(const Pass& pass, Shape x, std::string_view layer) {
  if (pass.examples == nullptr) return;
  require(pass.examples->size() == x.rows, "{}: the pass names {} examples, but x is {}", layer,
          pass.examples->size(), shape_text(x));
}

}  // namespace thinnet
