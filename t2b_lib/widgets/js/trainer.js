// The box trainer: boxes that learn a relation by gradient descent, in the page.
//
// Python gives a preset, or names, a relation and boxes; it is told what the boxes do a few times a
// second. Everything else happens here, so that it works where no Python listens.

import { element, html, OWN_KEYS, setText } from "./dom.js";
import { createDrawing } from "./drawing.js";
import { createAnnouncer, createFrames } from "./frames.js";
import { listenToKeys, listenToPointers } from "./gestures.js";
import { createHeatMap } from "./heatmap.js";
import { boxAt } from "./overlap.js";
import { MISSING, SPURIOUS } from "./relations.js";
import { createScale } from "./stage.js";
import { clamp, plural, share } from "./text.js";
import { createArrows } from "./trainer/arrows.js";
import { createChoice, createControls } from "./trainer/controls.js";
import { createCurve } from "./trainer/curve.js";
import exercises from "./trainer/presets.json" with { type: "json" };
import { formatTable, parseRelation } from "./trainer/relation.js";
import { roomFor } from "./room.js";
import { createRun } from "./trainer/run.js";
import { decodeState, encodeState, pythonCell } from "./trainer/share.js";
import { boxesOf, inDimensions, randomBoxes, rowsOf } from "./trainer/start.js";

const { defaults, presets } = exercises;
const TOLD = 250; // milliseconds between two reports to Python
const ROW = 0.35; // half the height of an interval, which is drawn as a row

const presetOf = (id) => presets.find((preset) => preset.id === id) ?? null;

/** What differs from the settings of a preset. */
const changesOf = (settings, base) =>
  Object.fromEntries(Object.entries(settings).filter(([name, value]) => base[name] !== value));

/** The settings with which a preset (or none) starts. */
const settingsOf = (preset) => ({ ...defaults, seed: preset?.seed ?? 0, ...preset?.settings });

// ------------------------------------------------------------------------------ what is trained

/**
 * The run and how it came about; the part of the widget that draws nothing.
 * `onStart` is called for a new run, `onChange` for anything that happens in it.
 */
