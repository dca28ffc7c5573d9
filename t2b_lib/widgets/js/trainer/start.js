// Where boxes start.

/** Random numbers in [0, 1) that a seed determines (Tommy Ettinger's mulberry32). */
export function createRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** n boxes of moderate size near the unit square: {n, d, lower, upper}. */
export function randomBoxes(n, d, seed) {
  const random = createRandom(seed);
  const lower = Float64Array.from({ length: n * d }, () => random());
  const upper = lower.map((value) => value + 0.2 + 0.3 * random());
  return { n, d, lower, upper };
}

/** Boxes from rows of corners. */
export const boxesOf = (lower, upper) => ({
  n: lower.length,
  d: lower[0].length,
  lower: Float64Array.from(lower.flat()),
  upper: Float64Array.from(upper.flat()),
});

/** Rows of corners, as the widget's model has them. */
export const rowsOf = ({ n, d }, corner) =>
  Array.from({ length: n }, (_, i) => [...corner.slice(i * d, (i + 1) * d)]);

/**
 * The same boxes in another number of dimensions: a new one gets sides at random, as a start has
 * them, and one that goes is dropped.
 */
export function inDimensions(boxes, d, seed) {
  const fresh = randomBoxes(boxes.n, d, seed);
  for (let i = 0; i < boxes.n; i++) {
    for (let k = 0; k < Math.min(d, boxes.d); k++) {
      fresh.lower[i * d + k] = boxes.lower[i * boxes.d + k];
      fresh.upper[i * d + k] = boxes.upper[i * boxes.d + k];
    }
  }
  return fresh;
}
