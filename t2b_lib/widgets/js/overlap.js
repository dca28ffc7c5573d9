// Overlaps of boxes: the arithmetic of `t2b_lib/boxes.py`, exact and soft.

const EULER_GAMMA = 0.5772156649015329;
const INTERSECTION_TEMPERATURE = 1e-4;
const SOFT_SIDE_FLOOR = 1e-13;
const ZERO_SIDE = 1e-19;

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
export function areas(a, b, temperature) {
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

export const boxAt = (scene, i) => ({ lower: scene.lower[i], upper: scene.upper[i] });

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
