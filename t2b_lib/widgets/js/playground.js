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
import { createScores } from "./scores.js";
import { createScale } from "./stage.js";
import { createTask } from "./tasks.js";
import { clamp, tidy } from "./text.js";

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

  const view = {
    scene: null,
    scale: null,
    box: (i) => boxAt({ lower: model.get("lower"), upper: model.get("upper") }, i),
    select: (i) => select(model, i),
    move(i, box) {
      setBox(model, i, box);
      model.save_changes();
    },
  };

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
  listenToPointers(drawing, view);
  listenToKeys(drawing, view);
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
