// The part of the plane that a drawing shows.

import { tidy } from "./text.js";

/** The largest of 1, 2 and 5 times a power of ten that divides a span into 200 or more. */
export function niceStep(span) {
  const power = 10 ** Math.floor(Math.log10(span / 200));
  return Math.max(...[1, 2, 5].map((m) => m * power).filter((m) => m <= (span / 200) * (1 + 1e-9)));
}

/** The smallest of 1, 2 and 5 times a power of ten that crosses a span in 25 strides or fewer. */
export function strideOf(span) {
  const power = 10 ** Math.floor(Math.log10(span / 25));
  return Math.min(...[1, 2, 5, 10].map((m) => m * power).filter((m) => m >= (span / 25) * (1 - 1e-9)));
}

/**
 * Limits [low, high] around values, and the step of a drag. Limits that hold the values are kept,
 * if these fill at least a share `filled` of them.
 */
export function roomFor(values, before, filled = 0) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const holds = before && before[0] <= least && most <= before[1];
  if (holds && most - least >= filled * (before[1] - before[0])) {
    return { limits: before, step: niceStep(before[1] - before[0]) };
  }
  // Something to show for flat boxes, and for tiny ones far away.
  const margin = Math.max(0.15 * (most - least), 1e-6 * Math.abs(least), 1e-6 * Math.abs(most)) || 0.5;
  const step = niceStep(most - least + 2 * margin);
  return {
    limits: [
      tidy(Math.floor((least - margin) / step) * step),
      tidy(Math.ceil((most + margin) / step) * step),
    ],
    step,
  };
}
