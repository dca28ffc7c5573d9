// The network of Task2Box in the page: features to a box (`t2b_lib/widgets/forward.py` exports it).

/** A number in half precision, from its 16 bits. */
export function fromHalf(bits) {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size = exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024);
  return bits & 0x8000 ? -size : size;
}

/** Numbers from base64, little-endian, of `size` bytes each; `read(view, at)` reads one. */
function decode(text, size, read) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / size }, (_, k) => read(view, size * k));
}

const halves = (text) => decode(text, 2, (view, at) => fromHalf(view.getUint16(at, true)));
const singles = (text) => decode(text, 4, (view, at) => view.getFloat32(at, true));

/** The lengths of the pieces of a vector whose sizes are `blocks`. */
function lengthsOf(vector, blocks) {
  let from = 0;
  return blocks.map((size) => Math.hypot(...vector.slice(from, (from += size))));
}

const SQUASH = {
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
};

/**
 * A function from features (an array of numbers) to a box {lower, upper}.
 *
 * `network` is {side, layers, blocks, centre}. A layer {weight, bias} has one row of weights a unit.
 * Between two layers negative values become 0. The last layer gives the lower corner, then the sides
 * before they are squashed. With blocks, the lengths of pieces of the features, and of their
 * difference from the centre, are further inputs.
 */
export function createForward({ side, layers, blocks, centre }) {
  const decoded = layers.map(({ weight, bias }) => [halves(weight), halves(bias)]);
  const mean = blocks && singles(centre);
  const withLengths = (features) => {
    const apart = features.map((value, k) => value - mean[k]);
    return [...features, ...lengthsOf(features, blocks), ...lengthsOf(apart, blocks)];
  };
  const squash = SQUASH[side];
  return (features) => {
    let values = blocks ? withLengths(features) : features;
    decoded.forEach(([weight, bias], k) => {
      const inputs = k ? values.map((value) => Math.max(value, 0)) : values;
      values = bias.map((start, unit) =>
        inputs.reduce((sum, value, i) => sum + value * weight[unit * inputs.length + i], start),
      );
    });
    const d = values.length / 2;
    const lower = [...values.slice(0, d)];
    return { lower, upper: lower.map((value, k) => value + squash(values[d + k])) };
  };
}
