// The plane in the Backprop view: a net's answers, and rings around the training points that are followed.
import { BoundaryCanvas } from "./boundary_canvas";
import { html } from "./dom";
import type { Side } from "./engine/api";
import { fitCanvas } from "./fit_canvas";
import { classColour, palette, trace as traceShape } from "./palette";
import type { Session } from "./session";

export class FollowedPlane {
  readonly node: HTMLElement;
  private readonly plane: BoundaryCanvas;
  private readonly ring = html("canvas", { class: "ring", "aria-hidden": "true" });
  private followed: { side: Side; examples: number[] } | null = null;

  /** `choose` is told the training point nearest to a click. */
  constructor(private readonly session: Session, choose: (example: number) => void) {
    this.plane = new BoundaryCanvas(() => this.paint());
    fitCanvas(this.ring, () => this.paint());
    this.plane.node.addEventListener("click", (event) => choose(this.nearest(event)));
    this.node = html("div", { class: "plane" }, this.plane.node, this.ring);
  }

  show(side: Side, examples: number[]): void {
    const { train, validation, range } = this.session;
    this.followed = { side, examples };
    this.plane.setPoints(train, validation, range);
    this.plane.node.setAttribute("aria-label", `The plane with the answers of the net ${side === "plain" ? "without" : "with"} dropout. A click follows the nearest training point.`);
    this.paint();
  }

  /** The points may be others. */
  forget(): void {
    this.followed = null;
  }

  restyle(): void {
    this.plane.restyle();
  }

  private nearest(event: MouseEvent): number {
    const { train, range } = this.session;
    const size = this.plane.node.clientWidth;
    const x = (event.offsetX / size) * 2 * range - range;
    const y = range - (event.offsetY / size) * 2 * range;
    let best = 0;
    let least = Infinity;
    train.labels.forEach((_, index) => {
      const distance = Math.hypot((train.x[2 * index] as number) - x, (train.x[2 * index + 1] as number) - y);
      if (distance < least) [best, least] = [index, distance];
    });
    return best;
  }

  private paint(): void {
    const { followed } = this;
    const { picture, train, range } = this.session;
    const context = this.ring.getContext("2d");
    const size = this.ring.width;
    if (!followed) return;
    if (picture) this.plane.draw(picture[followed.side]);
    if (!context || size === 0) return;
    const colours = palette();
    context.clearRect(0, 0, size, size);
    const at = (value: number): number => ((value + range) / (2 * range)) * size;
    for (const example of followed.examples) {
      const x = at(train.x[2 * example] as number);
      const y = size - at(train.x[2 * example + 1] as number);
      const label = train.labels[example] as number;
      traceShape(context, label, x, y, 4.5 * devicePixelRatio);
      context.fillStyle = classColour(label);
      context.fill();
      context.beginPath();
      context.arc(x, y, 8 * devicePixelRatio, 0, 2 * Math.PI);
      context.lineWidth = 2 * devicePixelRatio;
      context.strokeStyle = colours.text;
      context.stroke();
    }
  }
}
