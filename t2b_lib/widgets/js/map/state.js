// What the parts of the map share: the datasets, their boxes, and what the reader has asked for.
// Boxes are numbered in the order in which they are drawn, the largest first.

/**
 * @param facts {datasets, classes, fields, left, right, bottom, top}, as `t2b_lib/hub/draw.py`
 *   writes them: of the corners one number a box
 */
export function createState({ datasets, classes, fields, left, right, bottom, top }) {
  const everyone = [...datasets.keys()];
  const areas = everyone.map((i) => (right[i] - left[i]) * (top[i] - bottom[i]));
  const shareOf = (i, j) => {
    const side = (low, high) => Math.max(0, Math.min(high[i], high[j]) - Math.max(low[i], low[j]));
    return areas[i] ? (side(left, right) * side(bottom, top)) / areas[i] : 0;
  };
  const contained = everyone.map(() => []);
  for (const i of everyone) for (const j of datasets[i].containers) contained[j].push(i);
  const state = {
    datasets,
    classes,
    fields,
    left,
    right,
    bottom,
    top,
    everyone,
    areas,
    contained,
    largestFirst: [...everyone].sort((a, b) => areas[b] - areas[a]),

    groups: { names: fields, of: datasets.map(({ field }) => field) }, // what colours follow
    selected: null, // the dataset whose details are shown
    other: null, // the dataset that it is compared with
    marked: null, // what a search or an entry of the legend marks: a set, or null
    range: null, // of the samples, where it is not all of them
    facets: {}, // what else must hold, by name: a test of a dataset's number

    /** How much of box i lies in box j, as drawn. */
    drawn: shareOf,

    isShown(i) {
      const [{ range }, { samples }] = [state, datasets[i]];
      const sized = range === null || (samples !== null && samples >= range[0] && samples <= range[1]);
      return sized && Object.values(state.facets).every((holds) => holds(i));
    },

    /** Where anything is selected or marked: a Map from its number to how it is drawn; else null. */
    get roles() {
      const { selected, marked } = state;
      if (selected === null) return marked && new Map([...marked].map((i) => [i, "match"]));
      const { other } = state;
      if (other !== null) {
        return new Map([
          [other, "selected"],
          [selected, "selected"],
        ]);
      }
      const { within, contents, containers } = datasets[selected];
      const roles = new Map([...within, ...contents].map(([i]) => [i, "near"]));
      for (const i of contained[selected]) roles.set(i, "content");
      for (const i of containers) roles.set(i, "container");
      return roles.set(selected, "selected");
    },
  };
  return state;
}

/** The extent of some boxes: its centre, width and height. */
export function extent(which, { left, right, bottom, top }) {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const i of which) {
    x0 = Math.min(x0, left[i]);
    x1 = Math.max(x1, right[i]);
    y0 = Math.min(y0, bottom[i]);
    y1 = Math.max(y1, top[i]);
  }
  return { x: (x0 + x1) / 2, y: (y0 + y1) / 2, width: x1 - x0, height: y1 - y0 };
}