function createSession(model, onStart, onChange) {
  let preset = null;
  let text = ""; // of the relation
  let run = null;
  let firstBoxes = null; // where a reset leads
  let told = 0;
  let telling = 0;

  const ownKeys = () => `#${model.get("key")}?`;

  /** Boxes to begin with: the preset's for its own seed, else random ones. */
  function startBoxes(relation, settings) {
    const { box_dim, seed } = settings;
    if (preset?.lower && text === preset.relation && seed === settingsOf(preset).seed) {
      const given = boxesOf(preset.lower, preset.upper);
      return given.d === box_dim ? given : inDimensions(given, box_dim, seed);
    }
    return randomBoxes(relation.names.length, box_dim, seed);
  }

  function start(relation, settings, boxes = startBoxes(relation, settings)) {
    firstBoxes = boxes;
    run = createRun({ relation, settings, boxes, goal: preset?.goal ?? null });
    onStart();
    tell(true);
  }

  const session = {
    get run() {
      return run;
    },
    get preset() {
      return preset;
    },
    get text() {
      return text;
    },

    load(id) {
      preset = presetOf(id);
      text = preset.relation;
      start(parseRelation(text), settingsOf(preset));
    },

    /** The state of an address. Throws an Error where its relation cannot be read. */
    loadState(query) {
      const state = decodeState(query, defaults);
      preset = presetOf(state.preset);
      text = state.text ?? preset?.relation;
      if (text === undefined) return false;
      const relation = parseRelation(text);
      const settings = { ...settingsOf(preset), ...state.changes };
      const size = relation.names.length * settings.box_dim;
      const boxes = state.corners?.lower.length === size && {
        n: relation.names.length,
        d: settings.box_dim,
        ...state.corners,
      };
      start(relation, settings, boxes || undefined);
      return true;
    },

    /** What Python gave: names, a relation, and boxes or none. */
    loadModel() {
      const relation = { names: model.get("names"), values: model.get("_relation") };
      const [lower, upper] = [model.get("_lower"), model.get("_upper")];
      const settings = { ...settingsOf(null), ...model.get("_settings") };
      preset = null;
      text = formatTable(relation);
      if (lower.length) settings.box_dim = lower[0].length;
      start(relation, settings, lower.length ? boxesOf(lower, upper) : undefined);
    },

    /** What Python assigns later: other boxes, settings or another relation. */
    follow() {
      const known = model.get("_relation");
      if (JSON.stringify(known) !== JSON.stringify(run.relation.values)) return session.loadModel();
      const given = boxesOf(model.get("_lower"), model.get("_upper"));
      const settings = { ...run.settings, ...model.get("_settings") };
      if (given.d !== run.boxes.d) {
        return start(run.relation, { ...settings, box_dim: given.d }, given);
      }
      const again = ["seed", "box_dim"].some((name) => settings[name] !== run.settings[name]);
      if (again) return session.change(settings);
      run.change(settings);
      run.replace(given);
      onChange();
      tell(true);
    },

    /** A text of the reader's. Throws an Error that says what is wrong with it. */
    read(written) {
      const relation = parseRelation(written);
      text = written;
      start(relation, run.settings);
    },

    /** One cell of the relation, drawn by hand; the boxes stay where they are. */
    draw(i, j, value) {
      const { names, values } = run.relation;
      const drawn = values.map((row, k) => (k === i ? row.with(j, value) : row));
      text = formatTable({ names, values: drawn });
      start({ names, values: drawn }, run.settings, run.boxes);
    },

    change(changes) {
      const settings = { ...run.settings, ...changes };
      if (settings.seed !== run.settings.seed) return start(run.relation, settings);
      if (settings.box_dim !== run.boxes.d) {
        return start(run.relation, settings, inDimensions(run.boxes, settings.box_dim, settings.seed));
      }
      run.change(settings);
      changed();
    },

    reset: () => start(run.relation, run.settings, firstBoxes),

    step() {
      run.step();
      onChange();
      tell();
    },

    move(i, box) {
      run.move(i, box);
      changed();
    },

    address() {
      const base = settingsOf(preset);
      const query = encodeState({
        preset: preset?.id,
        text: text === preset?.relation ? null : text,
        changes: changesOf(run.settings, base),
        boxes: run.boxes,
      });
      return `${ownKeys()}${query}`;
    },

    /** The state in the page's address, if it is this trainer's. */
    fromAddress() {
      const { hash } = window.location;
      return hash.startsWith(ownKeys()) ? hash.slice(ownKeys().length) : null;
    },

    tell,
  };

  function changed() {
    onChange();
    tell();
  }

  /** Report to Python, at once or a few times a second. */
  function tell(atOnce = false) {
    const wait = told + TOLD - performance.now();
    clearTimeout(telling);
    if (!atOnce && wait > 0) {
      telling = setTimeout(tell, wait, true);
      return;
    }
    told = performance.now();
    const { boxes, relation } = run;
    model.set({
      names: relation.names,
      _relation: relation.values,
      _lower: rowsOf(boxes, boxes.lower),
      _upper: rowsOf(boxes, boxes.upper),
      _settings: run.settings,
      _history: run.history,
      steps: run.steps,
    });
    model.save_changes();
  }

  return session;
}

// ------------------------------------------------------------------------------- what is seen

/** Boxes as the drawing takes them: in the plane; intervals lie in rows, the first on top. */
function rowsToDraw({ n, d, lower, upper }) {
  if (d === 2) return { lower: rowsOf({ n, d }, lower), upper: rowsOf({ n, d }, upper) };
  const level = (i, side) => n - 1 - i + side * ROW;
  return {
    lower: Array.from(lower, (value, i) => [value, level(i, -1)]),
    upper: Array.from(upper, (value, i) => [value, level(i, 1)]),
  };
}

