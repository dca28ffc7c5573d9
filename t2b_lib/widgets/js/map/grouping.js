// What the boxes can be coloured and filtered by.

const UNKNOWN = "unknown";
const CLASSES = ["2 to 9 classes", "10 to 49 classes", "50 to 199 classes", "200 classes or more"];
const SIZES = ["below 1,000", "1,000 to 10,000", "10,000 to 100,000", "100,000 or more"];

/** What a licence allows, told from its name. */
export function licenceKind(licence) {
  if (!licence) return UNKNOWN;
  if (/-nc|non-?commercial|research/i.test(licence)) return "not for commercial use";
  return /^(cc0|cc-by|mit|apache|bsd|pd|odc|cdla|gpl|public|etalab|openrail)/i.test(licence)
    ? "open"
    : "its own terms";
}

const countOf = (limits, value) => limits.filter((limit) => value >= limit).length;

/** Groups of the datasets: {names, of}; `of[i]` is the group of dataset i, or null. */
export function groupsBy(what, { datasets, fields }) {
  if (what === "field") return { names: fields, of: datasets.map(({ field }) => field) };
  const name = {
    licence: ({ licence }) => licenceKind(licence),
    classes: ({ classes }) =>
      classes.length ? CLASSES[countOf([10, 50, 200], classes.length)] : UNKNOWN,
    size: ({ samples }) => (samples === null ? UNKNOWN : SIZES[countOf([1e3, 1e4, 1e5], samples)]),
  }[what];
  const named = datasets.map(name);
  const order = ["open", "not for commercial use", "its own terms", ...CLASSES, ...SIZES, UNKNOWN];
  const names = order.filter((one) => named.includes(one));
  return { names, of: named.map((one) => names.indexOf(one)) };
}
