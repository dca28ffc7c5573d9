// The loss by step, term by term, on a logarithmic scale.

import { html, place, setText, svg } from "../dom.js";
import { brief, clamp } from "../text.js";
import { TERMS } from "./loss.js";

const LINES = ["loss", ...TERMS];
const WORDS = {
  loss: "sum",
  overlap: "overlap",
  distance: "distance (L_D)",
  regularity: "unequal sides (R)",
  volume: "small volume (R)",
};
const [HEIGHT, LEFT, BOTTOM, TOP] = [150, 44, 20, 8];
const DEEPEST = 1e-4; // of the largest value, where the scale ends

/** Rows [step, terms ..., f1] of a history as columns of the lines. */
export const linesOf = (points) =>
  Object.fromEntries(
    LINES.map((name, k) => [
      name,
      points.map((row) => (k ? row[k] : row.slice(1, 1 + TERMS.length).reduce((a, b) => a + b, 0))),
    ]),
  );

/** Whole powers of ten [low, high] between which the positive values lie, down to DEEPEST. */
export function decades(columns) {
  const largest = Math.max(...columns.flat(), 1e-12);
  const smallest = Math.min(...columns.flat().filter((value) => value > largest * DEEPEST), largest);
  const high = Math.ceil(Math.log10(largest) + 1e-9);
  return [Math.min(Math.floor(Math.log10(smallest)), high - 1), high];
}

export function createCurve(parent) {
  const figure = html(parent, "div", { class: "t2b-curve" });
  const root = svg(figure, "svg", { role: "img", "aria-label": "The loss by step, term by term" });
  const axes = svg(root, "g", { class: "t2b-axes", "aria-hidden": "true" });
  const paths = Object.fromEntries(
    LINES.map((name) => [name, svg(root, "polyline", { class: `t2b-line t2b-${name}` })]),
  );
  const legend = html(figure, "p", { class: "t2b-legend" });
  const values = Object.fromEntries(
    LINES.map((name) => {
      const entry = html(legend, "span", { class: `t2b-key t2b-${name}` });
      html(entry, "span", {}, `${WORDS[name]} `);
      return [name, html(entry, "b")];
    }),
  );
  let width = 300;
  let drawn = "";

  /** Lines and labels of the axes, anew only where they change. */
  function drawAxes([low, high], last) {
    const key = `${width} ${low} ${high} ${last}`;
    if (key === drawn) return;
    drawn = key;
    axes.replaceChildren();
    const every = Math.ceil((high - low) / 4);
    for (let power = high; power >= low; power -= every) {
      const y = TOP + ((high - power) / (high - low)) * (HEIGHT - TOP - BOTTOM);
      svg(axes, "line", { x1: LEFT, x2: width, y1: y, y2: y });
      const text = power < -3 || power > 4 ? `1e${power}` : String(10 ** power);
      svg(axes, "text", { x: LEFT - 6, y: y + 4, "text-anchor": "end" }, text);
    }
    svg(axes, "text", { x: LEFT, y: HEIGHT - 4 }, "0");
    svg(axes, "text", { x: width, y: HEIGHT - 4, "text-anchor": "end" }, `step ${last}`);
  }

  function update(run) {
    const points = run.points();
    const columns = linesOf(points);
    const range = decades(Object.values(columns));
    const last = Math.max(points.at(-1)[0], 1);
    const [low, high] = range;
    drawAxes(range, last);
    const inner = HEIGHT - TOP - BOTTOM;
    for (const name of LINES) {
      const at = columns[name].map((value, k) => {
        const x = LEFT + (points[k][0] / last) * (width - LEFT);
        const level = value > 0 ? clamp((high - Math.log10(value)) / (high - low), 0, 1) : 1;
        return `${x.toFixed(1)},${(TOP + level * inner).toFixed(1)}`;
      });
      paths[name].setAttribute("points", at.join(" "));
      const now = name === "loss" ? run.now.loss : run.now.terms[name];
      setText(values[name], String(brief(now)));
    }
  }

  return {
    figure,
    update,
    resize(pixels) {
      width = Math.max(200, pixels);
      place(root, { viewBox: `0 0 ${width} ${HEIGHT}`, height: HEIGHT });
    },
  };
}
