// Points drawn by hand: with a pointer, or with the arrow keys and the space bar.
import { classColour, mostClasses, palette, shapeNames, trace } from "./palette";
import { edge, type OwnPoints } from "./csv";
import { bounds, clamp } from "./configuration";
import { button, html, setText } from "./dom";
import { fitCanvas } from "./fit_canvas";

const spacing = 0.06; // between the points of one stroke
const reach = 0.09; // of the eraser
const keyStep = 0.05;

export class DrawPad {
  readonly node: HTMLElement;
  private readonly canvas: HTMLCanvasElement;
  private readonly said = html("p", { class: "readout", role: "status" });
  private points: OwnPoints = { x: [], labels: [] };
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
      "aria-label": "Drawing area. Arrow keys move the pen, Space sets a point, Delete takes the nearest away, 1 to 5 choose the class.",
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
      button("Take all points away", () => this.clear(), { class: "quiet-button" }),
    );
    (this.tools[0] as HTMLInputElement).checked = true;
    fitCanvas(this.canvas, () => this.paint());
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.last = null;
      this.stroke(event);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (event.buttons & 1) this.stroke(event);
    });
    this.canvas.addEventListener("pointerup", () => this.change(this.points));
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
    this.points = { x: [...points.x], labels: [...points.labels] };
    this.range = points.x.reduce((most, value) => Math.max(most, Math.abs(value) * 1.04), edge);
    this.paint();
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
    if (Math.abs(x) > this.range || Math.abs(y) > this.range) return;
    if (this.erasing) {
      this.erase(x, y, reach);
      return;
    }
    if (this.last && Math.hypot(x - this.last[0], y - this.last[1]) < spacing) return;
    this.last = [x, y];
    this.set(x, y);
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
      x: this.points.x.filter((_, index) => kept[Math.floor(index / 2)]),
      labels: this.points.labels.filter((_, index) => kept[index]),
    };
    this.paint();
  }

  private clear(): void {
    this.show({ x: [], labels: [] });
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
    } else if (event.key === " " || event.key === "Enter") {
      this.set(...this.cursor);
      this.change(this.points);
    } else if (event.key === "Delete" || event.key === "Backspace") {
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
