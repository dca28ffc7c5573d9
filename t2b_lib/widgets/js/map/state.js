// What the parts of the map share: the datasets, their boxes, and what the reader has asked for.
// Boxes are numbered in the order in which they are drawn, the largest first.

/**
 * @param facts {datasets, classes, fields, left, right, bottom, top}, as `t2b_lib/hub/draw.py`
 *   writes them: of the corners one number a box
 */
export function createState({ datasets, classes, fields, left, right, bottom, top }) {
  const everyone = [...datasets.keys()];
  const areas = everyone.map((i) => (right[i] - left[i]) * (top[i] - bottom[i]));
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

    selected: null, // the dataset whose details are shown
    marked: null, // what a search or a field of the legend marks: a set, or null
    range: null, // of the samples, where it is not all of them

    isShown(i) {
      const [{ range }, { samples }] = [state, datasets[i]];
      return range === null || (samples !== null && samples >= range[0] && samples <= range[1]);
    },

    /** Where anything is selected or marked: a Map from its number to how it is drawn; else null. */
    get roles() {
      const { selected, marked } = state;
      if (selected === null) return marked && new Map([...marked].map((i) => [i, "match"]));
      const roles = new Map(contained[selected].map((i) => [i, "content"]));
      for (const i of datasets[selected].containers) roles.set(i, "container");
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
