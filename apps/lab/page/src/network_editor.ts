// The net as a diagram that is edited where it stands: drag a layer's handle or use the buttons beneath it.
import { bounds, clamp, within } from "./configuration";
import { button, html, setOff, setText } from "./dom";
import type { HiddenLayer, Tensor } from "./engine/api";
import { fitCanvas } from "./fit_canvas";
import { parse, plain } from "./numbers";
import { networkHeight, paintNetwork, unitPlaces } from "./network_picture";

export interface Diagram {
  hidden: HiddenLayer[];
  classes: number;
  weights: Tensor[];
  /** For every hidden layer the units that the next step drops of its first example; null where none can be. */
  masks: (ArrayLike<number> | null)[];
}

const pixelsAUnit = 7;

export class NetworkEditor {
  readonly node: HTMLElement;
  private readonly canvas = html("canvas", { class: "network", role: "img" });
  private readonly columns = html("div", { class: "network-columns" });
  private readonly add: HTMLButtonElement;
  private hidden: HiddenLayer[] = [];
  private shape = "";
  private layers: { node: HTMLElement; show: (layer: HiddenLayer) => void }[] = [];
  private diagram: Diagram | null = null;

  constructor(private readonly change: (hidden: HiddenLayer[]) => void) {
    this.add = button("Add a hidden layer", () => this.apply([...this.hidden, { width: 8, keepProb: this.hidden[this.hidden.length - 1]?.keepProb ?? 0.8 }]), { class: "add-layer" });
    this.node = html("div", { class: "network-editor" }, html("div", { class: "network-picture" }, this.canvas, this.columns), this.add);
    this.canvas.style.height = `${networkHeight}px`;
    fitCanvas(this.canvas, () => this.paint());
  }

  show(hidden: HiddenLayer[], classes: number): void {
    this.hidden = hidden.map((layer) => ({ ...layer }));
    const shape = `${hidden.length}`;
    if (shape !== this.shape) this.build();
    this.shape = shape;
    this.hidden.forEach((layer, index) => this.layers[index]?.show(layer));
    setOff(this.add, hidden.length >= bounds.layers.most);
    const layers = hidden.map(({ width, keepProb }, index) => `hidden layer ${index + 1} of ${width} units, keep_prob ${keepProb}`);
    this.canvas.setAttribute("aria-label", `The net: 2 inputs, ${layers.concat(`${classes} classes`).join(", ")}.`);
    if (this.diagram) this.draw({ ...this.diagram, hidden: this.hidden, classes });
  }

  /** Thousands of lines: painted anew only when they are others. */
  draw(diagram: Diagram): void {
    const old = this.diagram;
    this.diagram = diagram;
    const same = old?.weights === diagram.weights && old.masks === diagram.masks && old.classes === diagram.classes;
    if (!same || JSON.stringify(old?.hidden) !== JSON.stringify(diagram.hidden)) this.paint();
  }

  restyle(): void {
    this.paint();
  }

  private apply(hidden: HiddenLayer[]): void {
    this.change(hidden);
  }

  private put(index: number, change: Partial<HiddenLayer>): void {
    this.apply(this.hidden.map((layer, position) => (position === index ? { ...layer, ...change } : layer)));
  }

  private build(): void {
    const focused = this.focusedColumn();
    const columns = this.hidden.map((_, index) => this.column(index));
    this.layers = columns;
    this.columns.classList.toggle("many", this.hidden.length > 3);
    this.columns.style.setProperty("--columns", String(this.hidden.length + 2));
    this.columns.replaceChildren(
      html("div", { class: "layer-column" }, html("div", { class: "layer-room" }), html("span", { class: "layer-name" }, "x")),
      ...columns.map(({ node }) => node),
      html("div", { class: "layer-column" }, html("div", { class: "layer-room" }), html("span", { class: "layer-name" }, "classes")),
    );
    if (focused) (this.likeIt(focused) ?? this.add).focus();
  }

  /** The column that has the focus, and which of its controls does. */
  private focusedColumn(): { column: number; control: string } | null {
    const { activeElement } = document;
    const column = this.layers.findIndex(({ node }) => node.contains(activeElement));
    return column < 0 ? null : { column, control: (activeElement as Element).className };
  }

