// The loss of Task2Box (paper, Eq. 4 to 6) of boxes whose corners are free, and its gradient.
//
// It is `Task2Box.loss_terms` of `t2b_lib/model.py` with the derivatives that PyTorch would take.
// Boxes are {n, d, lower, upper}: n boxes in d dimensions, corners as Float64Array of n * d numbers.
// A relation is a Float64Array of n * n numbers, [i, j] how much of i lies in j, NaN where unknown.

const EULER_GAMMA = 0.5772156649015329;
const SOFT_SIDE_FLOOR = 1e-13;
const ZERO_SIDE = 1e-19;
const OVERLAP_WEIGHT = 100;

export const TERMS = ["overlap", "distance", "regularity", "volume"];

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** log(1 + exp(x / t)) * t without overflow. */
const softplus = (x, t) => Math.max(x, 0) + t * Math.log1p(Math.exp(-Math.abs(x) / t));

/**
 * Share of an interval in another, and its derivatives by the four ends, into `out`: by the lower
 * and the upper end of the one, then of the other.
 */
export function exactShare(low, high, otherLow, otherHigh, out) {
  const side = high - low;
  const shared = Math.min(high, otherHigh) - Math.max(low, otherLow);
  out.fill(0);
  if (side <= ZERO_SIDE) return shared >= 0 && side >= 0 ? 1 : 0;
  const share = Math.max(shared, 0) / side;
  if (shared > 0) {
    // As in PyTorch, ends that coincide move the shared part by half each.
    const ownLow = low === otherLow ? 0.5 : Number(low > otherLow);
    const ownHigh = high === otherHigh ? 0.5 : Number(high < otherHigh);
    out[0] = -ownLow / side;
    out[1] = ownHigh / side;
    out[2] = -(1 - ownLow) / side;
    out[3] = (1 - ownHigh) / side;
  }
  out[0] += share / side;
  out[1] -= share / side;
  return share;
}

/** The same, softly: Gumbel intersection at temperature `ti`, Bessel volume at `tv`. */
export function softShare(low, high, otherLow, otherHigh, out, { ti, tv }) {
  const ownLow = sigmoid((low - otherLow) / ti);
  const ownHigh = sigmoid((otherHigh - high) / ti);
  const from = Math.max(low, otherLow) + softplus(-Math.abs(low - otherLow), ti);
  const to = Math.min(high, otherHigh) - softplus(-Math.abs(high - otherHigh), ti);
  const shift = 2 * EULER_GAMMA * ti;
  const [shared, own] = [to - from - shift, high - low - shift];
  const softShared = softplus(shared, tv) + SOFT_SIDE_FLOOR;
  const softOwn = softplus(own, tv) + SOFT_SIDE_FLOOR;
  const share = softShared / softOwn;
  const bySide = sigmoid(shared / tv) / softOwn;
  const byOwn = (share * sigmoid(own / tv)) / softOwn;
  out[0] = -ownLow * bySide + byOwn;
  out[1] = ownHigh * bySide - byOwn;
  out[2] = -(1 - ownLow) * bySide;
  out[3] = (1 - ownHigh) * bySide;
  return share;
}

/** The error of one overlap and its derivative, into `out`. */
function pairError(predicted, wanted, crossEntropy, out) {
  if (!crossEntropy) {
    out[0] = (wanted - predicted) ** 2;
    out[1] = 2 * (predicted - wanted);
    return;
  }
  const p = Math.min(Math.max(predicted, 1e-30), 1 - 1e-6);
  out[0] = -(wanted * Math.log(p) + (1 - wanted) * Math.log(1 - p));
  out[1] = p === predicted ? (1 - wanted) / (1 - p) - wanted / p : 0;
}

