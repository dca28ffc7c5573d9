// Numbers and words, as every widget writes them.

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// 12 digits: 0.35 rather than 0.35000000000000003.
export const tidy = (value) => Number(value.toPrecision(12));

// A trained model's corners are not round numbers.
export const brief = (value) => Number(value.toPrecision(4));

export const share = (value) => value.toFixed(3);

export const shorten = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

export const plural = (count, one, several = `${one}s`) =>
  `${count.toLocaleString("en")} ${count === 1 ? one : several}`;