  /** The same control of the layer that stands there now, or of the last one. */
  private likeIt({ column, control }: { column: number; control: string }): HTMLElement | null {
    const node = this.layers[Math.min(column, this.layers.length - 1)]?.node;
    return [...(node?.querySelectorAll<HTMLElement>("button, input, [role=slider]") ?? [])].find((one) => one.className === control) ?? null;
  }

  private column(index: number): { node: HTMLElement; show: (layer: HiddenLayer) => void } {
    const name = `hidden layer ${index + 1}`;
    const setWidth = (width: number): void => {
      const held = clamp(Math.round(width), bounds.width);
      if (held !== this.hidden[index]?.width) this.put(index, { width: held });
    };
    const width = (): number => this.hidden[index]?.width ?? 1;
    const handle = html("div", {
      class: "layer-handle",
      role: "slider",
      tabindex: 0,
      "aria-label": `Units of ${name}`,
      "aria-orientation": "vertical",
      "aria-valuemin": bounds.width.least,
      "aria-valuemax": bounds.width.most,
      title: "Drag down for more units, up for fewer",
    });
    handle.addEventListener("keydown", (event) => {
      const moves: Record<string, number> = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 8, PageDown: -8, Home: -Infinity, End: Infinity };
      const move = moves[event.key];
      if (move === undefined) return;
      event.preventDefault();
      setWidth(clamp(width() + move, bounds.width));
    });
    handle.addEventListener("pointerdown", (event) => {
      const start = { y: event.clientY, width: width() };
      handle.setPointerCapture(event.pointerId);
      const move = (moved: PointerEvent): void => setWidth(start.width + (moved.clientY - start.y) / pixelsAUnit);
      const end = (): void => {
        handle.removeEventListener("pointermove", move);
        handle.removeEventListener("pointerup", end);
        handle.removeEventListener("pointercancel", end);
      };
      handle.addEventListener("pointermove", move);
      handle.addEventListener("pointerup", end);
      handle.addEventListener("pointercancel", end);
    });
    const fewer = button("\u2212", () => setWidth(width() - 1), { "aria-label": `One unit fewer in ${name}`, class: "small fewer" });
    const more = button("+", () => setWidth(width() + 1), { "aria-label": `One unit more in ${name}`, class: "small more" });
    const units = html("input", { type: "text", inputmode: "numeric", class: "units", "aria-label": `Number of units of ${name}`, autocomplete: "off" });
    units.addEventListener("change", () => {
      const typed = parse(units.value);
      if (typed !== null && within(typed, bounds.width)) setWidth(typed);
      else units.value = String(width());
    });
    const keep = html("input", {
      type: "range", min: bounds.keepProb.least, max: 1, step: 0.05, class: "keep", "aria-label": `keep_prob of ${name}`,
      input: () => this.put(index, { keepProb: Number(keep.value) }),
    });
    const keepText = html("span", { class: "keep-text" });
    const remove = button("\u00d7", () => this.apply(this.hidden.filter((_, position) => position !== index)), {
      "aria-label": `Remove ${name}`, class: "small remove",
    });
    const node = html(
      "div",
      { class: "layer-column", role: "group", "aria-label": name },
      html("div", { class: "layer-room" }, handle),
      html("span", { class: "stepper" }, fewer, units, more),
      html("span", { class: "keep-row" }, keep, keepText),
      remove,
    );
    let shown = 0;
    return {
      node,
      show: (layer) => {
        // What is being typed stays when the nets of an earlier change arrive.
        if (layer.width !== shown) units.value = String(layer.width);
        shown = layer.width;
        keep.value = String(layer.keepProb);
        setText(keepText, `keep ${plain(layer.keepProb)}`);
        handle.setAttribute("aria-valuenow", String(layer.width));
        const { radius, places } = unitPlaces(layer.width, networkHeight);
        handle.style.top = `${Math.min(networkHeight - 14, (places[places.length - 1]?.y ?? 0) + radius + 2)}px`;
        setOff(fewer, layer.width <= bounds.width.least);
        setOff(more, layer.width >= bounds.width.most);
      },
    };
  }

  private paint(): void {
    if (!this.diagram) return;
    const { hidden, classes, weights, masks } = this.diagram;
    paintNetwork(this.canvas, { widths: [2, ...hidden.map((layer) => layer.width), classes], weights, masks, height: networkHeight });
  }
}
