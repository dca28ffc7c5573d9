// Gradient descent, plain or by Adam (Kingma and Ba 2015), as PyTorch does it.

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/** `step(values, gradient, settings)` changes the values in place; each optimiser keeps its state. */
const OPTIMISERS = {
  "gradient descent": () => ({
    step(values, gradient, { learning_rate }) {
      for (let k = 0; k < values.length; k++) values[k] -= learning_rate * gradient[k];
    },
  }),
  Adam: (size) => {
    const [mean, square] = [new Float64Array(size), new Float64Array(size)];
    let count = 0;
    return {
      step(values, gradient, { learning_rate }) {
        count++;
        const rate = learning_rate / (1 - BETA1 ** count);
        const correction = Math.sqrt(1 - BETA2 ** count);
        for (let k = 0; k < values.length; k++) {
          mean[k] += (1 - BETA1) * (gradient[k] - mean[k]);
          square[k] = BETA2 * square[k] + (1 - BETA2) * gradient[k] ** 2;
          values[k] -= (rate * mean[k]) / (Math.sqrt(square[k]) / correction + EPSILON);
        }
      },
    };
  },
};

export const OPTIMISER_NAMES = Object.keys(OPTIMISERS);

/** Steps of descent for the corners of boxes; `settings` names the optimiser. */
export function createDescent({ lower, upper }, { optimiser }) {
  const own = { lower: OPTIMISERS[optimiser](lower.length), upper: OPTIMISERS[optimiser](lower.length) };
  return {
    optimiser,
    step(boxes, gradient, settings) {
      for (const corner of ["lower", "upper"]) {
        own[corner].step(boxes[corner], gradient[corner], settings);
      }
      keepRightWayRound(boxes);
    },
  };
}

/** Ends that have crossed meet in the middle. */
function keepRightWayRound({ lower, upper }) {
  for (let k = 0; k < lower.length; k++) {
    if (lower[k] > upper[k]) lower[k] = upper[k] = (lower[k] + upper[k]) / 2;
  }
}
