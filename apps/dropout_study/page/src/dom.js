// Strings of the study become text nodes and attribute values only, so that no data can turn into markup.

function make(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export const element = (tag, attributes = {}, ...children) => make(document.createElement(tag), attributes, children);

export const svg = (tag, attributes = {}, ...children) =>
  make(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

/** A box that scrolls by itself, by keyboard too, so that wide content does not widen the page. */
export const scrolling = (labelledby, content) =>
  element("div", { class: "scroll", role: "region", tabindex: "0", "aria-labelledby": labelledby }, content);

/**
 * A table in its own scrolling box. `columns` are headings; each row is a list of cells, of which the first `heads`
 * name the row. A cell is a string or {text, share}: a share in [0, 1] colours it.
 */
export function table(id, caption, columns, rows, heads = 1) {
  const cell = (content, column) => {
    const { text, share } = typeof content === "string" ? { text: content } : content;
    const made = element(column < heads ? "th" : "td", column < heads ? { scope: "row" } : {}, text);
    if (share !== undefined) made.style.setProperty("--share", share);
    return made;
  };
  return scrolling(
    `${id}-caption`,
    element(
      "table",
      { id },
      element("caption", { id: `${id}-caption` }, element("span", {}, caption)),
      element("thead", {}, element("tr", {}, ...columns.map((name) => element("th", { scope: "col" }, name)))),
      element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map(cell)))),
    ),
  );
}
