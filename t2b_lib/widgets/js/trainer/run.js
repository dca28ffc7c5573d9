// A run of training: boxes, what they should become, and every step's loss.

import { tally, updateMarks } from "../relations.js";
import { createDescent } from "./descent.js";
import { checkGoal } from "./goals.js";
import { lossAndGradient, TERMS } from "./loss.js";
import { flat, isBinary } from "./relation.js";

const MOST_POINTS = 600; // of the history; a longer run keeps every second, fourth, ...
const HOLDS = 20; // steps for which a goal must be met

const copyOf = (boxes) => ({
  ...boxes,
  lower: boxes.lower.slice(),
  upper: boxes.upper.slice(),
});

/** @param start {relation, settings, boxes, goal (or null)} */
export function createRun({ relation, settings, boxes: first, goal }) {
  const n = relation.names.length;
  const known = flat(relation);
  const everyone = [...Array(n).keys()];
  const marks = new Uint8Array(n * n);
  const columns = ["step", ...TERMS, "f1"];
  let boxes = copyOf(first);
  let descent = createDescent(boxes, settings);
  let steps = 0;
  let stride = 1;
  let held = 0;
  let history = [];
  let now = null;
  // Where the optimiser began: after the start, a drag or a change of the settings.
  let since = { steps: 0, boxes: copyOf(boxes) };

  function look() {
    now = lossAndGradient(boxes, known, settings);
    updateMarks(marks, now.overlaps, relation.values, 0.5, everyone);
    now.loss = TERMS.reduce((sum, term) => sum + now.terms[term], 0);
    now.counts = tally(marks, marks, relation.values);
    now.goal =
      goal &&
      checkGoal(goal, {
        ...boxes,
        overlaps: now.overlaps,
        relation: known,
        f1: now.counts.f1,
        steps,
      });
  }

  function note() {
    if (steps % stride) return;
    history.push([steps, ...TERMS.map((term) => now.terms[term]), now.counts.f1]);
    if (history.length <= MOST_POINTS) return;
    stride *= 2;
    history = history.filter(([step]) => step % stride === 0);
  }

  function begin() {
    descent = createDescent(boxes, settings);
    since = { steps, boxes: copyOf(boxes) };
    held = 0;
    look();
  }

  look();
  note();
  return {
    relation,
    known,
    marks,
    isBinary: isBinary(relation),
    get settings() {
      return settings;
    },
    get boxes() {
      return boxes;
    },
    get steps() {
      return steps;
    },
    get since() {
      return since;
    },
    /** {terms, loss, gradient, overlaps, counts, goal} of the boxes as they are. */
    get now() {
      return now;
    },
    get solved() {
      return held >= HOLDS;
    },
    /** Columns of numbers: step, the terms of the loss, f1. */
    get history() {
      return Object.fromEntries(columns.map((name, k) => [name, history.map((row) => row[k])]));
    },
    points: () => history,

    step() {
      descent.step(boxes, now.gradient, settings);
      steps++;
      look();
      held = now.goal?.met ? held + 1 : 0;
      note();
    },

    /** Put one box elsewhere: by hand. */
    move(i, { lower, upper }) {
      boxes.lower.set(lower, i * boxes.d);
      boxes.upper.set(upper, i * boxes.d);
      begin();
    },

    /** Go on with other boxes of the same names. */
    replace(others) {
      boxes = copyOf(others);
      begin();
    },

    /** Go on with other settings. */
    change(others) {
      settings = others;
      begin();
    },
  };
}
