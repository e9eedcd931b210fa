// The steps through a net as a row for each way, to see where one is and to go anywhere.
import { button, html } from "./dom";
import { nameOf, type Step, type Way } from "./steps";

const rows: Record<Way, { row: number; title: string }> = {
  forward: { row: 1, title: "forward →" },
  backward: { row: 2, title: "← backward" },
  update: { row: 3, title: "update →" },
};

export class Track {
  readonly node = html("div", { class: "track", role: "group", "aria-label": "Operations" });
  private at = 0;

  /** `go` is told the number of the step to go to, which may be beyond the last. */
  constructor(private readonly go: (at: number) => void) {
    // In the order of time: to the right on the way forward, and on to the left of the row beneath.
    this.node.addEventListener("keydown", (event) => {
      if (event.altKey || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
      event.preventDefault();
      go(this.at + (event.key === "ArrowRight" ? 1 : -1));
    });
  }

  show(steps: Step[], at: number): void {
    this.at = at;
    const focused = this.node.contains(document.activeElement);
    const ways = [...new Set(steps.map(({ way }) => way))];
    this.node.style.setProperty("--operations", String(Math.max(...steps.map(({ place }) => place + 1))));
    this.node.replaceChildren(...ways.flatMap((way) => [this.title(way), ...steps.flatMap((step, index) => (step.way === way ? [this.chip(step, index)] : []))]));
    const current = this.node.querySelector<HTMLElement>("[aria-current]");
    if (!current) return;
    if (focused) current.focus({ preventScroll: true });
    const middle = current.offsetLeft + current.offsetWidth / 2 - this.node.clientWidth / 2;
    this.node.scrollLeft = Math.max(0, middle);
  }

  private title(way: Way): HTMLElement {
    const made = html("span", { class: "way" }, rows[way].title);
    made.style.gridArea = `${rows[way].row} / 1`;
    return made;
  }

  private chip(step: Step, index: number): HTMLElement {
    const made = button(step.operation.name, () => this.go(index), {
      class: `chip ${step.operation.kind}${index < this.at ? " done" : ""}`,
      "aria-label": nameOf(step),
      "aria-current": index === this.at ? "step" : undefined,
    });
    made.style.gridArea = `${rows[step.way].row} / ${step.place + 2}`;
    return made;
  }
}
