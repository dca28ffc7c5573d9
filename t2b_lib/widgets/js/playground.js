// The box playground: drag boxes and watch their overlaps.
//
// One ES module for JupyterLab, Notebook, Colab and a page without a kernel. The boxes live in the
// widget's model (`lower`, `upper`); everything shown here is computed from them in the browser,
// so that it moves where no Python listens. `t2b_lib/boxes.py` has the same arithmetic.

const EULER_GAMMA = 0.5772156649015329;
const INTERSECTION_TEMPERATURE = 1e-4;
const SOFT_SIDE_FLOOR = 1e-13;
const ZERO_SIDE = 1e-19;

const MISSING = 1; // the truth has the relation, the boxes do not
const SPURIOUS = 2; // the boxes have it, the truth does not

// A box has a colour of its own up to here; beyond, only the selected pair has.
const FEW = 7;
// Up to here every box is a stop of the Tab key, and every name fits beside the heat map.
const SEVERAL = 12;

// ---------------------------------------------------------------------------------- overlaps

const softplus = (x, temperature) =>
  x > 20 * temperature ? x : temperature * Math.log1p(Math.exp(x / temperature));

const softMaximum = (p, q, temperature) =>
  Math.max(p, q) + temperature * Math.log1p(Math.exp(-Math.abs(p - q) / temperature));

const softSide = (side, temperature) =>
  softplus(side - 2 * EULER_GAMMA * INTERSECTION_TEMPERATURE, temperature) + SOFT_SIDE_FLOOR;

/** Side of the intersection of two intervals; negative where they do not meet. */
function sharedSide(lowerA, upperA, lowerB, upperB, temperature) {
  if (temperature === 0) return Math.min(upperA, upperB) - Math.max(lowerA, lowerB);
  const lower = softMaximum(lowerA, lowerB, INTERSECTION_TEMPERATURE);
  const upper = -softMaximum(-upperA, -upperB, INTERSECTION_TEMPERATURE);
  return upper - lower;
}

/** Share of interval A that lies in interval B; a flat A counts as inside or outside. */
function sideShare(lowerA, upperA, lowerB, upperB, temperature) {
  const shared = sharedSide(lowerA, upperA, lowerB, upperB, temperature);
  const own = upperA - lowerA;
  if (temperature > 0) return softSide(shared, temperature) / softSide(own, temperature);
  if (own <= ZERO_SIDE) return shared >= 0 ? 1 : 0;
  return Math.max(shared, 0) / own;
}

/** How much of box a lies in box b, |a ∩ b| / |a|. A box is {lower: [x, y], upper: [x, y]}. */
export function overlap(a, b, temperature = 0) {
  return (
    sideShare(a.lower[0], a.upper[0], b.lower[0], b.upper[0], temperature) *
    sideShare(a.lower[1], a.upper[1], b.lower[1], b.upper[1], temperature)
  );
}

/** The two areas whose ratio is the overlap: |a ∩ b| and |a|, soft above temperature 0. */
function areas(a, b, temperature) {
  const size = (side) => (temperature > 0 ? softSide(side, temperature) : Math.max(side, 0));
  let shared = 1;
  let own = 1;
  for (const k of [0, 1]) {
    const both = sharedSide(a.lower[k], a.upper[k], b.lower[k], b.upper[k], temperature);
    shared *= size(both);
    own *= size(a.upper[k] - a.lower[k]);
  }
  return { shared, own };
}

const boxAt = (scene, i) => ({ lower: scene.lower[i], upper: scene.upper[i] });

/** Bring an overlap matrix (row-major, [i, j] = share of i in j) up to date for the moved boxes. */
export function updateOverlaps(matrix, scene, moved) {
  const n = scene.lower.length;
  const isMoved = new Uint8Array(n);
  for (const i of moved) isMoved[i] = 1;
  for (const i of moved) {
    const box = boxAt(scene, i);
    for (let j = 0; j < n; j++) {
      const other = boxAt(scene, j);
      matrix[i * n + j] = overlap(box, other, scene.temperature);
      if (!isMoved[j]) matrix[j * n + i] = overlap(other, box, scene.temperature);
    }
  }
}

