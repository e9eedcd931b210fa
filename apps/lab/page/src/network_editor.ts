// The net as a diagram that is edited where it stands: drag a layer's handle or use the buttons beneath it, and click a unit to
// change its weights.
import { bounds, clamp, within } from "./configuration";
import { button, html, setOff, setText } from "./dom";
import type { HiddenLayer, Tensor } from "./engine/api";
import { fitCanvas } from "./fit_canvas";
import { parse, plain } from "./numbers";
import { columnsOfNet, networkHeight, paintNetwork, unitPlaces } from "./network_picture";
import { sentence, type Session } from "./session";
import { UnitPanel, weightsInWords, type Unit } from "./unit_panel";
import { picturesOf, unitResolution } from "./unit_pictures";

export interface Diagram {
  hidden: HiddenLayer[];
  classes: number;
  weights: Tensor[];
  /** For every hidden layer the units that the next step drops of its first example; null where none can be. */
  masks: (ArrayLike<number> | null)[];
}

const pixelsAUnit = 7;
const reach = 6; // of a pointer beyond a unit

export class NetworkEditor {
  readonly node: HTMLElement;
  private readonly canvas = html("canvas", { class: "network", role: "application", tabindex: 0 });
  private readonly readout = html("p", { class: "readout", "aria-live": "polite" });
  private readonly panel: UnitPanel;
  private readonly columns = html("div", { class: "network-columns" });
  private readonly add: HTMLButtonElement;
  private hidden: HiddenLayer[] = [];
  private shape = "";
  private layers: { node: HTMLElement; show: (layer: HiddenLayer) => void }[] = [];
  private diagram: Diagram | null = null;
  private units: Tensor[] = [];
  private pictures: HTMLCanvasElement[] = [];
  /** The weights whose units are pictured. */
  private pictured: Tensor[] | null = null;
  private visible = false;
  /** The engine is asked for the units. */
  asking = false;
  private pointed: Unit | null = null;
  private chosen: Unit | null = null;

  constructor(
    private readonly session: Session,
    private readonly change: (hidden: HiddenLayer[]) => void,
  ) {
    this.add = button("Add a hidden layer", () => this.apply([...this.hidden, { width: 8, keepProb: this.hidden[this.hidden.length - 1]?.keepProb ?? 0.8 }]), { class: "add-layer" });
    this.panel = new UnitPanel(session, () => {
      this.choose(null);
      this.canvas.focus();
    });
    const picture = html("div", { class: "network-picture" }, this.canvas, this.columns);
    this.node = html("div", { class: "network-editor" }, picture, this.readout, this.panel.node, this.add);
    this.canvas.style.height = `${networkHeight}px`;
    fitCanvas(this.canvas, () => this.paint());
    new IntersectionObserver(([entry]) => {
      this.visible = entry?.isIntersecting === true;
      void this.refresh();
    }).observe(this.canvas);
    picture.addEventListener("pointermove", (event) => this.point(event.pointerType === "mouse" ? this.unitAt(event) : null));
    picture.addEventListener("pointerleave", () => this.point(null));
    picture.addEventListener("click", (event) => {
      const unit = this.unitAt(event);
      if (unit) this.choose(unit);
    });
    this.canvas.addEventListener("keydown", (event) => this.key(event));
  }

  show(hidden: HiddenLayer[], classes: number): void {
    this.hidden = hidden.map((layer) => ({ ...layer }));
    const shape = `${hidden.length}`;
    if (shape !== this.shape) this.build();
    this.shape = shape;
    this.hidden.forEach((layer, index) => this.layers[index]?.show(layer));
    setOff(this.add, hidden.length >= bounds.layers.most);
    const layers = hidden.map(({ width, keepProb }, index) => `hidden layer ${index + 1} of ${width} units, keep_prob ${keepProb}`);
    this.canvas.setAttribute("aria-label", `The net: 2 inputs, ${layers.concat(`${classes} classes`).join(", ")}. Arrow keys choose a hidden unit, Enter goes to its weights.`);
    if (this.diagram) this.draw({ ...this.diagram, hidden: this.hidden, classes });
  }

