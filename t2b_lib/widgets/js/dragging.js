// Where a box goes when it is dragged.

import { clamp, tidy } from "./text.js";

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
