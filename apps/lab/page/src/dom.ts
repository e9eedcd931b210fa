// Small helpers to make elements: the page needs no framework.

export type Child = Node | string | null;
type Listener = (event: never) => void;
export type Attributes = Record<string, string | number | boolean | undefined | Listener>;

function dress(node: Element, attributes: Attributes, children: Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value as unknown as EventListener);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child): child is Node | string => child !== null));
}

/** A function as an attribute listens to the event of that name. */
export function html<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  dress(node, attributes, children);
  return node;
}

export function svg<K extends keyof SVGElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): SVGElementTagNameMap[K] {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  dress(node, attributes, children);
  return node;
}

export function button(label: string, press: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const node = html("button", { type: "button", ...attributes }, label);
  node.addEventListener("click", () => {
    if (node.getAttribute("aria-disabled") !== "true") press();
  });
  return node;
}

/** The keys that take back what was done last. */
export const isUndo = ({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): boolean => key === "z" && (ctrlKey || metaKey) && !shiftKey;

/** A button that is off keeps the focus: the browser would send it to the top of the page. */
export const setOff = (node: HTMLButtonElement, off: boolean): void => node.setAttribute("aria-disabled", String(off));

/** Writes only what differs, so that a text drawn 60 times a second costs nothing while it stays. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

let made = 0;
export const freshId = (prefix: string): string => `${prefix}-${++made}`;