/** Drawing, heat maps and lists for the names of one relation. */
function createView(parts, session, ids, { first, schedule }) {
  const { relation } = session.run;
  const { names } = relation;
  const n = names.length;
  const everyone = [...names.keys()];
  for (const part of Object.values(parts)) part.replaceChildren();
  const drawing = createDrawing(parts.stage, names, ids);
  const arrows = createArrows(drawing.root);
  const choose = (i, j) => {
    [view.first, view.second] = [i, j];
    schedule();
  };
  const heat = createHeatMap(parts.overlaps, names, choose);
  const truth = createHeatMap(
    parts.truth,
    names,
    (i, j) => {
      const order = [1, 0, null];
      const value = relation.values[i][j];
      session.draw(i, j, order[(order.indexOf(value) + 1) % order.length]);
    },
    {
      label: "the relation",
      caption: "What it should be. Click a cell: 1, 0 or not known.",
    },
  );
  const verdict = html(parts.score, "p", { class: "t2b-verdict" });
  const list = html(parts.score, "ul");
  const [overlapScene, truthScene] = [{}, {}];
  let room = [null, null];

  const view = {
    scene: null,
    scale: null,
    first: first < n ? first : 0,
    second: n > 1 ? (first + 1) % n : 0,
    arrows: false,
    schedule,
    box: (i) => boxAt(view.scene, i),
    select(i) {
      if (i === view.first) return;
      [view.first, view.second] = [i, view.first];
      schedule();
    },
    move(i, { lower, upper }) {
      const { d } = session.run.boxes;
      session.move(i, { lower: lower.slice(0, d), upper: upper.slice(0, d) });
    },
    hover(i) {
      view.hovered = i;
      schedule();
    },
    hovered: -1,

    resize() {
      const width = Math.floor(parts.stage.clientWidth);
      if (width < 50) return;
      view.width = width;
      view.height =
        session.run.boxes.d === 1
          ? clamp(60 * n, 160, 480)
          : clamp(Math.round(width * 0.8), 280, 520);
      room = [null, null];
      for (const map of [heat, truth]) map.resize(map.figure.clientWidth);
      truthScene.matrix = session.run.known;
      truth.update(sceneOfMap(truthScene));
      view.update();
    },

    update() {
      if (!view.width) return;
      const { boxes, now, marks, isBinary } = session.run;
      const rows = rowsToDraw(boxes);
      follow(rows, boxes.d);
      view.scene = {
        ...rows,
        first: view.first,
        second: view.second,
        hovered: view.hovered,
        marks: null,
        moved: everyone,
        limits: room.map(({ limits }) => limits),
        steps: room.map(({ step }) => step),
        inRows: boxes.d === 1,
      };
      drawing.update(view.scene, view.scale);
      arrows.update(view.scene, view.scale, session.run, view.arrows);
      overlapScene.matrix = now.overlaps;
      overlapScene.marks = isBinary ? marks : null;
      heat.update(sceneOfMap(overlapScene));
      drawScore();
    },
  };

  const sceneOfMap = (scene) =>
    Object.assign(scene, { moved: everyone, first: view.first, second: view.second });

  /** Limits that hold the boxes; the axes are drawn anew where these change. */
  function follow({ lower, upper }, d) {
    const next = [0, 1].map((k) =>
      d === 1 && k === 1
        ? { limits: [-0.6, n - 0.4], step: 1 }
        : roomFor([...lower, ...upper].map((corner) => corner[k]), room[k]?.limits, 1 / 3),
    );
    const same = next.every(({ limits }, k) => limits === room[k]?.limits);
    room = next;
    if (same && d === 2 && view.scale) return;
    const limits = room.map((each) => each.limits);
    view.scale = createScale(limits, view.width, view.height);
    drawing.resize(view.scale, limits);
    drawing.root.classList.toggle("t2b-rows", d === 1);
  }

  /** F1 and the relations that are wrong, or the largest errors of a graded relation. */
  function drawScore() {
    const { now, marks, isBinary, known } = session.run;
    const lines = [];
    if (isBinary) {
      const { missing, spurious, f1 } = now.counts;
      const wrong = plural(missing + spurious, "relation");
      const score = Number.isNaN(f1) ? "" : `F1 ${share(f1)}. `;
      setText(verdict, `${score}${wrong} wrong.`);
      marks.forEach((mark, k) => {
        if (!mark) return;
        const verb = mark === MISSING ? "should lie" : "should not lie";
        lines.push({ mark, text: sentence(k, verb, now.overlaps[k]) });
      });
    } else {
      const off = Array.from(known, (value, k) => ({ k, off: Math.abs(value - now.overlaps[k]) }))
        .filter(({ off }) => off >= 0.005)
        .sort((a, b) => b.off - a.off);
      setText(verdict, `Largest error ${share(off[0]?.off ?? 0)}.`);
      for (const { k } of off) {
        lines.push({ mark: 0, text: sentence(k, `(${share(known[k])})`, now.overlaps[k]) });
      }
    }
    const shown = lines.slice(0, 4);
    if (lines.length > 4) shown.push({ mark: 0, text: `and ${lines.length - 4} more` });
    while (list.children.length < shown.length) html(list, "li");
    while (list.children.length > shown.length) list.lastChild.remove();
    shown.forEach(({ mark, text }, k) => {
      setText(list.children[k], text);
      list.children[k].className =
        { [MISSING]: "t2b-missing", [SPURIOUS]: "t2b-spurious" }[mark] ?? "";
    });
  }

  const sentence = (k, verb, value) =>
    `${names[Math.floor(k / n)]} ${verb} in ${names[k % n]}: ${share(value)}`;

  listenToPointers(drawing, view);
  listenToKeys(drawing, view);
  return view;
}

