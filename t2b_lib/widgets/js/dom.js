// Elements of a page. Texts become text nodes, never HTML: a dataset may be called <script>.

const SVG = "http://www.w3.org/2000/svg";

// Notebook 7 gives a key to its own shortcuts first, unless the focused element itself says this.
export const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

/** Attributes: `onclick` and the like take a listener, `--name` a style; null leaves one out. */
function furnish(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name.startsWith("--")) node.style.setProperty(name, value);
    else if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** A new element that is not in the page yet. */
export const element = (tag, attributes = {}, ...children) =>
  furnish(document.createElement(tag), attributes, children);

/** A new element at the end of `parent`. */
export const html = (parent, tag, attributes = {}, ...children) =>
  parent.appendChild(element(tag, attributes, ...children));

/** A new SVG element at the end of `parent`. */
export const svg = (parent, tag, attributes = {}, ...children) =>
  parent.appendChild(furnish(document.createElementNS(SVG, tag), attributes, children));

/** Set attributes, numbers with two digits after the point. */
export function place(node, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    node.setAttribute(key, typeof value === "number" ? value.toFixed(2) : value);
  }
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
