// Pixels and units of a drawing, and what lies under a point of it.

import { boxAt } from "./overlap.js";
import { clamp, tidy } from "./text.js";

export function niceTicks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * (1 - 1e-9));
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) {
    ticks.push(tidy(k * step));
  }
  return ticks;
}

export const LABEL_LETTERS = 30;
export const MARGIN = { left: 40, right: 10, top: 10, bottom: 24 };

/** Pixels from units and back, for a drawing of a width and a height. */
export function createScale(limits, width, height) {
  const inner = {
    x: width - MARGIN.left - MARGIN.right,
    y: height - MARGIN.top - MARGIN.bottom,
  };
  const [[x0, x1], [y0, y1]] = limits;
  const perUnit = [inner.x / (x1 - x0), -inner.y / (y1 - y0)];
  return {
    width,
    height,
    x: (value) => MARGIN.left + (value - x0) * perUnit[0],
    y: (value) => MARGIN.top + (value - y1) * perUnit[1],
    units: (dx, dy) => [dx / perUnit[0], dy / perUnit[1]],
  };
}

export function rectangle(scale, box) {
  const [x, y] = [scale.x(box.lower[0]), scale.y(box.upper[1])];
  return { x, y, width: scale.x(box.upper[0]) - x, height: scale.y(box.lower[1]) - y };
}

/** At which part of a rectangle a point takes it: an edge or a corner (-1, +1), or null. */
function gripAt(rect, [px, py], reach) {
  const beyond =
    px < rect.x - reach ||
    px > rect.x + rect.width + reach ||
    py < rect.y - reach ||
    py > rect.y + rect.height + reach;
  if (beyond) return null;
  const end = (offset, length) => {
    // Inside, an edge reaches at most a third of the side, so that a small box keeps a body.
    const inner = Math.min(reach, length / 3);
    if (offset <= inner && offset <= length - offset) return -1;
    return length - offset <= inner ? 1 : 0;
  };
  const grip = [end(px - rect.x, rect.width), -end(py - rect.y, rect.height)];
  return grip[0] || grip[1] ? grip : null;
}

const CURSORS = { "0,0": "move", "1,0": "ew-resize", "0,1": "ns-resize", "1,1": "nesw-resize" };

export function cursorFor(grip) {
  if (grip[0] * grip[1] < 0) return "nwse-resize";
  return CURSORS[[Math.abs(grip[0]), Math.abs(grip[1])]];
}

/** The box under a point and the grip: edges of the selected box first, then the smallest box. */
export function hitTest(scene, scale, point, reach) {
  const selected = gripAt(rectangle(scale, boxAt(scene, scene.first)), point, reach);
  if (selected) return { i: scene.first, grip: selected };
  let hit = null;
  let smallest = Infinity;
  for (let i = 0; i < scene.lower.length; i++) {
    const rect = rectangle(scale, boxAt(scene, i));
    const [dx, dy] = [point[0] - rect.x, point[1] - rect.y];
    const inside = dx >= -3 && dy >= -3 && dx <= rect.width + 3 && dy <= rect.height + 3;
    const size = rect.width * rect.height;
    if (!inside || size > smallest || (size === smallest && i !== scene.first)) continue;
    smallest = size;
    hit = { i, grip: gripAt(rect, point, reach) ?? [0, 0] };
  }
  return hit;
}

/** Where a label goes: a corner inside its box, or above or below it, clear of other labels. */
export function findSpot(rect, text, scale, placed) {
  const [width, height] = [Math.min(text.length, LABEL_LETTERS) * 7.5 + 12, 20];
  const [left, bottom] = [MARGIN.left, scale.height - MARGIN.bottom];
  const right = scale.width - MARGIN.right;
  const inside = width <= rect.width && height <= rect.height;
  const [below, under] = [rect.y + rect.height - height, rect.y + rect.height];
  const candidates = inside
    ? [
        [rect.x, rect.y],
        [rect.x, below],
        [rect.x + rect.width - width, rect.y],
      ]
    : [];
  for (let rows = 0; rows < 5; rows++) {
    candidates.push([rect.x, rect.y - height * (rows + 1)], [rect.x, under + height * rows]);
  }
  const spots = candidates.map(([x, y]) => ({
    x: clamp(x, left, Math.max(left, right - width)),
    y: clamp(y, MARGIN.top, bottom - height),
    width,
    height,
  }));
  const clear = (spot) => placed.every((other) => !meet(spot, other));
  return spots.find(clear) ?? spots[0];
}

const meet = (p, q) =>
  p.x < q.x + q.width && q.x < p.x + p.width && p.y < q.y + q.height && q.y < p.y + p.height;
