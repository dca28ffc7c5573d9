// The names on the map, where there is room for them.

import { shorten } from "../text.js";
import { find } from "./page.js";
import { legible } from "./scheme.js";

const SIZES = [14, 13, 12, 11]; // pixels: of large, middling, small and the smallest boxes
const PADDING = 2;
const LONGEST = 30; // letters
const WORK = 40_000; // boxes looked at, each time, for labels in the open beside them
const MISSES = 300; // boxes without room for a label, after which no smaller one is tried

/** Whether two rectangles {x, y, width, height} share no point. */
export const apart = (a, b) =>
  a.x >= b.x + b.width ||
  b.x >= a.x + a.width ||
  a.y >= b.y + b.height ||
  b.y >= a.y + a.height;

/** The corners [x, y] where a label may go: within its box, its middle, and beside it. */
export function placesOf([x0, x1, y0, y1], { width, height }, [w, h]) {
  // Of a box that reaches out of the frame, the part within it holds the label.
  const [u0, u1] = [Math.max(x0, 1) + 3, Math.min(x1, w - 1) - 3];
  const [v0, v1] = [Math.max(y0, 1) + 2, Math.min(y1, h - 1) - 2];
  const middle = (u0 + u1 - width) / 2;
  const level = (v0 + v1 - height) / 2;
  return {
    room: u1 - u0,
    rise: v1 - v0,
    middle: [[middle, level]],
    within: [
      [u0, v0],
      [u0, v1 - height],
      [u1 - width, v0],
      [u1 - width, v1 - height],
      [middle, level],
    ],
    beside: [
      [middle, y1],
      [middle, y0 - height],
      [x1 + 2, level],
      [x0 - width - 2, level],
      [x0, y0 - height],
      [x1 - width, y0 - height],
      [x0, y1],
      [x1 - width, y1],
    ],
  };
}

/** The width of texts in pixels, measured once each. */
function createRuler(family) {
  const context = document.createElement("canvas").getContext("2d");
  const widths = new Map();
  return (text, pixels, style) => {
    const key = `${style} ${pixels} ${text}`;
    if (!widths.has(key)) {
      context.font = `${style} ${pixels}px ${family}`;
      widths.set(key, context.measureText(text).width + 2 * PADDING);
    }
    return widths.get(key);
  };
}

/**
 * The labels: large boxes first; each in the first of a few places that is free. A label that keeps
 * to its box needs room there, unless its dataset is what the reader asked for.
 */
export function createLabels(state, view, scheme) {
  const { datasets, everyone, areas, left, right, bottom, top } = state;
  const family = getComputedStyle(document.body).fontFamily;
  const widthOf = createRuler(family);
  let written = []; // the labels on screen

  // The reader's own and what was clicked come first, whatever the room in their boxes.
  const asked = (i) => i === state.selected || datasets[i].placed;

  /** Datasets in the order in which they get their labels. */
  function candidates(roles) {
    const rest = roles
      ? [...roles.keys()].sort((a, b) => areas[b] - areas[a])
      : state.largestFirst;
    return [...everyone.filter(asked), ...rest.filter((i) => !asked(i))].filter(state.isShown);
  }

  /** Whether no box lies there. */
  function isOpen(a) {
    const [u0, u1] = [view.fromAcross(a.x), view.fromAcross(a.x + a.width)];
    const [v0, v1] = [view.fromDown(a.y + a.height), view.fromDown(a.y)];
    return everyone.every(
      (i) => left[i] > u1 || right[i] < u0 || bottom[i] > v1 || top[i] < v0 || !state.isShown(i),
    );
  }

  function labelOf(i, area, wanted) {
    const [w, h] = view.size;
    const large = area > 0.06 * w * h;
    const text = shorten(datasets[i].name.replace(/\s+/g, " "), LONGEST);
    const style = asked(i) || large ? "bold" : "normal";
    const pixels =
      SIZES[large ? 0 : area > 0.008 * w * h || wanted ? 1 : area > 0.004 * w * h ? 2 : 3];
    const height = Math.ceil(1.3 * pixels) + 2 * PADDING;
    return { i, text, style, pixels, width: widthOf(text, pixels, style), height };
  }

  function choose() {
    const [w, h] = view.size;
    const { offsetLeft: x, offsetTop: y, offsetWidth, offsetHeight } = find(".buttons");
    const taken = [{ x, y, width: offsetWidth, height: offsetHeight }];
    const isFree = (a) =>
      a.x >= 1 &&
      a.y >= 1 &&
      a.x + a.width <= w - 1 &&
      a.y + a.height <= h - 1 &&
      taken.every((b) => apart(a, b));

    const { roles } = state;
    const most = Math.max(12, Math.round((w * h) / 4000));
    let tries = Math.min(200, WORK / everyone.length);
    let misses = 0;
    for (const i of candidates(roles)) {
      if (taken.length > most || misses > MISSES) break;
      const pixels = view.pixels(i);
      const [x0, x1, y0, y1] = pixels;
      if (x1 < 0 || y1 < 0 || x0 > w || y0 > h) continue;
      const wanted = asked(i) || roles?.get(i) === "match";
      const area = (x1 - x0) * (y1 - y0);
      if (!wanted && area < 150) {
        if (roles === null) break; // all that follow are smaller
        continue;
      }
      const label = labelOf(i, area, wanted);
      const places = placesOf(pixels, label, view.size);
      const first = (spots, fits = isFree) =>
        spots.map(([x, y]) => ({ ...label, x, y })).find(fits);
      let found;
      if (places.rise >= label.height) {
        if (label.width <= places.room) found = first(places.within);
        else if (label.width <= 1.6 * places.room) found = first(places.middle);
      }
      if (!found && wanted) found = first([...places.beside, ...places.middle]);
      if (!found && tries-- > 0) found = first(places.beside, (a) => isFree(a) && isOpen(a));
      // At last across its own box, over its edges: better than no name where names leave room.
      if (!found) found = first([...places.middle, ...places.within]);
      if (found) taken.push(found);
      else misses += 1;
    }
    return taken.slice(1);
  }

  const colour = ({ i }) => (asked(i) ? scheme.ink : legible(scheme.hue(i), scheme.ink));

  return {
    colour,

    get written() {
      return written;
    },

    write() {
      written = choose();
    },

    paint(context) {
      context.textBaseline = "top";
      for (const { i, x, y, width, height, text, style, pixels } of written) {
        context.globalAlpha = 0.72;
        context.fillStyle = scheme.sea;
        context.beginPath();
        context.roundRect(x, y, width, height, 3);
        context.fill();
        context.globalAlpha = 1;
        context.fillStyle = colour({ i });
        context.font = `${style} ${pixels}px ${family}`;
        context.fillText(text, x + PADDING, y + PADDING + 0.15 * pixels);
      }
    },

    /** The dataset whose label lies at a point, or undefined. */
    at: (px, py) =>
      written.find((a) => px >= a.x && px <= a.x + a.width && py >= a.y && py <= a.y + a.height)?.i,
  };
}
