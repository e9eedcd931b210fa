// Points drawn by hand: with a pointer, or with the arrow keys and the space bar.
import { classColour, mostClasses, palette, shapeNames, trace } from "./palette";
import { edge } from "./csv";
import { bounds, clamp } from "./configuration";
import { button, html, setOff, setText } from "./dom";
import type { OwnPoints } from "./engine/api";
import { fitCanvas } from "./fit_canvas";

const spacing = 0.06; // between the points of one stroke
const reach = 0.09; // of the eraser
const keyStep = 0.05;
const mostUndos = 100;

export class DrawPad {
  readonly node: HTMLElement;
  private readonly canvas: HTMLCanvasElement;
  private readonly said = html("p", { class: "readout", role: "status" });
  private points: OwnPoints = { x: [], labels: [] };
  /** As they were before each change, the latest last. */
  private earlier: OwnPoints[] = [];
  private readonly undoButton = button("Undo", () => this.undo(), { class: "quiet-button" });
  /** Half the side of the pad: room for every point. */
  private range = edge;
  private label = 0;
  private erasing = false;
  private cursor: [number, number] | null = null;
  private last: [number, number] | null = null;
  private readonly tools: HTMLInputElement[] = [];

  constructor(private readonly change: (points: OwnPoints) => void) {
    this.canvas = html("canvas", {
      class: "pad", tabindex: 0, role: "application",
      "aria-label": "Drawing area. Arrow keys move the pen, Space sets a point, Delete takes the nearest away, 1 to 5 choose the class, Ctrl+Z undoes.",
    });
    const tool = (name: string, face: HTMLElement | string, choose: () => void): HTMLElement => {
      const input = html("input", { type: "radio", name: "draw-tool", "aria-label": name, change: choose });
      this.tools.push(input);
      return html("label", { title: name }, input, html("span", { class: "face" }, face));
    };
    this.node = html(
      "div",
      { class: "draw-pad" },
      html(
        "fieldset",
        { class: "choices tools" },
        html("legend", {}, "Draw"),
        ...Array.from({ length: mostClasses }, (_, label) =>
          tool(`Class ${label + 1}, a ${shapeNames[label]}`, shapeIcon(label), () => this.choose(label)),
        ),
        tool("Eraser", "erase", () => (this.erasing = true)),
      ),
      this.canvas,
      this.said,
      html("div", { class: "pad-row" }, this.undoButton, button("Take all points away", () => this.clear(), { class: "quiet-button" })),
    );
    (this.tools[0] as HTMLInputElement).checked = true;
    fitCanvas(this.canvas, () => this.paint());
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.last = null;
      this.remember();
      this.stroke(event);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (!(event.buttons & 1)) return;
      // Between two frames the browser hands on the last place of the pointer only, and keeps the others here.
      const all = event.getCoalescedEvents();
      for (const one of all.length ? all : [event]) this.stroke(one);
    });
    // However the stroke ends: the pen is lifted, or the system takes it away.
    this.canvas.addEventListener("lostpointercapture", () => this.change(this.points));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.canvas.addEventListener("blur", () => {
      this.cursor = null;
      this.paint();
    });
    this.canvas.addEventListener("focus", () => {
      if (this.canvas.matches(":focus-visible")) this.cursor ??= [0, 0];
      this.paint();
    });
  }

  show(points: OwnPoints): void {
    if (!same(points, this.points)) this.earlier = []; // others than were drawn
    this.put(points);
  }

  private put(points: OwnPoints): void {
    this.points = copied(points);
    this.range = points.x.reduce((most, value) => Math.max(most, Math.abs(value) * 1.04), edge);
    this.paint();
    setOff(this.undoButton, this.earlier.length === 0);
  }

  private remember(): void {
    this.earlier.push(copied(this.points));
    if (this.earlier.length > mostUndos) this.earlier.shift();
    setOff(this.undoButton, false);
  }

  private undo(): void {
    const points = this.earlier.pop();
    if (!points) return;
    this.put(points);
    this.change(this.points);
  }

  restyle(): void {
    this.paint();
  }

  private choose(label: number): void {
    this.erasing = false;
    this.label = label;
    (this.tools[label] as HTMLInputElement).checked = true;
  }

  private stroke(event: PointerEvent): void {
    const size = this.canvas.clientWidth;
    const x = (event.offsetX / size) * 2 * this.range - this.range;
    const y = this.range - (event.offsetY / size) * 2 * this.range;
    const [fromX, fromY] = this.last ?? [x, y];
    const distance = Math.hypot(x - fromX, y - fromY);
    if (this.last && distance < spacing) return;
    // However fast the pointer was, points lie as close.
    const parts = Math.max(1, Math.floor(distance / spacing));
    for (let part = 1; part <= parts; ++part) this.touch(fromX + ((x - fromX) * part) / parts, fromY + ((y - fromY) * part) / parts);
    this.last = [x, y];
  }

  private touch(x: number, y: number): void {
    if (Math.abs(x) > this.range || Math.abs(y) > this.range) return;
    if (this.erasing) this.erase(x, y, reach);
    else this.set(x, y);
  }

  private set(x: number, y: number): void {
    if (this.points.labels.length >= bounds.count.most) {
      setText(this.said, `That is ${bounds.count.most} points, as many as there may be.`);
      return;
    }
    this.points.x.push(Number(x.toFixed(3)), Number(y.toFixed(3)));
    this.points.labels.push(this.label);
    this.paint();
  }

  private erase(x: number, y: number, within: number): void {
    const kept = this.points.labels.map((_, index) => Math.hypot((this.points.x[2 * index] as number) - x, (this.points.x[2 * index + 1] as number) - y) > within);
    this.points = {
      ...this.points,
      x: this.points.x.filter((_, index) => kept[Math.floor(index / 2)]),
      labels: this.points.labels.filter((_, index) => kept[index]),
    };
    this.paint();
  }

  private clear(): void {
    this.remember();
    this.put({ ...this.points, x: [], labels: [] });
    this.change(this.points);
  }

  private key(event: KeyboardEvent): void {
    const moves: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const move = moves[event.key];
    const digit = Number(event.key);
    this.cursor ??= [0, 0];
    if (move) {
      const size = { least: -this.range + keyStep, most: this.range - keyStep };
      this.cursor = [clamp(this.cursor[0] + keyStep * move[0], size), clamp(this.cursor[1] + keyStep * move[1], size)];
      this.paint();
    } else if (event.key === "z" && (event.ctrlKey || event.metaKey)) {
      this.undo();
    } else if (event.key === " " || event.key === "Enter") {
      this.remember();
      this.set(...this.cursor);
      this.change(this.points);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.remember();
      this.erase(...this.cursor, reach);
      this.change(this.points);
    } else if (digit >= 1 && digit <= mostClasses) {
      this.choose(digit - 1);
      this.paint();
    } else return;
    event.preventDefault();
    setText(this.said, `Pen at ${this.cursor[0].toFixed(2)}, ${this.cursor[1].toFixed(2)}, class ${this.label + 1}; ${this.points.labels.length} points.`);
  }

  private paint(): void {
    const context = this.canvas.getContext("2d");
    const size = this.canvas.width;
    if (!context || size === 0) return;
    const colours = palette();
    const scale = devicePixelRatio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = colours.surface;
    context.fillRect(0, 0, size, size);
    context.strokeStyle = colours.line;
    context.lineWidth = scale;
    context.beginPath();
    context.moveTo(size / 2, 0);
    context.lineTo(size / 2, size);
    context.moveTo(0, size / 2);
    context.lineTo(size, size / 2);
    context.stroke();
    const place = (value: number): number => ((value + this.range) / (2 * this.range)) * size;
    this.points.labels.forEach((label, index) => {
      trace(context, label, place(this.points.x[2 * index] as number), size - place(this.points.x[2 * index + 1] as number), 3.4 * scale);
      context.fillStyle = classColour(label);
      context.fill();
    });
    if (this.cursor) {
      trace(context, this.label, place(this.cursor[0]), size - place(this.cursor[1]), 6 * scale);
      context.strokeStyle = colours.text;
      context.lineWidth = 2 * scale;
      context.stroke();
    }
  }
}

const copied = (points: OwnPoints): OwnPoints => ({ ...points, x: [...points.x], labels: [...points.labels] });

const same = (a: OwnPoints, b: OwnPoints): boolean => a.x.join() === b.x.join() && a.labels.join() === b.labels.join();

/** A class's shape in its colour. */
function shapeIcon(label: number): HTMLCanvasElement {
  const size = 16;
  const icon = html("canvas", { width: 2 * size, height: 2 * size, class: "shape-icon", "aria-hidden": "true" });
  const context = icon.getContext("2d");
  if (context) {
    trace(context, label, size, size, 0.62 * size);
    context.fillStyle = classColour(label);
    context.fill();
  }
  return icon;
}
