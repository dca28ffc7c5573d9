// The box playground: drag boxes and watch their overlaps.
//
// For JupyterLab, Notebook, Colab and a page without a kernel. The boxes live in the widget's
// model (`lower`, `upper`); everything shown here is computed from them in the browser, so that it
// moves where no Python listens.

import { html, OWN_KEYS } from "./dom.js";
import { createDrawing } from "./drawing.js";
import { createAnnouncer, createFrames } from "./frames.js";
import { listenToKeys, listenToPointers } from "./gestures.js";
import { createHeatMap } from "./heatmap.js";
import { boxAt, updateOverlaps } from "./overlap.js";
import { updateMarks } from "./relations.js";
import { roomFor } from "./room.js";
import { createScores } from "./scores.js";
import { createSliders } from "./sliders.js";
import { createScale } from "./stage.js";
import { createTask } from "./tasks.js";
import { clamp } from "./text.js";

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

/** To compare a box with itself says nothing: `second` is another box than `first`. */
function initialize({ model }) {
  let pair = [model.get("first"), model.get("second")];
  const follow = () => {
    let next = [model.get("first"), model.get("second")];
    if (next[0] === next[1] && model.get("names").length > 1) next = [pair[1], pair[0]];
    pair = next;
    model.set({ first: next[0], second: next[1] });
  };
  model.on("change:first", follow);
  model.on("change:second", follow);
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

/** Limits of the drawing and steps of a drag, for x and y; the limits stay while the boxes fit. */
function roomOf(lower, upper, before) {
  const room = [0, 1].map((k) =>
    roomFor([...lower, ...upper].map((corner) => corner[k]), before?.[k]),
  );
  return { limits: room.map(({ limits }) => limits), steps: room.map(({ step }) => step) };
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
    ...roomOf(lower, upper, last?.limits),
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

const HELP =
  "Drag a box by its body, an edge or a corner. Keyboard: Tab to a box; arrow keys move it, " +
  "Shift + arrow keys resize it, Ctrl or Alt makes the steps small, Page Up and Page Down go to " +
  "another box. The last two boxes that you took are compared.";

let views = 0;

function render({ model, el }) {
  const names = model.get("names");
  const ids = { help: `t2b-help-${++views}`, hatch: `t2b-hatch-${views}` };
  const root = html(el, "div", {
    class: "t2b-playground t2b-themed",
    "data-mode": model.get("mode"),
  });
  const actions = {
    get: (trait) => model.get(trait),
    set(changes) {
      model.set(changes);
      model.save_changes();
    },
    move(i, box) {
      setBox(model, i, box);
      model.save_changes();
    },
  };
  const layout = html(root, "div", { class: "t2b-layout" });
  const stage = html(layout, "div", { class: "t2b-stage" });
  createToolbar(layout, model);
  const side = html(layout, "div", { class: "t2b-side" });
  const drawing = createDrawing(stage, names, ids);
  const scores = createScores(side, names);
  const task = createTask(side, names, model);
  const heat = createHeatMap(side, names, (i, j) => actions.set({ first: i, second: j }));
  html(layout, "p", { class: "t2b-help", id: ids.help }, HELP);
  const sliders = model.get("_sliders") ? createSliders(root, names, actions) : null;
  const announcer = createAnnouncer(root);

  const view = {
    scene: null,
    scale: null,
    box: (i) => boxAt({ lower: model.get("lower"), upper: model.get("upper") }, i),
    select: (i) => select(model, i),
    move: actions.move,
  };

  function draw(everything = false) {
    if (!view.scale) return;
    const { limits } = view.scene ?? {};
    view.scene = nextScene(model, view.scene);
    if (!everything && view.scene.limits.some((side, k) => side !== limits[k])) return resize();
    if (everything) view.scene.moved = [...names.keys()];
    drawing.update(view.scene, view.scale);
    heat.update(view.scene);
    scores.update(view.scene);
    task.update(view.scene);
    sliders?.update(view.scene);
    announcer.say(`${scores.sentence(view.scene)} ${task.sentence()}`.trim());
  }

  function resize() {
    const width = Math.floor(stage.clientWidth);
    if (width < 50) return; // not on the page yet
    const { limits } = roomOf(model.get("lower"), model.get("upper"), view.scene?.limits);
    view.scale = createScale(limits, width, clamp(Math.round(width * 0.85), 280, 600));
    drawing.resize(view.scale, limits);
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
  listenToPointers(drawing, view);
  listenToKeys(drawing, view);
  for (const trait of ["lower", "upper", "first", "second", "temperature"]) {
    model.on(`change:${trait}`, () => frames.schedule());
  }
  const observer = new ResizeObserver(resize);
  observer.observe(stage);

  return () => {
    observer.disconnect();
    frames.stop();
    announcer.stop();
  };
}

export default { initialize, render };
