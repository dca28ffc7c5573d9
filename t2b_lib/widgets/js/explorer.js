// The gradient explorer: slide interval B across A, and see the share of A in B and its gradient.

import { html, OWN_KEYS, place, setText, svg } from "./dom.js";
import { niceTicks } from "./stage.js";
import { clamp, tidy } from "./text.js";
import { exactShare, softShare } from "./trainer/loss.js";

const [FROM, TO, STEP] = [-2.5, 2.5, 0.01]; // of B's lower edge; A reaches from 0 to 1
const INTERSECTION = 1e-4;
const MARGIN = { left: 46, right: 12 };
// Top and height of the three rows, and the values that the two curves reach.
const ROWS = { boxes: [6, 70], share: [92, 130, [0, 1]], gradient: [246, 130, [-1.1, 1.1]] };
const HEIGHT = 400;

/** Share of A = [0, 1] in B = [lower, lower + 1], and its derivative as B moves; 0: exact. */
export function shareAt(lower, temperature) {
  const slopes = new Float64Array(4);
  const ends = [0, 1, lower, lower + 1];
  const share = temperature
    ? softShare(...ends, slopes, { ti: INTERSECTION, tv: temperature })
    : exactShare(...ends, slopes);
  return [share, slopes[2] + slopes[3]];
}

const number = (value) =>
  value !== 0 && Math.abs(value) < 5e-4 ? value.toExponential(0) : value.toFixed(3);

const title = (temperature) => (temperature ? `soft, T = ${temperature}` : "exact");