// ---------------------------------------------------------------------- relations and targets

/** Which relations differ from the truth. i lies in j where E_ij > threshold and E_ij > E_ji. */
export function updateMarks(marks, matrix, truth, threshold, moved) {
  const n = truth.length;
  const judge = (i, j) => {
    if (i === j || truth[i][j] === null) return 0;
    const share = matrix[i * n + j];
    const holds = share > threshold && share > matrix[j * n + i];
    if (holds === truth[i][j] > 0) return 0;
    return holds ? SPURIOUS : MISSING;
  };
  for (const i of moved) {
    for (let j = 0; j < n; j++) {
      marks[i * n + j] = judge(i, j);
      marks[j * n + i] = judge(j, i);
    }
  }
}

/** Counts of wrong relations, F1, and what changed since the start. */
export function tally(marks, startMarks, truth) {
  const n = truth.length;
  const counts = { missing: 0, spurious: 0, broken: 0, repaired: 0 };
  let held = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i === j || truth[i][j] === null) continue;
      const mark = marks[i * n + j];
      if (mark === MISSING) counts.missing++;
      else if (mark === SPURIOUS) counts.spurious++;
      else if (truth[i][j] > 0) held++;
      if (mark && !startMarks[i * n + j]) counts.broken++;
      if (!mark && startMarks[i * n + j]) counts.repaired++;
    }
  }
  counts.f1 = (2 * held) / (2 * held + counts.missing + counts.spurious);
  return counts;
}

/** The cells of a target matrix that ask for something, worst first once `off` is filled in. */
function listTargets(targets) {
  const goals = [];
  targets.forEach((row, i) =>
    row.forEach((value, j) => {
      if (i !== j && value !== null) goals.push({ i, j, value, now: 0, off: 0 });
    }),
  );
  return goals;
}

function updateTargets(goals, matrix, n) {
  for (const goal of goals) {
    goal.now = matrix[goal.i * n + goal.j];
    goal.off = Math.abs(goal.now - goal.value);
  }
  return Math.max(...goals.map((goal) => goal.off));
}

// Rounding must not keep a reader from a solution that lies exactly on the tolerance.
const within = (off, tolerance) => off <= tolerance + 1e-9;

// ------------------------------------------------------------------------------------- moving

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// 12 digits: 0.35 rather than 0.35000000000000003.
const tidy = (value) => Number(value.toPrecision(12));

const snap = (value, step) => tidy(Math.round(value / step) * step);

/**
 * One side of a box after a drag. grip 0: the whole side moves; -1, +1: its lower, its upper end.
 * Sides stay inside the limits and never turn inside out.
 */
function draggedSide([lower, upper], grip, distance, [low, high], step) {
  if (grip < 0) return [clamp(snap(lower + distance, step), low, upper), upper];
  if (grip > 0) return [lower, clamp(snap(upper + distance, step), lower, high)];
  const shift = clamp(snap(distance, step), low - lower, high - upper);
  return [tidy(lower + shift), tidy(upper + shift)];
}

/** A box after a drag by `distance` [x, y], taken at `grip` [x, y]; [0, 0] is the body. */
export function draggedBox(box, grip, distance, limits, steps) {
  const sides = [0, 1].map((k) =>
    grip[k] === 0 && grip[1 - k] !== 0
      ? [box.lower[k], box.upper[k]]
      : draggedSide([box.lower[k], box.upper[k]], grip[k], distance[k], limits[k], steps[k]),
  );
  return { lower: [sides[0][0], sides[1][0]], upper: [sides[0][1], sides[1][1]] };
}

/** A slider rounds to its steps when it is drawn: that moves no box. */
const settled = (value, current, step) =>
  Math.abs(value - current) <= step / 2 ? current : tidy(value);

function setBox(model, i, box) {
  const replace = (name, corner) => {
    const corners = model.get(name).slice();
    corners[i] = corner;
    return corners;
  };
  model.set({ lower: replace("lower", box.lower), upper: replace("upper", box.upper) });
}

