// The drawing of boxes in the plane.

import { OWN_KEYS, place, svg } from "./dom.js";
import { boxAt } from "./overlap.js";
import { MISSING, SPURIOUS } from "./relations.js";
import { findSpot, LABEL_LETTERS, MARGIN, niceTicks, rectangle } from "./stage.js";
import { brief, clamp, plural, shorten } from "./text.js";

// A box has a colour of its own up to here; beyond, only the selected pair has.
const FEW = 7;
// Up to here every box is a stop of the Tab key, and every name fits beside the heat map.
export const SEVERAL = 12;

/** The hue of a box: a class, so that the style sheet decides the colour. */
export function hueOf(i, scene) {
  // Where relations are marked by colour, the boxes leave the colours to them.
  if (scene.lower.length <= FEW && !scene.marks) return `t2b-hue-${i}`;
  if (i === scene.first) return "t2b-hue-0";
  return i === scene.second ? "t2b-hue-1" : "t2b-hue-none";
}

export function createDrawing(parent, names, ids) {
  const root = svg(parent, "svg", {
    class: "t2b-drawing",
    role: "application",
    "aria-label": `Drawing of ${plural(names.length, "box", "boxes")}`,
    "aria-describedby": ids.help,
  });
  const hatch = svg(svg(root, "defs"), "pattern", {
    id: ids.hatch,
    class: "t2b-hatch",
    width: 7,
    height: 7,
    patternUnits: "userSpaceOnUse",
    patternTransform: "rotate(45)",
  });
  svg(hatch, "line", { x1: 0, y1: 0, x2: 0, y2: 7 });

  const axes = svg(root, "g", { class: "t2b-axes", "aria-hidden": "true" });
  const boxes = names.map((name, i) => {
    const role = { role: "button", "aria-roledescription": "box" };
    const group = svg(root, "g", { "data-box": i, ...role, ...OWN_KEYS });
    svg(group, "title", {}, name);
    svg(group, "rect");
    return group;
  });
  const shared = svg(root, "rect", { class: "t2b-shared", fill: `url(#${ids.hatch})` });
  const handles = svg(root, "g", { class: "t2b-handles", "aria-hidden": "true" });
  const grips = [-1, 0, 1].flatMap((gx) => [-1, 0, 1].map((gy) => [gx, gy]));
  const knobs = grips
    .filter(([gx, gy]) => gx || gy)
    .map((grip) => {
      const knob = svg(handles, "g", { class: grip[0] && grip[1] ? "t2b-corner" : "t2b-edge" });
      svg(knob, "rect", { x: -4.5, y: -4.5, width: 9, height: 9, rx: 2 });
      return { grip, knob };
    });
  const ring = svg(root, "rect", { class: "t2b-ring", rx: 5 });
  const labels = names.map((name) =>
    svg(root, "text", { "aria-hidden": "true" }, shorten(name, LABEL_LETTERS)),
  );

  function drawAxes(scale, limits) {
    axes.replaceChildren();
    const bottom = scale.height - MARGIN.bottom;
    const right = scale.width - MARGIN.right;
    for (const tick of niceTicks(...limits[0], scale.width / 90)) {
      const x = scale.x(tick);
      svg(axes, "line", { x1: x, x2: x, y1: MARGIN.top, y2: bottom });
      svg(axes, "text", { x, y: bottom + 16, "text-anchor": "middle" }, String(tick));
    }
    for (const tick of niceTicks(...limits[1], scale.height / 70)) {
      const y = scale.y(tick);
      svg(axes, "line", { class: "t2b-y", x1: MARGIN.left, x2: right, y1: y, y2: y });
      svg(axes, "text", { class: "t2b-y", x: MARGIN.left - 6, y: y + 4, "text-anchor": "end" }, String(tick));
    }
  }

  function resize(scale, limits) {
    place(root, { viewBox: `0 0 ${scale.width} ${scale.height}`, height: scale.height });
    drawAxes(scale, limits);
  }

  function drawBox(i, scene, scale) {
    const { lower, upper } = boxAt(scene, i);
    place(boxes[i].lastChild, rectangle(scale, { lower, upper }));
    const extent = (k) => `from ${brief(lower[k])} to ${brief(upper[k])}`;
    // Intervals are drawn in rows, whose height says nothing.
    const words = scene.inRows ? extent(0) : `x ${extent(0)}, y ${extent(1)}`;
    boxes[i].setAttribute("aria-label", `${names[i]}, ${words}`);
  }

  function drawRole(i, scene) {
    const role = { [scene.second]: "t2b-compared", [scene.first]: "t2b-selected" }[i] ?? "";
    const marks = scene.marks ? markClass(i, scene) : "";
    boxes[i].setAttribute("class", `t2b-box ${hueOf(i, scene)} ${role} ${marks}`);
    boxes[i].setAttribute("aria-pressed", String(i === scene.first));
    boxes[i].tabIndex = i === scene.first || names.length <= SEVERAL ? 0 : -1;
  }

  /** Names of the boxes, the selected pair's first; of many boxes only a few get theirs. */
  function drawLabels(scene, scale) {
    const { first, second, hovered } = scene;
    const pair = [...new Set([first, second])];
    const others = names.length > SEVERAL ? [hovered].filter((i) => i >= 0) : names.keys();
    const shown = new Set([...pair, ...others]);
    const placed = [];
    for (const i of shown) {
      const spot = findSpot(rectangle(scale, boxAt(scene, i)), names[i], scale, placed);
      placed.push(spot);
      const role = pair.includes(i) ? "t2b-label-pair" : "";
      place(labels[i], { class: `t2b-label ${role}`, x: spot.x + 6, y: spot.y + 15 });
    }
    labels.forEach((label, i) => (label.style.display = shown.has(i) ? "" : "none"));
  }

  function drawShared(scene, scale) {
    const [a, b] = [boxAt(scene, scene.first), boxAt(scene, scene.second)];
    const both = {
      lower: [0, 1].map((k) => Math.max(a.lower[k], b.lower[k])),
      upper: [0, 1].map((k) => Math.min(a.upper[k], b.upper[k])),
    };
    const touch = [0, 1].every((k) => both.upper[k] >= both.lower[k]);
    shared.style.display = touch && scene.first !== scene.second ? "" : "none";
    if (touch) place(shared, rectangle(scale, both));
  }

  function drawHandles(scene, scale) {
    const rect = rectangle(scale, boxAt(scene, scene.first));
    // The handles of a small box are small, or they would hide it.
    const size = clamp(Math.min(rect.width, rect.height) / 30, 0.5, 1);
    for (const { grip, knob } of knobs) {
      const x = rect.x + (rect.width * (grip[0] + 1)) / 2;
      const y = rect.y + (rect.height * (1 - grip[1])) / 2;
      const length = grip[0] ? rect.height : rect.width;
      knob.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${size})`);
      knob.style.display = (grip[0] && grip[1]) || length > 36 ? "" : "none";
    }
  }

  function drawRing(scene, scale) {
    const focused = boxes.findIndex((box) => box.matches(":focus-visible"));
    ring.style.display = focused < 0 ? "none" : "";
    if (focused < 0) return;
    const rect = rectangle(scale, boxAt(scene, focused));
    place(ring, {
      x: rect.x - 6,
      y: rect.y - 6,
      width: rect.width + 12,
      height: rect.height + 12,
    });
  }

  function update(scene, scale) {
    for (const i of scene.moved) drawBox(i, scene, scale);
    for (let i = 0; i < names.length; i++) drawRole(i, scene);
    drawLabels(scene, scale);
    drawShared(scene, scale);
    drawHandles(scene, scale);
    drawRing(scene, scale);
  }

  return { root, boxes, resize, update };
}

/** How box i is marked in the drawing: it stands in a wrong relation with the selected box. */
function markClass(i, scene) {
  const n = scene.lower.length;
  const marks = [scene.marks[scene.first * n + i], scene.marks[i * n + scene.first]];
  if (marks.includes(MISSING)) return "t2b-missing";
  return marks.includes(SPURIOUS) ? "t2b-spurious" : "";
}
