// The trainer: relations as texts, goals, addresses, runs, the room of a drawing, the loss curve.

import assert from "node:assert/strict";
import { test } from "node:test";

const widgets = "../../t2b_lib/widgets/js/";
const { niceStep, roomFor } = await import(`${widgets}room.js`);
const { pathOf } = await import(`${widgets}trainer/arrows.js`);
const { decades, linesOf } = await import(`${widgets}trainer/curve.js`);
const { checkGoal } = await import(`${widgets}trainer/goals.js`);
const { flat, formatTable, isBinary, parseRelation } = await import(`${widgets}trainer/relation.js`);
const { createRun } = await import(`${widgets}trainer/run.js`);
const { decodeState, encodeState, pythonCell } = await import(`${widgets}trainer/share.js`);
const { boxesOf, inDimensions, randomBoxes, rowsOf } = await import(`${widgets}trainer/start.js`);
const { fromHalf } = await import(`${widgets}forward.js`);
const { default: exercises } = await import(`${widgets}trainer/presets.json`, {
  with: { type: "json" },
});
const { defaults, presets } = exercises;

test("an indented list says who lies in whom, also by several parents and with any indent", () => {
  const { names, values } = parseRelation("animals\n\tmammals\n\t\tdogs\n- pets\n    dogs\r\n\ntools");
  assert.deepEqual(names, ["animals", "mammals", "dogs", "pets", "tools"]);
  assert.deepEqual(values, [
    [null, 0, 0, 0, 0],
    [1, null, 0, 0, 0],
    [1, 1, null, 1, 0],
    [0, 0, 0, null, 0],
    [0, 0, 0, 0, null],
  ]);
});

test("a table is read with tabs, semicolons or commas, and written so that it can be read", () => {
  const expected = { names: ["a", "b"], values: [[null, 0.25], [null, null]] };
  for (const separator of ["\t", ";", ","]) {
    const text = [["", "a", "b"], ["a", "", "0.25"], ["b", "", ""]];
    const written = text.map((row) => row.join(separator)).join("\n");
    assert.deepEqual(parseRelation(written), expected);
  }
  assert.deepEqual(parseRelation(formatTable(expected)), expected);
  assert.deepEqual([...flat(expected)].map(Number.isNaN), [true, false, true, true]);
  assert.ok(!isBinary(expected));
  assert.ok(isBinary(parseRelation("a\n  b")));
});

test("what cannot be read is one clear error", () => {
  for (const [text, said] of [
    ["", /at least one name/],
    ["a\n  a", /Line 2: “a” is listed under itself/],
    ["\ta\tb\na\t\t1", /2 columns, but 1 rows/],
    ["\ta\ta\na\t\t\na\t\t", /Line 1: “a” stands there twice/],
    ["\ta\t\na\t\t1\n\t\t", /Line 1: a column has no name/],
    ["\ta\tb\nb\t\t1\na\t\t", /Line 2: expected the row of “a”, got “b”/],
    ["\ta\tb\na\t\t-1\nb\t\t", /Line 2: “-1” is no number from 0 to 1/],
    ["\ta\tb\na\t\t1\t1\nb\t\t", /Line 2: too many numbers/],
    [Array.from({ length: 61 }, (_, k) => `set ${k}`).join("\n"), /61 names are too many/],
  ]) {
    assert.throws(() => parseRelation(text), said);
  }
});

test("a goal is met by training, not at the start", () => {
  const state = {
    ...boxesOf([[0, 0], [0, 0]], [[1, 0.5], [2, 2]]),
    overlaps: [1, 1, 0.125, 1],
    relation: Float64Array.of(NaN, 0.9, 0.1, NaN),
    f1: 1,
    steps: 1,
  };
  const met = (goal, change) => checkGoal(goal, { ...state, ...change }).met;
  assert.ok(met({ kind: "f1", at_least: 1 }));
  assert.ok(!met({ kind: "f1", at_least: 1 }, { steps: 0 }));
  assert.ok(!met({ kind: "f1", at_least: 1 }, { f1: NaN }));
  assert.ok(met({ kind: "overlap", pair: [0, 1], at_least: 0.95 }));
  assert.ok(!met({ kind: "overlap", pair: [0, 1], at_least: 0, at_most: 0.05 }));
  assert.ok(!met({ kind: "overlap", pair: [0, 1], at_least: 0.95, side: 0.6 }));
  assert.ok(met({ kind: "near", within: 0.11 }));
  assert.ok(!met({ kind: "near", within: 0.09 }));
});

test("a goal must hold for some steps", () => {
  const preset = presets.find(({ id }) => id === "tree");
  const relation = parseRelation(preset.relation);
  const boxes = randomBoxes(relation.names.length, 2, preset.seed);
  const run = createRun({ relation, settings: defaults, boxes, goal: preset.goal });
  let first = 0;
  while (!run.solved) {
    run.step();
    if (run.now.goal.met) first ||= run.steps;
    else first = 0;
  }
  assert.equal(run.steps - first, 19);
});