/** Select box i; the box selected before becomes the one it is compared with. */
function select(model, i) {
  const first = model.get("first");
  if (i === first) return;
  model.set({ first: i, second: first });
  model.save_changes();
}

// ------------------------------------------------------------------------------ model in step

/**
 * Keep the traits that sliders and drop-downs are linked to in step with the boxes: `selected_x`
 * and `selected_y` are the extent of box `first`, and `second` is another box. Equal values are
 * no change for the model, so the two directions do not chase each other.
 */
function initialize({ model }) {
  const selected = () =>
    boxAt({ lower: model.get("lower"), upper: model.get("upper") }, model.get("first"));
  const followBoxes = () => {
    const { lower, upper } = selected();
    model.set({ selected_x: [lower[0], upper[0]], selected_y: [lower[1], upper[1]] });
  };
  const followSliders = () => {
    const sliders = [model.get("selected_x"), model.get("selected_y")];
    const steps = model.get("_steps");
    const ends = (side, corner) =>
      sliders.map((extent, k) => settled(extent[side], corner[k], steps[k]));
    const { lower, upper } = selected();
    setBox(model, model.get("first"), { lower: ends(0, lower), upper: ends(1, upper) });
    followBoxes();
  };
  let pair = [model.get("first"), model.get("second")];
  const followPair = () => {
    let next = [model.get("first"), model.get("second")];
    if (next[0] === next[1] && model.get("names").length > 1) next = [pair[1], pair[0]];
    pair = next;
    model.set({ first: next[0], second: next[1] });
    followBoxes();
  };
  model.on("change:lower", followBoxes);
  model.on("change:upper", followBoxes);
  model.on("change:first", followPair);
  model.on("change:second", followPair);
  model.on("change:selected_x", followSliders);
  model.on("change:selected_y", followSliders);
}

// ------------------------------------------------------------------------------ small helpers

const SVG = "http://www.w3.org/2000/svg";

function attach(parent, node, attributes, text) {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text; // never innerHTML: names are the reader's text
  parent.append(node);
  return node;
}

const html = (parent, tag, attributes = {}, text) =>
  attach(parent, document.createElement(tag), attributes, text);

const svg = (parent, tag, attributes = {}, text) =>
  attach(parent, document.createElementNS(SVG, tag), attributes, text);

// Notebook 7 gives a key to its own shortcuts first, unless the focused element itself says this.
const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

function place(node, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    node.setAttribute(key, typeof value === "number" ? value.toFixed(2) : value);
  }
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// A trained model's corners are not round numbers.
const brief = (value) => Number(value.toPrecision(4));

const share = (value) => value.toFixed(3);

const area = (value) =>
  value === 0 || (value >= 0.001 && value < 1000) ? value.toFixed(3) : value.toPrecision(2);

const shorten = (text, length) => (text.length > length ? text.slice(0, length - 1) + "…" : text);

const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;

/** The hue of a box: a class, so that the style sheet decides the colour. */
function hueOf(i, scene) {
  // Where relations are marked by colour, the boxes leave the colours to them.
  if (scene.lower.length <= FEW && !scene.marks) return `t2b-hue-${i}`;
  if (i === scene.first) return "t2b-hue-0";
  return i === scene.second ? "t2b-hue-1" : "t2b-hue-none";
}

function niceTicks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * (1 - 1e-9));
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) {
    ticks.push(tidy(k * step));
  }
  return ticks;
}

// -------------------------------------------------------------------------------- the drawing

const LABEL_LETTERS = 30;
const MARGIN = { left: 40, right: 10, top: 10, bottom: 24 };

