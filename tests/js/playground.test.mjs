// The playground's arithmetic: drags, relations, targets, places of labels.

import assert from "node:assert/strict";
import { test } from "node:test";

import { draggedBox } from "../../t2b_lib/widgets/js/dragging.js";
import { overlap, updateOverlaps } from "../../t2b_lib/widgets/js/overlap.js";
import {
  listTargets,
  MISSING,
  SPURIOUS,
  tally,
  updateMarks,
  updateTargets,
  within,
} from "../../t2b_lib/widgets/js/relations.js";
import {
  createScale,
  findSpot,
  hitTest,
  niceTicks,
  rectangle,
} from "../../t2b_lib/widgets/js/stage.js";

const box = (x0, x1, y0, y1) => ({ lower: [x0, y0], upper: [x1, y1] });

let seed = 1;
const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;

test("a dragged box stays within its limits and right way round", () => {
  for (let k = 0; k < 5000; k++) {
    const [x, y] = [random(), random()];
    const before = box(x, x + random() * (1 - x), y, y + random() * (1 - y));
    const grip = [Math.floor(3 * random()) - 1, Math.floor(3 * random()) - 1];
    const distance = [3 * random() - 1.5, 3 * random() - 1.5];
    const limits = [
      [0, 1],
      [0, 1],
    ];
    const after = draggedBox(before, grip, distance, limits, [0.005, 0.005]);
    for (const axis of [0, 1]) {
      const [low, high] = [after.lower[axis], after.upper[axis]];
      assert.ok(-1e-9 <= low && low <= high && high <= 1 + 1e-9);
      const sides = [before, after].map(({ lower, upper }) => upper[axis] - lower[axis]);
      if (!grip[0] && !grip[1]) assert.ok(Math.abs(sides[0] - sides[1]) < 1e-9);
      else if (!grip[axis]) assert.deepEqual([low, high], [before.lower[axis], before.upper[axis]]);
    }
  }
});

test("only the rows and columns of moved boxes are computed again", () => {
  const boxes = [box(0, 1, 0, 1), box(0.5, 2, 0, 1), box(0, 4, 0, 4)];
  const scene = {
    lower: boxes.map((b) => b.lower),
    upper: boxes.map((b) => b.upper),
    temperature: 0,
  };
  const matrix = new Float64Array(9).fill(-1);
  updateOverlaps(matrix, scene, [1]);
  assert.deepEqual([...matrix].map((v) => v === -1), [
    ...[true, false, true],
    ...[false, false, false],
    ...[true, false, true],
  ]);
  assert.equal(matrix[1], 0.5);
  assert.equal(overlap(boxes[0], boxes[2]), 1);
});

test("wrong relations by the rule of the paper, and what changed since the start", () => {
  // 0 lies in 1 and in its equal 2; 1 and 2 are equal, so neither lies in the other.
  const matrix = Float64Array.of(1, 1, 1, 0.1, 1, 1, 0.1, 1, 1);
  const truth = [
    [null, 1, null],
    [0, null, 1],
    [1, 0, null],
  ];
  const marks = new Uint8Array(9);
  updateMarks(marks, matrix, truth, 0.5, [0, 1, 2]);
  assert.deepEqual([...marks], [0, 0, 0, 0, 0, MISSING, MISSING, 0, 0]);
  const start = marks.slice();
  matrix[1] = 0.2;
  matrix[6] = 0.9;
  matrix[2] = 0.1;
  updateMarks(marks, matrix, truth, 0.5, [0]);
  assert.equal(marks[1], MISSING);
  assert.deepEqual(tally(marks, start, truth), {
    missing: 2,
    spurious: 0,
    broken: 1,
    repaired: 1,
    f1: 2 / (2 + 2),
  });
  matrix[7] = 0.7;
  matrix[5] = 0.6;
  updateMarks(marks, matrix, truth, 0.5, [2]);
  assert.equal(marks[7], SPURIOUS);
});

test("a target on the tolerance is met, and the diagonal and unknown cells ask for nothing", () => {
  const goals = listTargets([
    [1, 0.5],
    [null, 1],
  ]);
  assert.equal(goals.length, 1);
  assert.equal(updateTargets(goals, [1, 0.4, 0, 1], 2), 0.5 - 0.4);
  assert.ok(within(0.02 + 1e-12, 0.02));
  assert.ok(!within(0.021, 0.02));
});

test("a grip on an edge of the selected box comes before a smaller box", () => {
  const scale = createScale(
    [
      [0, 1],
      [0, 1],
    ],
    450,
    434,
  );
  const scene = {
    lower: [
      [0, 0],
      [0.4, 0.4],
    ],
    upper: [
      [0.5, 1],
      [0.6, 0.6],
    ],
    first: 0,
  };
  const at = (x, y) => hitTest(scene, scale, [scale.x(x), scale.y(y)], 8);
  assert.equal(at(0.5, 0.5).i, 0);
  assert.deepEqual(at(0.5, 0.5).grip.map(Math.abs), [1, 0]);
  assert.equal(at(0.55, 0.5).i, 1);
  assert.deepEqual(at(0.2, 0.5), { i: 0, grip: [0, 0] });
  assert.equal(at(0.8, 0.8), null);
});

test("labels do not lie on one another", () => {
  const scale = createScale(
    [
      [0, 1],
      [0, 1],
    ],
    450,
    434,
  );
  const placed = [];
  for (let k = 0; k < 6; k++) {
    placed.push(findSpot(rectangle(scale, box(0.4, 0.6, 0.4, 0.6)), "a label", scale, placed));
  }
  const corners = new Set(placed.map(({ x, y }) => `${x} ${y}`));
  assert.equal(corners.size, 6);
});

test("ticks are round numbers within the limits", () => {
  assert.deepEqual(niceTicks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(niceTicks(-0.3, 0.3, 3), [-0.2, 0, 0.2]);
});