test("a long run keeps a thinned history, and a drag or a setting begins the optimiser anew", () => {
  const relation = parseRelation("b\n  a");
  const boxes = boxesOf([[1, 1], [0, 0]], [[2, 2], [0.5, 0.5]]);
  const run = createRun({ relation, settings: defaults, boxes, goal: null });
  for (let k = 0; k < 1500; k++) run.step();
  const { step } = run.history;
  assert.ok(step.length <= 600 && step.length > 250);
  assert.ok(step.every((value, k) => value === k * step[1]));
  assert.deepEqual([...boxes.lower], [1, 1, 0, 0]); // the start is the caller's
  run.move(1, { lower: [5, 5], upper: [6, 6] });
  assert.equal(run.since.steps, 1500);
  assert.deepEqual(rowsOf(run.since.boxes, run.since.boxes.lower)[1], [5, 5]);
  run.step();
  run.change({ ...defaults, soft: false });
  assert.equal(run.since.steps, 1501);
  assert.match(pythonCell(run), /range\(0\)[\s\S]*soft=False/);
});

test("an address holds the state, exactly", () => {
  const boxes = randomBoxes(3, 2, 5);
  const changes = { soft: false, loss: "cross-entropy", learning_rate: 0.3, seed: 4 };
  const text = "ä & b=c\n  <d>";
  const state = decodeState(encodeState({ preset: null, text, changes, boxes }), defaults);
  assert.equal(state.text, text);
  assert.equal(state.preset, null);
  assert.deepEqual(state.changes, changes);
  assert.deepEqual(state.corners.lower, boxes.lower);
  assert.deepEqual(state.corners.upper, boxes.upper);
});

test("an address that was damaged does no harm", () => {
  const state = decodeState("preset=x&seed=many&lower=1_2&upper=0_3&other=1", defaults);
  assert.deepEqual(state, { preset: "x", text: null, changes: {}, corners: null });
});

test("a seed makes the same boxes, another seed others, and one dimension more keeps the first", () => {
  assert.deepEqual(randomBoxes(4, 2, 1), randomBoxes(4, 2, 1));
  assert.notDeepEqual(randomBoxes(4, 2, 1).lower, randomBoxes(4, 2, 2).lower);
  const line = boxesOf([[1], [2]], [[3], [4]]);
  const plane = inDimensions(line, 2, 0);
  assert.deepEqual([plane.lower[0], plane.lower[2], plane.upper[2]], [1, 2, 4]);
  assert.ok(plane.upper.every((value, k) => value > plane.lower[k]));
});

test("limits hold the values, are round, and stay while they fit", () => {
  const { limits, step } = roomFor([0.1, 0.95]);
  assert.ok(limits[0] < 0.1 && limits[1] > 0.95);
  assert.ok(step > 0 && step <= (limits[1] - limits[0]) / 199);
  assert.equal(roomFor([0.2, 0.3], limits).limits, limits);
  assert.notEqual(roomFor([0.2, 0.3], limits, 1 / 3).limits, limits);
  assert.ok(roomFor([5, 5]).limits[0] < 5 && roomFor([5, 5]).limits[1] > 5);
  assert.ok(roomFor([1e9, 1e9]).limits[1] > 1e9);
  assert.equal(niceStep(1), 0.005);
});

test("the loss curve spans whole powers of ten and leaves out what is far below", () => {
  const { loss, overlap } = linesOf([
    [0, 90, 5, 4, 1, 0.5],
    [1, 9, 0, 0, 0, 1],
  ]);
  assert.deepEqual(loss, [100, 9]);
  assert.deepEqual(overlap, [90, 9]);
  assert.deepEqual(decades([[100, 9, 1e-9, 0]]), [0, 3]);
  assert.deepEqual(decades([[0, 0]]), [-12, -11]);
});

test("arrows point against the gradient, the steepest is the longest, and 0 has none", () => {
  assert.equal(pathOf([{ x: 0, y: 0, k: 0, slope: 0 }]), "");
  const path = pathOf([
    { x: 100, y: 100, k: 0, slope: -2 },
    { x: 100, y: 100, k: 1, slope: 1 },
  ]);
  assert.match(path, /^M100.0 100.0L144.0 100.0/);
  assert.match(path, /M100.0 100.0L100.0 122.0/); // down in pixels is down in the plane
});

test("every exercise can be read, and its start fits its relation and settings", () => {
  for (const preset of presets) {
    const { names } = parseRelation(preset.relation);
    const settings = { ...defaults, ...preset.settings };
    for (const name of Object.keys(preset.settings)) assert.ok(name in defaults, name);
    if (preset.lower) {
      const boxes = boxesOf(preset.lower, preset.upper);
      assert.deepEqual([boxes.n, boxes.d], [names.length, settings.box_dim], preset.id);
    }
    for (const text of [preset.title, preset.predict, preset.ask, preset.why]) assert.ok(text);
  }
});

test("half precision", () => {
  const known = { 0: 0, 0x3c00: 1, 0xc000: -2, 0x3555: 0.333251953125, 1: 2 ** -24, 0x7bff: 65504 };
  for (const [bits, value] of Object.entries(known)) assert.equal(fromHalf(Number(bits)), value);
});