/** Pixels from units and back, for a drawing of a width and a height. */
function createScale(limits, width, height) {
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

function rectangle(scale, box) {
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

function cursorFor(grip) {
  if (grip[0] * grip[1] < 0) return "nwse-resize";
  return CURSORS[[Math.abs(grip[0]), Math.abs(grip[1])]];
}

/** The box under a point and the grip: edges of the selected box first, then the smallest box. */
function hitTest(scene, scale, point, reach) {
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
function findSpot(rect, text, scale, placed) {
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

function createDrawing(parent, names, ids) {
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
      svg(axes, "line", { x1: MARGIN.left, x2: right, y1: y, y2: y });
      svg(axes, "text", { x: MARGIN.left - 6, y: y + 4, "text-anchor": "end" }, String(tick));
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
    boxes[i].setAttribute("aria-label", `${names[i]}, x ${extent(0)}, y ${extent(1)}`);
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

// ------------------------------------------------------------------------------- the heat map

/** Grey of a cell: white for 0, near black for 1. The style sheet turns it round on dark pages. */
const greyOf = (value) => Math.round(250 - 215 * clamp(value, 0, 1));

/** How the number on a cell is coloured: in the middle, black reads best on light and dark pages. */
function contrastWith(value) {
  if (value < 0.52) return "t2b-on-empty";
  return value > 0.615 ? "t2b-on-full" : "t2b-on-middle";
}

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

function createHeatMap(parent, names, onPick) {
  const n = names.length;
  const figure = html(parent, "div", { class: "t2b-heat" });
  const frame = html(figure, "div", {
    class: "t2b-heat-frame",
    role: "img",
    "aria-label": `Heat map of the overlaps of ${plural(n, "box", "boxes")}`,
  });
  const shares = createCells(frame, n, "t2b-cells t2b-greys");
  const wrongs = createCells(frame, n, "t2b-cells");
  const overlay = svg(frame, "svg", { class: "t2b-heat-overlay", "aria-hidden": "true" });
  const caption = html(figure, "div", { class: "t2b-caption" });
  const sentence = html(caption, "span");
  const bar = html(caption, "span", { class: "t2b-bar", "aria-hidden": "true" });
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
    shares.set(k, [grey, grey, grey, 255]);
    const mark = scene.marks ? scene.marks[k] : 0;
    wrongs.set(k, MARK_COLOURS[mark] ?? [0, 0, 0, 0]);
    if (!withNames) return;
    setText(numbers[k], cell >= 44 ? value.toFixed(2) : value.toFixed(1));
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
        ? `${names[picked.i]} in ${names[picked.j]}: ${share(last.matrix[picked.i * n + picked.j])}`
        : "Share of the row’s box that lies in the column’s",
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

// --------------------------------------------------------------------------------- the scores

/** The two overlaps of the selected pair. The rows keep the order of the boxes as they move. */
function createScores(parent, names) {
  const root = html(parent, "div", { class: "t2b-scores" });
  const title = html(root, "p", { class: "t2b-title" });
  const rows = (names.length > 1 ? [0, 1] : []).map(() => {
    const row = html(root, "div", { class: "t2b-score" });
    const text = html(row, "span", { class: "t2b-pair" });
    const parts = {
      inner: html(text, "span", { class: "t2b-name" }),
      link: text.appendChild(document.createTextNode(" in ")),
      outer: html(text, "span", { class: "t2b-name" }),
    };
    return {
      ...parts,
      value: html(row, "strong", { class: "t2b-value" }),
      meter: html(html(row, "span", { class: "t2b-meter", "aria-hidden": "true" }), "span"),
      ratio: html(row, "span", { class: "t2b-ratio" }),
    };
  });

  function drawRow(row, i, j, scene) {
    const value = scene.matrix[i * names.length + j];
    const { shared, own } = areas(boxAt(scene, i), boxAt(scene, j), scene.temperature);
    setText(row.inner, names[i]);
    setText(row.outer, names[j]);
    row.inner.className = `t2b-name ${hueOf(i, scene)}`;
    row.outer.className = `t2b-name ${hueOf(j, scene)}`;
    setText(row.value, share(value));
    row.meter.style.width = `${(100 * clamp(value, 0, 1)).toFixed(1)}%`;
    row.meter.className = hueOf(i, scene);
    setText(row.ratio, own > 0 ? `= ${area(shared)} / ${area(own)}` : "a flat box");
  }

  function update(scene) {
    if (names.length === 1) {
      setText(title, "One box has no other to overlap with.");
      return;
    }
    const soft = scene.temperature > 0;
    const text = soft
      ? `Soft overlap (T = ${tidy(scene.temperature)}): shared / own volume`
      : "Overlap: shared / own area";
    setText(title, text);
    const [i, j] = [scene.first, scene.second].sort((a, b) => a - b);
    drawRow(rows[0], i, j, scene);
    drawRow(rows[1], j, i, scene);
  }

  /** The same two values as a sentence, for a screen reader. */
  function sentence(scene) {
    if (names.length === 1) return "";
    const n = names.length;
    const [i, j] = [scene.first, scene.second];
    return (
      `${names[i]} in ${names[j]}: ${share(scene.matrix[i * n + j])}. ` +
      `${names[j]} in ${names[i]}: ${share(scene.matrix[j * n + i])}.`
    );
  }

  return { update, sentence };
}

// ---------------------------------------------------------------------------------- the modes

/** Mode "target": the overlaps asked for, how far off each is, and whether all are met. */
function createTargetTask(parent, names, model) {
  const goals = listTargets(model.get("_targets"));
  const tolerance = model.get("tolerance");
  const root = html(parent, "div", { class: "t2b-task" });
  const table = html(root, "table");
  const head = html(html(table, "thead"), "tr");
  for (const title of ["Make", "now", "target", ""]) html(head, "th", { scope: "col" }, title);
  const body = html(table, "tbody");
  const rows = goals.slice(0, SEVERAL).map(() => {
    const row = html(body, "tr");
    return { row, cells: [0, 1, 2, 3].map(() => html(row, "td")) };
  });
  const rest = goals.length - rows.length;
  if (rest > 0) html(root, "p", {}, `The ${rows.length} worst of ${goals.length} targets.`);
  const verdict = html(root, "p", { class: "t2b-verdict" });
  let error = Infinity;

  function update(scene) {
    error = updateTargets(goals, scene.matrix, names.length);
    const shown = rest > 0 ? [...goals].sort((a, b) => b.off - a.off) : goals;
    rows.forEach(({ row, cells }, k) => {
      const { i, j, value, now, off } = shown[k];
      const met = within(off, tolerance);
      row.className = met ? "t2b-met" : "t2b-unmet";
      setText(cells[0], `${names[i]} in ${names[j]}`);
      setText(cells[1], share(now));
      setText(cells[2], share(value));
      setText(cells[3], met ? "✓ met" : `${now < value ? "▲" : "▼"} ${share(off)} off`);
    });
    const solved = within(error, tolerance);
    root.classList.toggle("t2b-solved", solved);
    setText(verdict, sentence());
  }

  function sentence() {
    const rounded = `${share(error)}`;
    return within(error, tolerance)
      ? `✓ Solved: every overlap is within ${tolerance} of its target (remaining error ${rounded}).`
      : `Remaining error ${rounded}: the largest difference; solved at ${tolerance} or less.`;
  }

  return { update, sentence };
}

/** Mode "learned": how many relations differ from the truth, and which of the selected box do. */
function createLearnedTask(parent, names, truth) {
  const n = names.length;
  const root = html(parent, "div", { class: "t2b-task" });
  const summary = html(root, "p", { class: "t2b-verdict" });
  const change = html(root, "p");
  const heading = html(root, "p", { class: "t2b-title" });
  const list = html(root, "ul");
  const legend = html(root, "p", { class: "t2b-legend" });
  html(legend, "span", { class: "t2b-swatch t2b-missing" }, "missing: true, but the boxes lack it");
  html(legend, "span", { class: "t2b-swatch t2b-spurious" }, "spurious: untrue, but they show it");
  let counts = null;

  function wrongOfSelected(scene) {
    const wrong = [];
    const note = (i, j) => {
      const mark = scene.marks[i * n + j];
      if (!mark) return;
      const verb = mark === MISSING ? "should lie" : "should not lie";
      const value = share(scene.matrix[i * n + j]);
      wrong.push({ mark, text: `${names[i]} ${verb} in ${names[j]} (${value})` });
    };
    for (let j = 0; j < n; j++) {
      note(scene.first, j);
      note(j, scene.first);
    }
    return wrong;
  }

  function drawList(scene) {
    const wrong = wrongOfSelected(scene);
    setText(heading, `Wrong for ${names[scene.first]}: ${wrong.length || "nothing"}`);
    const lines = wrong.slice(0, 4);
    if (wrong.length > 4) lines.push({ mark: 0, text: `and ${wrong.length - 4} more` });
    while (list.children.length < lines.length) html(list, "li");
    while (list.children.length > lines.length) list.lastChild.remove();
    lines.forEach(({ mark, text }, k) => {
      setText(list.children[k], text);
      list.children[k].className =
        { [MISSING]: "t2b-missing", [SPURIOUS]: "t2b-spurious" }[mark] ?? "";
    });
  }

  function update(scene) {
    counts = tally(scene.marks, scene.startMarks, truth);
    setText(summary, sentence());
    const { broken, repaired } = counts;
    setText(
      change,
      broken || repaired
        ? `Since the start: ${broken} newly broken, ${repaired} repaired.`
        : "As the model left it. Move a box to see which relations break.",
    );
    drawList(scene);
  }

  function sentence() {
    const { missing, spurious, f1 } = counts;
    const score = Number.isNaN(f1) ? "" : ` F1 ${f1.toFixed(3)}.`;
    const wrong = plural(missing + spurious, "relation differs", "relations differ");
    return `${wrong} from the truth: ${missing} missing, ${spurious} spurious.${score}`;
  }

  return { update, sentence };
}

function createTask(parent, names, model) {
  const mode = model.get("mode");
  if (mode === "target") return createTargetTask(parent, names, model);
  if (mode === "learned") return createLearnedTask(parent, names, model.get("_truth"));
  return { update() {}, sentence: () => "" };
}

// ----------------------------------------------------------------------------------- gestures

/** Drags with mouse, pen or finger. `view` gives scene and scale, and runs work once a frame. */
function listenToPointers(drawing, model, view) {
  let drag = null;

  const pointOf = (event) => {
    const rect = drawing.root.getBoundingClientRect();
    const zoom = view.scale.width / rect.width;
    return [(event.clientX - rect.left) * zoom, (event.clientY - rect.top) * zoom];
  };
  const hit = (event) =>
    hitTest(view.scene, view.scale, pointOf(event), event.pointerType === "touch" ? 18 : 8);

  function moveTo(point) {
    const distance = view.scale.units(point[0] - drag.from[0], point[1] - drag.from[1]);
    const { limits, steps } = view.scene;
    setBox(model, drag.i, draggedBox(drag.box, drag.grip, distance, limits, steps));
    model.save_changes();
  }

  function hover(event) {
    const found = hit(event);
    drawing.root.style.cursor = found ? cursorFor(found.grip) : "default";
    view.hover(found ? found.i : -1);
  }

  drawing.root.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || drag) return;
    const found = hit(event);
    if (!found) return;
    event.preventDefault();
    drawing.root.setPointerCapture(event.pointerId);
    select(model, found.i);
    drawing.boxes[found.i].focus({ preventScroll: true });
    drawing.root.classList.add("t2b-pointing"); // who points needs no ring around the box
    const box = { lower: model.get("lower")[found.i], upper: model.get("upper")[found.i] };
    drag = { ...found, box, from: pointOf(event), pointer: event.pointerId };
  });

  // A finger on a box drags it; elsewhere it scrolls the page. (CSS cannot say so within an SVG.)
  drawing.root.addEventListener(
    "touchstart",
    (event) => {
      const [{ clientX, clientY }] = event.touches;
      if (hit({ clientX, clientY, pointerType: "touch" })) event.preventDefault();
    },
    { passive: false },
  );

  drawing.root.addEventListener("pointermove", (event) => {
    if (!drag) hover(event);
    else if (event.pointerId === drag.pointer) {
      const [point, own] = [pointOf(event), drag];
      view.schedule(() => drag === own && moveTo(point));
    }
  });

  drawing.root.addEventListener("pointerup", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    moveTo(pointOf(event));
    drag = null;
  });

  const cancel = () => {
    if (!drag) return;
    setBox(model, drag.i, drag.box);
    model.save_changes();
    drag = null;
  };
  drawing.root.addEventListener("pointercancel", cancel);
  drawing.root.addEventListener("pointerleave", () => view.hover(-1));
  drawing.root.addEventListener("focusout", () => drawing.root.classList.remove("t2b-pointing"));
  drawing.root.addEventListener("keydown", (event) => {
    drawing.root.classList.remove("t2b-pointing");
    if (event.key === "Escape") cancel();
  });
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

/** Arrow keys move the focused box, Shift + arrows resize it, Page Up and Down change the box. */
function listenToKeys(drawing, model, view) {
  const { root, boxes } = drawing;
  const indexOf = (event) => boxes.indexOf(event.target);

  function nudge(i, direction, resize) {
    const { limits, steps } = view.scene;
    const box = { lower: model.get("lower")[i], upper: model.get("upper")[i] };
    const distance = direction.map((sign, k) => 2 * sign * steps[k]);
    const grip = resize ? direction.map(Math.abs) : [0, 0];
    setBox(model, i, draggedBox(box, grip, distance, limits, steps));
    model.save_changes();
  }

  root.addEventListener("keydown", (event) => {
    const i = indexOf(event);
    if (i < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const turn = { PageDown: 1, PageUp: -1 }[event.key];
    if (event.key in ARROWS) nudge(i, ARROWS[event.key], event.shiftKey);
    else if (turn) boxes[(i + turn + boxes.length) % boxes.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  root.addEventListener("focusin", (event) => {
    if (indexOf(event) >= 0) select(model, indexOf(event));
    view.schedule();
  });
  root.addEventListener("focusout", () => view.schedule());
}

function createToolbar(parent, model) {
  const bar = html(parent, "div", { class: "t2b-toolbar" });
  const button = (text, change) =>
    html(bar, "button", { type: "button", ...OWN_KEYS }, text).addEventListener("click", () => {
      model.set(change());
      model.save_changes();
    });
  if (model.get("names").length > 1) {
    button("⇄ Swap", () => ({ first: model.get("second"), second: model.get("first") }));
  }
  button("↺ Reset", () => model.get("_start"));
}

// ----------------------------------------------------------------------------------- the view

/** Which boxes differ from the last drawn ones; all of them where nothing else will do. */
function movedBoxes(lower, upper, last) {
  const same = (p, q) => p[0] === q[0] && p[1] === q[1];
  const all = [...lower.keys()];
  return all.filter(
    (i) => !last || !same(lower[i], last.lower[i]) || !same(upper[i], last.upper[i]),
  );
}

/** What is shown next: the model's state, the boxes that moved, and everything computed of them. */
function nextScene(model, last) {
  const [lower, upper] = [model.get("lower"), model.get("upper")];
  const temperature = model.get("temperature");
  const known = last && last.temperature === temperature;
  const n = lower.length;
  const scene = {
    lower,
    upper,
    temperature,
    first: model.get("first"),
    second: model.get("second"),
    limits: model.get("_limits"),
    steps: model.get("_steps"),
    hovered: last ? last.hovered : -1,
    matrix: last ? last.matrix : new Float64Array(n * n),
    marks: last ? last.marks : null,
    startMarks: last ? last.startMarks : null,
    moved: movedBoxes(lower, upper, known ? last : null),
  };
  updateOverlaps(scene.matrix, scene, scene.moved);
  if (model.get("mode") === "learned") updateLearned(model, scene, known);
  return scene;
}

function updateLearned(model, scene, known) {
  const [truth, threshold] = [model.get("_truth"), model.get("threshold")];
  const n = truth.length;
  if (!known) {
    const all = [...truth.keys()];
    const start = { ...model.get("_start"), temperature: scene.temperature };
    const matrix = new Float64Array(n * n);
    updateOverlaps(matrix, start, all);
    scene.startMarks = new Uint8Array(n * n);
    updateMarks(scene.startMarks, matrix, truth, threshold, all);
    scene.marks = new Uint8Array(n * n);
  }
  updateMarks(scene.marks, scene.matrix, truth, threshold, scene.moved);
}

/** Work at most once per animation frame; only the last job of a frame is done. */
function createFrames(draw) {
  let request = 0;
  let job = null;
  const frame = () => {
    request = 0;
    job?.();
    job = null;
    // The job's own changes ask for a frame too: this one serves them.
    cancelAnimationFrame(request);
    request = 0;
    draw();
  };
  return {
    schedule(next) {
      if (next) job = next;
      request ||= requestAnimationFrame(frame);
    },
    stop: () => cancelAnimationFrame(request),
  };
}

/** A text that a screen reader speaks once the boxes have come to rest. */
function createAnnouncer(parent) {
  const region = html(parent, "div", { class: "t2b-live", "aria-live": "polite", role: "status" });
  let timer = 0;
  return {
    say(text) {
      clearTimeout(timer);
      timer = setTimeout(() => setText(region, text), 400);
    },
    stop: () => clearTimeout(timer),
  };
}

const HELP =
  "Drag a box by its body, an edge or a corner. Keyboard: Tab to a box; arrow keys move it, " +
  "Shift + arrow keys resize it, Page Up and Page Down go to another box. The last two boxes " +
  "that you took are compared.";

let views = 0;

function render({ model, el }) {
  const names = model.get("names");
  const ids = { help: `t2b-help-${++views}`, hatch: `t2b-hatch-${views}` };
  const root = html(el, "div", {
    class: "t2b-playground t2b-themed",
    "data-mode": model.get("mode"),
  });
  const layout = html(root, "div", { class: "t2b-layout" });
  const stage = html(layout, "div", { class: "t2b-stage" });
  createToolbar(layout, model);
  const side = html(layout, "div", { class: "t2b-side" });
  const drawing = createDrawing(stage, names, ids);
  const scores = createScores(side, names);
  const task = createTask(side, names, model);
  const heat = createHeatMap(side, names, (i, j) => {
    model.set({ first: i, second: j });
    model.save_changes();
  });
  html(layout, "p", { class: "t2b-help", id: ids.help }, HELP);
  const announcer = createAnnouncer(root);

  const view = { scene: null, scale: null };

  function draw(everything = false) {
    if (!view.scale) return;
    view.scene = nextScene(model, view.scene);
    if (everything) view.scene.moved = [...names.keys()];
    drawing.update(view.scene, view.scale);
    heat.update(view.scene);
    scores.update(view.scene);
    task.update(view.scene);
    announcer.say(`${scores.sentence(view.scene)} ${task.sentence()}`.trim());
  }

  function resize() {
    const width = Math.floor(stage.clientWidth);
    if (width < 50) return; // not on the page yet
    view.scale = createScale(
      model.get("_limits"),
      width,
      clamp(Math.round(width * 0.85), 280, 600),
    );
    drawing.resize(view.scale, model.get("_limits"));
    heat.resize(heat.figure.clientWidth);
    draw(true);
  }

  const frames = createFrames(draw);
  view.schedule = frames.schedule;
  view.hover = (i) => {
    if (!view.scene || view.scene.hovered === i) return;
    view.scene.hovered = i;
    frames.schedule();
  };
  listenToPointers(drawing, model, view);
  listenToKeys(drawing, model, view);
  for (const trait of ["lower", "upper", "first", "second", "temperature"]) {
    model.on(`change:${trait}`, () => frames.schedule());
  }
  model.on("change:_limits", resize);
  const observer = new ResizeObserver(resize);
  observer.observe(stage);

  return () => {
    observer.disconnect();
    frames.stop();
    announcer.stop();
  };
}

export default { initialize, render };
