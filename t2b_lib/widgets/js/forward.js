// The network of Task2Box in the page: features to a box (`t2b_lib/widgets/forward.py` exports it).

/** A number in half precision, from its 16 bits. */
export function fromHalf(bits) {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size = exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024);
  return bits & 0x8000 ? -size : size;
}

/** Numbers from half precision, little-endian, in base64. */
function decode(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / 2 }, (_, k) =>
    fromHalf(view.getUint16(2 * k, true)),
  );
}

const SQUASH = {
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
};

/**
 * A function from features (an array of numbers) to a box {lower, upper}.
 *
 * `network` is {side, layers}; a layer {weight, bias} has one row of weights a unit. Between two
 * layers negative values become 0. The last layer gives the lower corner, then the sides before
 * they are squashed.
 */
export function createForward({ side, layers }) {
  const decoded = layers.map(({ weight, bias }) => [decode(weight), decode(bias)]);
  const squash = SQUASH[side];
  return (features) => {
    let values = features;
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
