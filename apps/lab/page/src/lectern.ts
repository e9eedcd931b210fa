// For whoever shows the lab to others: keys of a keyboard or a presenter's remote, larger type, and panels left out.
import type { Shown } from "./permalink";

interface Moves {
  playOrPause: () => void;
  /** On to the next stop of the tour or operation, or back; whether there is one. */
  move: (by: 1 | -1) => boolean;
}

/** What does something of its own with a key keeps it. */
const presses = "input, button, a, summary, canvas, .chart, [role=slider], [role=gridcell]";
const pages = "input[type=text], input[type=range], canvas, .chart, [role=slider], [role=gridcell]";

/** Space plays and pauses, Page Down goes on and Page Up back, unless what has the focus takes the key. */
export function listenToKeys({ playOrPause, move }: Moves): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const focused = document.activeElement ?? document.body;
    if (event.key === " " && !event.repeat && !focused.matches(presses)) {
      event.preventDefault();
      playOrPause();
    }
    const by = { PageDown: 1, PageUp: -1 }[event.key] as 1 | -1 | undefined;
    if (by !== undefined && !focused.matches(pages) && move(by)) event.preventDefault();
  });
}

/** style.css says what that comes to. */
export function arrange({ large, hidden }: Shown): void {
  document.documentElement.classList.toggle("large", large);
  document.documentElement.dataset["hide"] = hidden.join(" ");
}
