// One net's answers over the plane, with the points it learns from and those it is judged by.
import type { Points } from "./engine/api";
import { fitCanvas } from "./fit_canvas";
import { html } from "./dom";
import { classColour, mix, palette, rgb, trace } from "./palette";
import type { Boundary } from "./session";

export class BoundaryCanvas {
  readonly node = html("canvas", { class: "boundary", role: "img" });
  private readonly grid = document.createElement("canvas");
  private readonly pointsLayer = document.createElement("canvas");
  private boundary: Boundary | null = null;
  private points: { train: Points; validation: Points; range: number } | null = null;
  private pixels: ImageData | null = null;

  constructor(onResize: () => void) {
    fitCanvas(this.node, () => {
      this.drawPoints();
      onResize();
    });
  }

  setPoints(train: Points, validation: Points, range: number): void {
    this.points = { train, validation, range };
    this.drawPoints();
  }

  /** Draws everything anew in other colours. */
  restyle(): void {
    this.drawPoints();
    if (this.boundary) this.draw(this.boundary);
  }

  draw(boundary: Boundary): void {
    this.boundary = boundary;
    const context = this.node.getContext("2d");
    if (!context || !this.points || this.node.width === 0) return;
    this.fillGrid(boundary, this.points.train.classes);
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "low";
    context.drawImage(this.grid, 0, 0, this.node.width, this.node.height);
    context.drawImage(this.pointsLayer, 0, 0);
  }

  private fillGrid({ resolution, classes, confidence }: Boundary, count: number): void {
    if (this.pixels?.width !== resolution) {
      this.grid.width = this.grid.height = resolution;
      this.pixels = new ImageData(resolution, resolution);
    }
    const { data } = this.pixels;
    const colours = palette();
    const ground = rgb(colours.surface);
    // 33 shades of each class, from not sure to certain
    const shades = Array.from({ length: count }, (_, label) =>
      Array.from({ length: 33 }, (_, level) => mix(ground, rgb(classColour(label)), 0.06 + (level / 32) * (colours.dark ? 0.38 : 0.48))),
    );
    const least = 1 / count;
    for (let cell = 0; cell < classes.length; ++cell) {
      const sure = ((confidence[cell] as number) - least) / (1 - least);
      const level = Math.round(32 * Math.min(1, Math.max(0, sure)));
      const shade = shades[classes[cell] as number]?.[level] ?? ground;
      data[4 * cell] = shade[0];
      data[4 * cell + 1] = shade[1];
      data[4 * cell + 2] = shade[2];
      data[4 * cell + 3] = 255;
    }
    this.grid.getContext("2d")?.putImageData(this.pixels, 0, 0);
  }

  private drawPoints(): void {
    const { width, height } = this.node;
    this.pointsLayer.width = width;
    this.pointsLayer.height = height;
    const context = this.pointsLayer.getContext("2d");
    if (!context || !this.points || width === 0) return;
    drawPoints(context, this.points, width);
  }
}

/** Training points are filled, validation points hollow. */
function drawPoints(
  context: CanvasRenderingContext2D,
  { train, validation, range }: { train: Points; validation: Points; range: number },
  size: number,
): void {
  const colours = palette();
  const scale = devicePixelRatio;
  const total = train.labels.length + validation.labels.length;
  const radius = scale * Math.min(4.6, Math.max(2.1, (size / scale / 400) * 4.6 * Math.min(1, Math.sqrt(300 / total))));
  const place = (value: number): number => ((value + range) / (2 * range)) * size;
  const each = (points: Points, draw: (label: number) => void): void => {
    points.labels.forEach((label, index) => {
      trace(context, label, place(points.x[2 * index] as number), size - place(points.x[2 * index + 1] as number), radius);
      draw(label);
    });
  };
  each(validation, (label) => {
    context.fillStyle = colours.surface;
    context.fill();
    context.lineWidth = 1.5 * scale;
    context.strokeStyle = classColour(label);
    context.stroke();
  });
  each(train, (label) => {
    context.fillStyle = classColour(label);
    context.fill();
    context.lineWidth = scale;
    context.strokeStyle = colours.dark ? colours.text : colours.surface;
    context.stroke();
  });
}
