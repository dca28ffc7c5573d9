// The heat map of all overlaps.

import { html, place, setText, svg } from "./dom.js";
import { SEVERAL } from "./drawing.js";
import { MISSING, SPURIOUS } from "./relations.js";
import { clamp, plural, share, shorten } from "./text.js";

/** Grey of a cell: white for 0, near black for 1. The style sheet turns it round on dark pages. */
const greyOf = (value) => Math.round(250 - 215 * clamp(value, 0, 1));

/** How the number on a cell is coloured: in the middle, black reads best on light and dark pages. */
function contrastWith(value) {
  if (value < 0.52) return "t2b-on-empty";
  return value > 0.615 ? "t2b-on-full" : "t2b-on-middle";
}

const OVERLAPS = {
  label: "the overlaps",
  caption: "Share of the row’s box that lies in the column’s",
};

const wordOf = (value) => (Number.isNaN(value) ? "not known" : share(value));

const MARK_COLOURS = { [MISSING]: [213, 94, 0, 255], [SPURIOUS]: [86, 180, 233, 255] };

/** A canvas of one pixel a cell; the style sheet enlarges it without smoothing. */
function createCells(parent, n, className) {
  const canvas = html(parent, "canvas", { class: className, width: n, height: n });
  const context = canvas.getContext("2d");
  const image = context.createImageData(n, n);
  return {
    canvas,
    set: (cell, colour) => image.data.set(colour, 4 * cell),
    show: () => context.putImageData(image, 0, 0),
  };
}

/**
 * A heat map of `scene.matrix`, NaN where nothing is known; `onPick(i, j)` is called for a cell off
 * the diagonal. `label` says what it shows, `caption` what a cell is.
 */
export function createHeatMap(parent, names, onPick, { label, caption } = OVERLAPS) {
  const n = names.length;
  const figure = html(parent, "div", { class: "t2b-heat" });
  const frame = html(figure, "div", {
    class: "t2b-heat-frame",
    role: "img",
    "aria-label": `Heat map of ${label} of ${plural(n, "box", "boxes")}`,
  });
  const shares = createCells(frame, n, "t2b-cells t2b-greys");
  const wrongs = createCells(frame, n, "t2b-cells");
  const overlay = svg(frame, "svg", { class: "t2b-heat-overlay", "aria-hidden": "true" });
  const below = html(figure, "div", { class: "t2b-caption" });
  const sentence = html(below, "span");
  const bar = html(below, "span", { class: "t2b-bar", "aria-hidden": "true" });
  html(bar, "span", {}, "0");
  html(bar, "span", { class: "t2b-ramp" });
  html(bar, "span", {}, "1");

  const withNames = n <= SEVERAL;
  const rowNames = withNames ? names.map(() => svg(overlay, "text")) : [];
  const columnNames = withNames ? names.map(() => svg(overlay, "text")) : [];
  const numbers = withNames ? Array.from({ length: n * n }, () => svg(overlay, "text")) : [];
  const outlines = [svg(overlay, "rect"), svg(overlay, "rect")];
  const bands = withNames
    ? []
    : [svg(overlay, "rect", { class: "t2b-band" }), svg(overlay, "rect", { class: "t2b-band" })];
  let left = 0;
  let cell = 1;
  let last = null;

  function resize(width) {
    const longest = Math.max(...names.map((name) => name.length));
    left = withNames ? clamp(longest * 7.5 + 10, 26, width * 0.38) : 0;
    const letters = Math.floor((left - 8) / 7.2);
    const side = Math.min(width - left, 340, n * 72);
    cell = side / n;
    // Column names stand upright where a cell has room for them, else on their side.
    const upright = longest * 7.5 + 8 <= cell;
    const top = withNames ? (upright ? 24 : left) : 0;
    frame.style.width = `${left + side}px`;
    frame.style.height = `${top + side}px`;
    for (const { canvas } of [shares, wrongs]) {
      canvas.style.left = `${left}px`;
      canvas.style.top = `${top}px`;
      canvas.style.width = canvas.style.height = `${side}px`;
    }
    overlay.setAttribute("viewBox", `${-left} ${-top} ${left + side} ${top + side}`);
    rowNames.forEach((node, i) => {
      setText(node, shorten(names[i], letters));
      place(node, { x: -6, y: cell * (i + 0.5) + 4, "text-anchor": "end" });
    });
    columnNames.forEach((node, j) => {
      const x = cell * (j + 0.5);
      setText(node, shorten(names[j], letters));
      place(
        node,
        upright
          ? { x, y: -8, "text-anchor": "middle" }
          : { x: 0, y: 0, transform: `translate(${x + 4} -6) rotate(-90)` },
      );
    });
    numbers.forEach((node, k) => {
      const [i, j] = [Math.floor(k / n), k % n];
      place(node, { x: cell * (j + 0.5), y: cell * (i + 0.5) + 4, "text-anchor": "middle" });
      node.style.display = cell >= 30 ? "" : "none";
    });
  }

  function paint(k, scene) {
    const value = scene.matrix[k];
    const grey = greyOf(value);
    shares.set(k, Number.isNaN(value) ? [0, 0, 0, 0] : [grey, grey, grey, 255]);
    const mark = scene.marks ? scene.marks[k] : 0;
    wrongs.set(k, MARK_COLOURS[mark] ?? [0, 0, 0, 0]);
    if (!withNames) return;
    setText(numbers[k], Number.isNaN(value) ? "" : value.toFixed(cell >= 44 ? 2 : 1));
    numbers[k].setAttribute("class", mark ? "t2b-on-middle" : contrastWith(value));
  }

  function outline(scene) {
    const { first, second } = scene;
    place(outlines[0], { class: "t2b-outline", x: second * cell, y: first * cell });
    place(outlines[1], { class: "t2b-outline", x: first * cell, y: second * cell });
    for (const node of outlines) place(node, { width: cell, height: cell });
    if (withNames) return;
    place(bands[0], { x: 0, y: first * cell, width: n * cell, height: cell });
    place(bands[1], { x: first * cell, y: 0, width: cell, height: n * cell });
  }

  function update(scene) {
    for (const i of scene.moved) {
      for (let j = 0; j < n; j++) {
        paint(i * n + j, scene);
        paint(j * n + i, scene);
      }
    }
    shares.show();
    wrongs.show();
    outline(scene);
    last = scene;
    describe(null);
  }

  function describe(picked) {
    setText(
      sentence,
      picked
        ? `${names[picked.i]} in ${names[picked.j]}: ${wordOf(last.matrix[picked.i * n + picked.j])}`
        : caption,
    );
  }

  function cellAt(event) {
    const rect = shares.canvas.getBoundingClientRect();
    const i = Math.floor(((event.clientY - rect.top) / rect.height) * n);
    const j = Math.floor(((event.clientX - rect.left) / rect.width) * n);
    return i >= 0 && j >= 0 && i < n && j < n ? { i, j } : null;
  }

  frame.addEventListener("pointermove", (event) => describe(cellAt(event)));
  frame.addEventListener("pointerleave", () => describe(null));
  frame.addEventListener("click", (event) => {
    const picked = cellAt(event);
    if (picked && picked.i !== picked.j) onPick(picked.i, picked.j);
  });
  return { figure, resize, update };
}
