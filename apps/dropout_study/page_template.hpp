// The page without its data, as page/template.html has it.
#pragma once

namespace thinnet::examples {

extern const char* const page_template;

}  // namespace thinnet::examples
