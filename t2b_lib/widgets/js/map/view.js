// Which part of the map is seen, and how it moves.

import { clamp } from "../text.js";
import { extent } from "./state.js";

const TAKES_IN = 0.88; // of the frame is filled by what the view is fitted to
const STRETCH = 2.2; // how much longer a unit may be along one axis than along the other
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
 * Which part of the map an element shows. `onMove` is called once a frame after any change.
 *
 * `across` and `down` lead from data to pixels from the top left, `fromAcross` and `fromDown` back.
 */
export function createView(plot, state, onMove) {
  let at = null; // {x, y, unit}: the centre, and data units per pixel up
  let size = [0, 0];
  let stretch = 1;
  let home = null;
  let flight = 0;
  let waiting = 0;

  const view = {
    get size() {
      return size;
    },
    get home() {
      return home;
    },
    /** Data units per pixel along each axis. */
    get units() {
      return [at.unit * stretch, at.unit];
    },
    current: () => ({ ...at }),
    across: (value) => (value - at.x) / (at.unit * stretch) + size[0] / 2,
    down: (value) => (at.y - value) / at.unit + size[1] / 2,
    fromAcross: (px) => at.x + (px - size[0] / 2) * at.unit * stretch,
    fromDown: (py) => at.y - (py - size[1] / 2) * at.unit,

    /** Box i on the screen: [x0, x1, y0, y1] in pixels. */
    pixels: (i) => [
      view.across(state.left[i]),
      view.across(state.right[i]),
      view.down(state.top[i]),
      view.down(state.bottom[i]),
    ],

    look(wanted) {
      at = within(wanted, home, size, stretch);
      if (waiting) return;
      waiting = requestAnimationFrame(() => {
        waiting = 0;
        onMove();
      });
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

    zoom: (factor) => view.fly({ ...at, unit: at.unit * factor }),

    /** By shares of the frame. */
    pan: (dx, dy) => view.fly(moved(-dx * size[0], dy * size[1])),

    /** Move what is seen by pixels, as a hand that holds the map. */
    drag(dx, dy) {
      view.stop();
      view.look(moved(dx, dy));
    },

    /** Zoom about a place of the frame, which stays where it is. */
    zoomAbout(factor, px, py) {
      view.stop();
      const [x, y] = [view.fromAcross(px), view.fromDown(py)];
      const { unit } = within({ ...at, unit: at.unit * factor }, home, size, stretch);
      const real = unit / at.unit;
      view.look({ x: x + (at.x - x) * real, y: y + (at.y - y) * real, unit });
    },
  };

  const moved = (dx, dy) => ({
    x: at.x - dx * at.unit * stretch,
    y: at.y + dy * at.unit,
    unit: at.unit,
  });

  function fitted(which) {
    const to = fit(extent(which, state), size, stretch);
    return { ...to, unit: to.unit || (home ? home.unit / 20 : 1 / size[1]) };
  }

  function resized() {
    const now = [plot.clientWidth, plot.clientHeight];
    if (!now[0] || !now[1] || (now[0] === size[0] && now[1] === size[1])) return;
    const wasHome = home === null || Math.abs(at.unit / home.unit - 1) < 0.01;
    size = now;
    stretch = stretchOf(extent(state.everyone, state), size);
    home = fitted(state.everyone);
    view.look(wasHome ? home : at);
  }

  new ResizeObserver(resized).observe(plot);
  resized();
  return view;
}