  /** Thousands of lines: painted anew only when they are others. */
  draw(diagram: Diagram): void {
    const old = this.diagram;
    this.diagram = diagram;
    const same = old?.weights === diagram.weights && old.masks === diagram.masks && old.classes === diagram.classes;
    if (same && JSON.stringify(old?.hidden) === JSON.stringify(diagram.hidden)) return;
    this.paint();
    this.choose(this.chosen);
    void this.refresh();
  }

  restyle(): void {
    this.showUnits(this.units);
  }

  /** Asks for the pictures of the weights on show, where they are looked at. */
  private async refresh(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    try {
      while (this.visible && this.diagram && this.pictured !== this.diagram.weights) {
        this.pictured = this.diagram.weights;
        this.showUnits(await this.session.units(unitResolution));
      }
    } catch (error) {
      this.session.onError(sentence(error));
    } finally {
      this.asking = false;
    }
  }

  private showUnits(units: Tensor[]): void {
    this.units = units;
    this.pictures = units.map(picturesOf);
    this.paint();
    this.choose(this.chosen);
  }

  /** The hidden unit under the pointer. */
  private unitAt({ clientX, clientY, target }: MouseEvent): Unit | null {
    if ((target as Element).closest("button, input, [role=slider]")) return null;
    const { left, top, width } = this.canvas.getBoundingClientRect();
    const columns = columnsOfNet(this.widths, width, networkHeight).slice(1, -1);
    for (const [layer, { x, radius, places }] of columns.entries()) {
      const distances = places.map((place) => Math.hypot(left + x + place.x - clientX, top + place.y - clientY));
      const nearest = Math.min(...distances);
      if (nearest <= radius + reach) return { layer, unit: distances.indexOf(nearest) };
    }
    return null;
  }

  private point(unit: Unit | null): void {
    const { pointed } = this;
    if (pointed?.layer === unit?.layer && pointed?.unit === unit?.unit) return;
    this.pointed = unit;
    this.paint();
  }

  /** None closes the panel; one that is no more is none. */
  private choose(unit: Unit | null): void {
    const width = this.hidden[unit?.layer ?? -1]?.width ?? 0;
    this.chosen = unit && unit.unit < width ? unit : null;
    this.panel.show(this.chosen);
    this.panel.setPictures(this.pictures[this.chosen?.layer ?? -1]);
  }

  private key(event: KeyboardEvent): void {
    const moves: Record<string, [layers: number, units: number]> = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
    const move = moves[event.key];
    if (event.altKey || this.hidden.length === 0 || (!move && event.key !== "Enter")) return;
    event.preventDefault();
    if (!move) {
      this.choose(this.chosen ?? { layer: 0, unit: 0 });
      this.panel.focus();
      return;
    }
    const from = this.chosen;
    const layer = from ? clamp(from.layer + move[0], { least: 0, most: this.hidden.length - 1 }) : 0;
    const unit = from ? clamp(from.unit + move[1], { least: 0, most: (this.hidden[layer] as HiddenLayer).width - 1 }) : 0;
    this.choose({ layer, unit });
    this.point({ layer, unit });
  }

  private get widths(): number[] {
    return [2, ...this.hidden.map(({ width }) => width), this.diagram?.classes ?? 2];
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
        const { radius, places } = unitPlaces(layer.width, networkHeight, networkHeight);
        handle.style.top = `${Math.min(networkHeight - 14, (places[places.length - 1]?.y ?? 0) + radius + 2)}px`;
        setOff(fewer, layer.width <= bounds.width.least);
        setOff(more, layer.width >= bounds.width.most);
      },
    };
  }

  private paint(): void {
    if (!this.diagram) return;
    const { weights, masks } = this.diagram;
    const { widths, pictures, pointed } = this;
    setText(this.readout, pointed ? weightsInWords(weights, pointed) : "");
    paintNetwork(this.canvas, { widths, weights, masks, height: networkHeight, pictures, pointed: pointed ? { column: pointed.layer + 1, unit: pointed.unit } : undefined });
  }
}
