// What an exercise asks for, and whether the boxes have it.

const share = (value) => value.toFixed(2);

/**
 * `goal` {kind, …} of an exercise against `state` {n, d, lower, upper, overlaps, relation (n * n,
 * NaN where unknown), f1, steps}: {met, text}. Only training counts: nothing is met before a step.
 */
export function checkGoal(goal, state) {
  const { met, text } = KINDS[goal.kind](goal, state);
  return { met: met && state.steps > 0, text };
}

const KINDS = {
  /** All relations right. */
  f1({ at_least }, { f1 }) {
    return { met: f1 >= at_least, text: `F1 is ${share(f1)}` };
  },

  /** How much of box i lies in box j, and how long the sides of box i are. */
  overlap({ pair: [i, j], at_least, at_most = 1, side = 0 }, { n, d, lower, upper, overlaps }) {
    const value = overlaps[i * n + j];
    const sides = Array.from({ length: d }, (_, k) => upper[i * d + k] - lower[i * d + k]);
    const shortest = Math.min(...sides);
    const ofSide = side ? `, the shortest side is ${share(shortest)}` : "";
    return {
      met: value >= at_least && value <= at_most && shortest >= side,
      text: `the overlap is ${share(value)}${ofSide}`,
    };
  },

  /** Every overlap near what it should be. */
  near({ within }, { overlaps, relation }) {
    const off = relation.map((value, k) => (Number.isNaN(value) ? 0 : Math.abs(value - overlaps[k])));
    const worst = Math.max(...off);
    return { met: worst <= within, text: `the largest error is ${share(worst)}` };
  },
};
