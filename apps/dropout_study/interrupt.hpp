// Ctrl-C as a question that a long computation asks from time to time.
#pragma once

namespace thinnet::examples {

/// From now on the first Ctrl-C (SIGINT) is only noted; a second one ends the program at once.
void watch_for_interrupt();

/// Whether Ctrl-C was pressed since. Any thread may ask.
bool interrupted();

}  // namespace thinnet::examples