/** Overlaps of all pairs and the first term of Eq. 4; its gradient is added to `gradient`. */
function addOverlap({ n, d, lower, upper }, relation, settings, gradient, overlaps) {
  const share = settings.soft ? softShare : exactShare;
  const temperatures = {
    ti: settings.intersection_temperature,
    tv: settings.volume_temperature,
  };
  const crossEntropy = settings.loss === "cross-entropy";
  const slopes = Array.from({ length: d }, () => new Float64Array(4));
  const shares = new Float64Array(d);
  const error = new Float64Array(2);
  let total = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let product = 1;
      for (let k = 0; k < d; k++) {
        const [a, b] = [i * d + k, j * d + k];
        shares[k] = share(lower[a], upper[a], lower[b], upper[b], slopes[k], temperatures);
        product *= shares[k];
      }
      overlaps[i * n + j] = product;
      const wanted = relation[i * n + j];
      if (i === j || Number.isNaN(wanted)) continue;
      pairError(product, wanted, crossEntropy, error);
      total += error[0];
      for (let k = 0; k < d; k++) {
        let others = OVERLAP_WEIGHT * error[1];
        for (let other = 0; other < d; other++) if (other !== k) others *= shares[other];
        gradient.lower[i * d + k] += others * slopes[k][0];
        gradient.upper[i * d + k] += others * slopes[k][1];
        gradient.lower[j * d + k] += others * slopes[k][2];
        gradient.upper[j * d + k] += others * slopes[k][3];
      }
    }
  }
  return OVERLAP_WEIGHT * total;
}

/** L_D: squared distances of the centres of boxes that should overlap. */
function addDistance({ n, d, lower, upper }, relation, { distance_weight: weight }, gradient) {
  let total = 0;
  if (weight === 0) return total;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i === j || !(relation[i * n + j] > 0)) continue;
      for (let k = 0; k < d; k++) {
        const [a, b] = [i * d + k, j * d + k];
        const apart = (lower[a] + upper[a] - lower[b] - upper[b]) / 2;
        total += apart ** 2;
        gradient.lower[a] += weight * apart;
        gradient.upper[a] += weight * apart;
        gradient.lower[b] -= weight * apart;
        gradient.upper[b] -= weight * apart;
      }
    }
  }
  return weight * total;
}

/** R's first part: differences of the sides of a box. */
function addRegularity({ n, d, lower, upper }, { regularity_weight }, gradient) {
  const weight = regularity_weight / d ** 2;
  let total = 0;
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < d; k++) {
      for (let other = 0; other < k; other++) {
        const [a, b] = [i * d + k, i * d + other];
        const uneven = upper[a] - lower[a] - (upper[b] - lower[b]);
        total += Math.abs(uneven);
        const slope = weight * Math.sign(uneven);
        gradient.upper[a] += slope;
        gradient.lower[a] -= slope;
        gradient.upper[b] -= slope;
        gradient.lower[b] += slope;
      }
    }
  }
  return weight * total;
}

/** A soft side and its slope; as in PyTorch, a side of more than 20 temperatures is itself. */
const softSide = (side, tv) =>
  side > 20 * tv
    ? [side + SOFT_SIDE_FLOOR, 1]
    : [softplus(side, tv) + SOFT_SIDE_FLOOR, sigmoid(side / tv)];

/** R's second part: one over the soft volume, which keeps boxes from vanishing. */
function addVolume({ n, d, lower, upper }, settings, gradient) {
  const { volume_temperature: tv, inverse_volume_weight: weight } = settings;
  const shift = 2 * EULER_GAMMA * settings.intersection_temperature;
  let total = 0;
  for (let i = 0; i < n; i++) {
    let logVolume = 0;
    for (let k = i * d; k < (i + 1) * d; k++) {
      logVolume += Math.log(softSide(upper[k] - lower[k] - shift, tv)[0]);
    }
    const inverse = Math.exp(-logVolume / d);
    total += inverse;
    for (let k = i * d; k < (i + 1) * d; k++) {
      const [side, bySide] = softSide(upper[k] - lower[k] - shift, tv);
      const slope = (-weight * inverse * bySide) / (d * side);
      gradient.upper[k] += slope;
      gradient.lower[k] -= slope;
    }
  }
  return weight * total;
}

/**
 * The weighted terms of the loss and what follows from them.
 *
 * `settings`: soft, intersection_temperature, volume_temperature, loss ("squared error" or
 * "cross-entropy"), distance_weight, regularity_weight, inverse_volume_weight; as in Python.
 * Returns {terms: {overlap, distance, regularity, volume}, gradient: {lower, upper}, overlaps}.
 */
export function lossAndGradient(boxes, relation, settings) {
  const size = boxes.n * boxes.d;
  const gradient = { lower: new Float64Array(size), upper: new Float64Array(size) };
  const overlaps = new Float64Array(boxes.n ** 2);
  const terms = {
    overlap: addOverlap(boxes, relation, settings, gradient, overlaps),
    distance: addDistance(boxes, relation, settings, gradient),
    regularity: addRegularity(boxes, settings, gradient),
    volume: addVolume(boxes, settings, gradient),
  };
  return { terms, gradient, overlaps };
}