function render({ model, el }) {
  const temperatures = [...model.get("temperatures")];
  const root = html(el, "div", { class: "t2b-playground t2b-themed t2b-explorer" });
  const figure = svg(root, "svg", {
    role: "img",
    "aria-label": "Interval B slides across A: share of A in B, and its gradient, by B's position",
  });
  const axes = svg(figure, "g", { class: "t2b-axes", "aria-hidden": "true" });
  const [a, b] = ["A", "B"].map((name, k) => {
    const group = svg(figure, "g", { class: `t2b-box t2b-hue-${k}` });
    return [svg(group, "rect"), svg(group, "text", { class: "t2b-label t2b-label-pair" }, name)];
  });
  const curves = temperatures.map((_, k) => ({
    share: svg(figure, "polyline", { class: `t2b-line t2b-curve-${k}` }),
    gradient: svg(figure, "polyline", { class: `t2b-line t2b-curve-${k}` }),
    dots: [0, 1].map(() => svg(figure, "circle", { class: `t2b-dot t2b-curve-${k}`, r: 4.5 })),
  }));
  const cursor = svg(figure, "line", { class: "t2b-cursor" });

  const field = (label, attributes, change) => {
    const line = html(root, "label", { class: "t2b-field t2b-range" });
    html(line, "span", {}, label);
    const input = html(line, "input", { type: "range", ...attributes, ...OWN_KEYS });
    input.addEventListener("input", () => change(Number(input.value)));
    return input;
  };
  let lower = 1.4;
  const position = field("lower edge of B", { min: FROM, max: TO, step: 0.02 }, (value) => {
    lower = value;
    update();
  });
  const warmth = field("last temperature T", { min: 0.02, max: 1, step: 0.02 }, (value) => {
    temperatures[temperatures.length - 1] = tidy(value);
    draw();
  });
  const table = html(root, "table");
  const head = html(html(table, "thead"), "tr");
  for (const text of ["overlap", "share of A in B", "gradient"]) html(head, "th", { scope: "col" }, text);
  const body = html(table, "tbody");
  const rows = temperatures.map((_, k) => {
    const row = html(body, "tr");
    const name = html(row, "th", { scope: "row", class: `t2b-key t2b-curve-${k}` });
    return [name, html(row, "td"), html(row, "td")];
  });

  let width = 0;
  const x = (value) =>
    MARGIN.left + ((value - FROM) / (TO + 1 - FROM)) * (width - MARGIN.left - MARGIN.right);
  const y = (row, value) => {
    const [top, height, [low, high]] = ROWS[row];
    return top + ((high - clamp(value, low, high)) / (high - low)) * height;
  };

  function drawAxes() {
    axes.replaceChildren();
    for (const [row, ticks, name] of [
      ["share", [0, 0.5, 1], "share of A in B"],
      ["gradient", [-1, 0, 1], "gradient"],
    ]) {
      const [top] = ROWS[row];
      svg(axes, "text", { x: MARGIN.left, y: top - 5 }, name);
      for (const tick of ticks) {
        const level = y(row, tick);
        svg(axes, "line", { x1: MARGIN.left, x2: width - MARGIN.right, y1: level, y2: level });
        svg(axes, "text", { x: MARGIN.left - 6, y: level + 4, "text-anchor": "end" }, tick);
      }
    }
    for (const tick of niceTicks(FROM, TO, width / 90)) {
      svg(axes, "text", { x: x(tick), y: HEIGHT - 6, "text-anchor": "middle" }, String(tick));
    }
  }

  /** Everything: after a change of the width or of a temperature. */
  function draw() {
    if (!width) return;
    place(figure, { viewBox: `0 0 ${width} ${HEIGHT}`, height: HEIGHT });
    drawAxes();
    temperatures.forEach((temperature, k) => {
      const points = { share: [], gradient: [] };
      for (let at = FROM; at <= TO + 1e-9; at += STEP) {
        const [share, gradient] = shareAt(at, temperature);
        points.share.push(`${x(at).toFixed(1)},${y("share", share).toFixed(1)}`);
        points.gradient.push(`${x(at).toFixed(1)},${y("gradient", gradient).toFixed(1)}`);
      }
      for (const row of ["share", "gradient"]) {
        curves[k][row].setAttribute("points", points[row].join(" "));
      }
    });
    update();
  }

  /** What follows B. */
  function update() {
    if (!width) return;
    const [top, height] = ROWS.boxes;
    for (const [[rect, label], from, level] of [
      [a, 0, top],
      [b, lower, top + height / 2],
    ]) {
      place(rect, { x: x(from), y: level, width: x(from + 1) - x(from), height: height / 2 - 4 });
      place(label, { x: x(from) + 8, y: level + 21 });
    }
    place(cursor, { x1: x(lower), x2: x(lower), y1: top + height, y2: HEIGHT - 20 });
    temperatures.forEach((temperature, k) => {
      const [share, gradient] = shareAt(lower, temperature);
      place(curves[k].dots[0], { cx: x(lower), cy: y("share", share) });
      place(curves[k].dots[1], { cx: x(lower), cy: y("gradient", gradient) });
      const texts = [title(temperature), number(share), number(gradient)];
      texts.forEach((text, column) => setText(rows[k][column], text));
    });
    position.value = lower;
    warmth.value = temperatures.at(-1);
  }

  /** B follows the pointer, held where it was taken or by its middle. */
  let held = null;
  const valueAt = (event) => {
    const { left, width: shown } = figure.getBoundingClientRect();
    const px = ((event.clientX - left) * width) / shown;
    const share = (px - MARGIN.left) / (width - MARGIN.left - MARGIN.right);
    return FROM + share * (TO + 1 - FROM);
  };
  const move = (event) => {
    lower = tidy(clamp(Math.round((valueAt(event) - held) / 0.02) * 0.02, FROM, TO));
    update();
  };
  figure.addEventListener("pointerdown", (event) => {
    const grip = valueAt(event) - lower;
    held = grip >= 0 && grip <= 1 ? grip : 0.5;
    figure.setPointerCapture(event.pointerId);
    move(event);
  });
  figure.addEventListener("pointermove", (event) => held !== null && move(event));
  for (const end of ["pointerup", "pointercancel"]) {
    figure.addEventListener(end, () => (held = null));
  }

  const observer = new ResizeObserver(() => {
    if (root.clientWidth === width || root.clientWidth < 100) return;
    width = root.clientWidth;
    draw();
  });
  observer.observe(root);
  return () => observer.disconnect();
}

export default { render };
