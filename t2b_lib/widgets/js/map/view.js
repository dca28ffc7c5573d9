// Which part of the map is seen, and how it moves.

import { clamp } from "../text.js";
import { extent } from "./state.js";

const TAKES_IN = 0.88; // of the frame is filled by what the view is fitted to
const STRETCH = 1.6; // how much longer a unit may be along one axis than along the other
const DEEPEST = 1e5; // zoom

/** How much longer a unit is up than across. Up to a point, this lets an extent fill the frame. */
export const stretchOf = ({ width, height }, size) =>
  clamp(width / size[0] / (height / size[1]) || 1, 1 / STRETCH, STRETCH);

/** The view that shows an extent whole: its centre, and data units per pixel up. */
export const fit = ({ x, y, width, height }, size, stretch) => ({
  x,
  y,
  unit: Math.max(width / stretch / size[0], height / size[1]) / TAKES_IN,
});

/** A view within the limits of `home`: neither too deep nor beyond the map's edge. */
export function within(at, home, size, stretch) {
  const [reachX, reachY] = [home.unit * stretch * size[0], home.unit * size[1]].map((v) => v / 2);
  return {
    x: clamp(at.x, home.x - reachX, home.x + reachX),
    y: clamp(at.y, home.y - reachY, home.y + reachY),
    unit: clamp(at.unit, home.unit / DEEPEST, home.unit * 1.5),
  };
}

/** The view at a share `t` of the way between two views, slow at both ends. */
export function between(from, to, t) {
  const eased = t * t * (3 - 2 * t);
  const unit = from.unit * (to.unit / from.unit) ** eased;
  // The centre follows the scale, so that the way seems straight while the scale changes.
  const along = from.unit === to.unit ? eased : (unit - from.unit) / (to.unit - from.unit);
  return { x: from.x + (to.x - from.x) * along, y: from.y + (to.y - from.y) * along, unit };
}

/**
 * The view of a Bokeh plot. `onMove` is called once after each change.
 *
 * `across` and `down` lead from data to pixels from the top left, `fromAcross` and `fromDown` back.
 */
export function createView(plot, state, onMove) {
  const { x_range: x, y_range: y } = plot;
  let size = [0, 0];
  let stretch = 1;
  let home = null;
  let flight = 0;
  let waiting = false;

  const view = {
    get size() {
      return size;
    },
    get home() {
      return home;
    },
    /** Data units per pixel along each axis. */
    get units() {
      const { unit } = view.current();
      return [unit * stretch, unit];
    },
    current: () => ({
      x: (x.start + x.end) / 2,
      y: (y.start + y.end) / 2,
      unit: (y.end - y.start) / plot.inner_height,
    }),
    across: (value) => ((value - x.start) / (x.end - x.start)) * size[0],
    down: (value) => ((y.end - value) / (y.end - y.start)) * size[1],
    fromAcross: (px) => x.start + (px / size[0]) * (x.end - x.start),
    fromDown: (py) => y.end - (py / size[1]) * (y.end - y.start),

    /** Box i on the screen: [x0, x1, y0, y1] in pixels. */
    pixels: (i) => [
      view.across(state.left[i]),
      view.across(state.right[i]),
      view.down(state.top[i]),
      view.down(state.bottom[i]),
    ],

    look(at) {
      const { x: cx, y: cy, unit } = within(at, home, size, stretch);
      const [dx, dy] = [(unit * stretch * size[0]) / 2, (unit * size[1]) / 2];
      x.setv({ start: cx - dx, end: cx + dx });
      y.setv({ start: cy - dy, end: cy + dy });
    },

    stop: () => cancelAnimationFrame(flight),

    fly(to) {
      view.stop();
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) return view.look(to);
      const from = view.current();
      const start = performance.now();
      const step = (now) => {
        const t = clamp((now - start) / 350, 0, 1);
        view.look(between(from, to, t));
        if (t < 1) flight = requestAnimationFrame(step);
      };
      flight = requestAnimationFrame(step);
    },

    /** Some boxes; of a single one the surroundings, which say more than a box that fills all. */
    goTo(which) {
      if (!which.length) return;
      const to = fitted(which);
      view.fly({ ...to, unit: which.length === 1 ? to.unit * 1.8 : to.unit });
    },

    zoom: (factor) => view.fly({ ...view.current(), unit: view.current().unit * factor }),

    /** By shares of the frame. */
    pan(dx, dy) {
      const { x, y, unit } = view.current();
      view.fly({ x: x + dx * unit * stretch * size[0], y: y + dy * unit * size[1], unit });
    },
  };

  function fitted(which) {
    const to = fit(extent(which, state), size, stretch);
    return { ...to, unit: to.unit || (home ? home.unit / 20 : 1 / size[1]) };
  }

  /* Bokeh's tools move the ranges one end after the other: what depends on them waits for all. */
  function moved() {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      if (!home) return;
      const { unit } = view.current();
      if (unit > home.unit * 1.501 || unit < (home.unit * 0.999) / DEEPEST) {
        view.look(view.current());
      }
      onMove();
    });
  }

  function resized() {
    const now = [plot.inner_width, plot.inner_height];
    if (!now[0] || !now[1] || (now[0] === size[0] && now[1] === size[1])) return;
    const before = home && { ...view.current(), unit: (y.end - y.start) / size[1] };
    const wasHome = home === null || Math.abs(before.unit / home.unit - 1) < 0.01;
    size = now;
    stretch = stretchOf(extent(state.everyone, state), size);
    home = fitted(state.everyone);
    view.look(wasHome ? home : before);
    moved();
  }

  for (const range of [x, y]) range.change.connect(moved);
  for (const side of ["inner_width", "inner_height"]) plot.properties[side].change.connect(resized);
  resized();
  return view;
}