const SPEEDS = [
  [0.1, "slow"],
  [1, "1 step a frame"],
  [5, "5 steps a frame"],
  [20, "20 steps a frame"],
];

const HELP =
  "Drag a box, also while it learns. Keyboard: Tab to a box; arrow keys move it, Shift + arrow " +
  "keys resize it, Ctrl or Alt makes the steps small. A change of a setting starts the optimiser anew.";

let views = 0;

function render({ model, el }) {
  const ids = { help: `t2b-trainer-help-${++views}`, hatch: `t2b-trainer-hatch-${views}` };
  const root = html(el, "div", { class: "t2b-playground t2b-themed t2b-trainer" });
  const button = (parent, text, act, attributes = {}) =>
    html(parent, "button", { type: "button", onclick: act, ...OWN_KEYS, ...attributes }, text);
  let view = null;
  let shownPreset;
  let goalLine = null; // of the exercise: what is reached
  let playing = false;
  let speed = 1;
  let owed = 0; // steps of a speed below one a frame
  let loop = 0;

  // -------- the exercises
  const menu = html(root, "nav", { class: "t2b-menu", "aria-label": "Exercises" });
  const links = model.get("_menu")
    ? presets.map((preset) =>
        html(
          menu,
          "a",
          {
            href: `#${model.get("key")}?preset=${preset.id}`,
            onclick(event) {
              event.preventDefault();
              attempt(() => session.load(preset.id));
              write(`#${model.get("key")}?preset=${preset.id}`);
            },
          },
          preset.title,
        ),
      )
    : [];
  const exercise = html(root, "div", { class: "t2b-exercise" });

  // -------- the buttons
  const bar = html(root, "div", { class: "t2b-toolbar" });
  const play = button(bar, "▶ Play", () => setPlaying(!playing), { class: "t2b-play" });
  button(bar, "→ Step", () => {
    setPlaying(false);
    session.step();
  });
  button(bar, "↺ Reset", () => {
    setPlaying(false);
    session.reset();
    write();
  });
  button(bar, "⚄ New seed", () => {
    setPlaying(false);
    session.change({ seed: session.run.settings.seed + 1 });
    write();
  });
  const pace = createChoice(bar, "speed", SPEEDS, (value) => (speed = value));
  pace.set(speed);
  const arrowField = html(bar, "label", { class: "t2b-tick" });
  const arrowBox = html(arrowField, "input", { type: "checkbox", ...OWN_KEYS });
  html(arrowField, "span", {}, "gradients as arrows");
  arrowBox.addEventListener("change", () => {
    view.arrows = arrowBox.checked;
    frames.schedule();
  });
  const status = html(bar, "span", { class: "t2b-status" });

  // -------- boxes, loss, scores, heat maps
  const layout = html(root, "div", { class: "t2b-layout" });
  const stage = html(layout, "div", { class: "t2b-stage" });
  const side = html(layout, "div", { class: "t2b-side" });
  const curve = createCurve(side);
  const parts = {
    stage,
    score: html(side, "div", { class: "t2b-task" }),
  };
  const maps = html(layout, "div", { class: "t2b-maps" });
  parts.overlaps = html(maps, "div");
  parts.truth = html(maps, "div");
  html(root, "p", { class: "t2b-help", id: ids.help }, HELP);

  // -------- settings, relation, sharing
  const fold = (parent, title) => html(parent, "details", {}, element("summary", {}, title));
  const settingsFold = fold(side, "Settings");
  settingsFold.open = true;
  const controls = createControls(settingsFold, (changes) => {
    session.change(changes);
    write();
  });
  const folds = html(root, "div", { class: "t2b-folds" });
  const relationFold = fold(folds, "Relation: your own classes");
  html(
    relationFold,
    "p",
    { class: "t2b-help" },
    "An indented list (a name lies in the names above it that it is indented under), or a table " +
      "with names above and on the left and numbers from 0 to 1; empty where nothing is known.",
  );
  const written = html(relationFold, "textarea", {
    rows: 10,
    spellcheck: "false",
    "aria-label": "The relation",
    ...OWN_KEYS,
  });
  const complaint = html(relationFold, "p", { class: "t2b-complaint", role: "alert" });
  button(html(relationFold, "div", { class: "t2b-toolbar" }), "Use this relation", () => {
    setPlaying(false);
    attempt(() => session.read(written.value));
    write();
  });
  const shareFold = fold(folds, "Share: link and Python");
  const shareBar = html(shareFold, "div", { class: "t2b-toolbar" });
  const shared = html(shareFold, "textarea", {
    rows: 4,
    readonly: "",
    "aria-label": "What was copied",
    ...OWN_KEYS,
  });
  const copy = (text) => {
    shared.value = text;
    shared.select();
    navigator.clipboard?.writeText(text).catch(() => {}); // the text is selected all the same
  };
  button(shareBar, "Copy link", () => {
    write();
    copy(new URL(session.address(), window.location.href).href);
  });
  button(shareBar, "Copy as Python", () => copy(pythonCell(session.run)));
  const announcer = createAnnouncer(root);

  // -------- what happens
  const session = createSession(model, begin, () => frames.schedule());
  const frames = createFrames(() => draw());

  function begin() {
    const names = JSON.stringify(session.run.relation.names);
    if (view?.names === names) {
      view.resize();
    } else {
      const { first = 0, arrows = false } = view ?? {};
      view = createView(parts, session, ids, { first, schedule: frames.schedule });
      Object.assign(view, { names, arrows });
      view.resize();
    }
    writeExercise();
    written.value = session.text;
    draw();
  }

  function attempt(act) {
    try {
      act();
      setText(complaint, "");
    } catch (problem) {
      setText(complaint, problem.message);
      relationFold.open = true;
    }
  }

  function writeExercise() {
    const { preset } = session;
    links.forEach((link, k) => {
      if (presets[k] === preset) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
    if (shownPreset === preset) return;
    [shownPreset, goalLine] = [preset, null];
    exercise.replaceChildren();
    if (!preset) return;
    const line = (label, text) =>
      html(exercise, "p", {}, element("b", {}, `${label} `), text);
    line("Predict.", preset.predict);
    line("Try.", preset.ask);
    goalLine = html(exercise, "p", { class: "t2b-verdict", role: "status" });
    html(exercise, "details", {}, element("summary", {}, "Why"), element("p", {}, preset.why));
  }

  function draw() {
    if (!session.run) return;
    const { run } = session;
    view.update();
    curve.update(run);
    controls.update(run.settings);
    setText(status, `step ${run.steps}`);
    if (!run.now.goal || !goalLine) return;
    const said = run.solved ? `✓ Solved: ${run.now.goal.text}.` : `Not yet: ${run.now.goal.text}.`;
    setText(goalLine, said);
    exercise.classList.toggle("t2b-solved", run.solved);
  }

  function advance() {
    loop = requestAnimationFrame(advance);
    owed += speed;
    for (; owed >= 1; owed--) session.run.step();
    draw();
    session.tell();
  }

  function setPlaying(on) {
    if (playing === on) return;
    playing = on;
    setText(play, on ? "⏸ Pause" : "▶ Play");
    root.classList.toggle("t2b-playing", on);
    cancelAnimationFrame(loop);
    if (on) {
      loop = requestAnimationFrame(advance);
      return;
    }
    session.tell(true);
    write();
    announcer.say(`Step ${session.run.steps}, loss ${session.run.now.loss.toPrecision(3)}.`);
  }

  /** The state into the page's address; a notebook's address is its own. */
  function write(hash = session.address()) {
    if (document.body.dataset.jpThemeLight === undefined) {
      window.history.replaceState(window.history.state, "", hash);
    }
  }

  function open() {
    const query = session.fromAddress();
    if (query !== null) attempt(() => session.loadState(query));
    else if (session.run) return;
    if (session.run) {
      if (query !== null) root.scrollIntoView();
      return;
    }
    if (model.get("names").length) session.loadModel();
    else session.load(model.get("preset"));
  }

  function resize() {
    curve.resize(curve.figure.clientWidth);
    view.resize();
    draw();
  }

  open();
  model.on("change:_assigned", session.follow);
  const observer = new ResizeObserver(resize);
  observer.observe(stage);
  const onHash = () => {
    setPlaying(false);
    open();
  };
  window.addEventListener("hashchange", onHash);
  return () => {
    cancelAnimationFrame(loop);
    model.off("change:_assigned", session.follow);
    observer.disconnect();
    frames.stop();
    announcer.stop();
    window.removeEventListener("hashchange", onHash);
  };
}

export default { render };
