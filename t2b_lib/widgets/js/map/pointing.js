// Pointer, wheel, keys and buttons of the map.

import { find } from "./page.js";

/**
 * The smallest box at a point in data units; of those that are marked before any other. Boxes that
 * are hard to hit count a little beyond their edges. Null where there is none.
 */
export function smallestAt([at, up], [unitX, unitY], state) {
  const { left, right, bottom, top, areas, roles } = state;
  let [best, smallest] = [null, Infinity];
  for (const i of state.everyone) {
    const sx = right[i] - left[i] < 6 * unitX ? 2 * unitX : 0;
    const sy = top[i] - bottom[i] < 6 * unitY ? 2 * unitY : 0;
    if (at < left[i] - sx || at > right[i] + sx || up < bottom[i] - sy || up > top[i] + sy)
      continue;
    if (!state.isShown(i)) continue;
    const rank = areas[i] + (roles && !roles.has(i) ? 1e300 : 0);
    if (rank < smallest || best === null) [best, smallest] = [i, rank];
  }
  return best;
}

export function listen({ state, view, labels, panels, select, clearMarks, escape }) {
  const stage = find("#stage");

  /* A label stands for its dataset. */
  const under = ([px, py]) =>
    labels.at(px, py) ?? smallestAt([view.fromAcross(px), view.fromDown(py)], view.units, state);

  const placeOf = (event) => {
    const frame = find("#plot").getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  };

  stage.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch" || event.buttons) return;
    if (event.target.closest(".buttons")) return panels.hover(null);
    const at = placeOf(event);
    panels.hover(under(at), ...at);
  });
  stage.addEventListener("pointerleave", () => panels.hover(null));

  let pressed = [0, 0];
  let last = null; // where a mouse or a pen that holds the map was
  stage.addEventListener("pointerdown", (event) => {
    taken = true;
    pressed = placeOf(event);
    if (event.pointerType === "touch" || event.button || event.target.closest(".buttons")) return;
    last = pressed;
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => {
    if (!last) return;
    const now = placeOf(event);
    view.drag(now[0] - last[0], now[1] - last[1]);
    last = now;
  });
  for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, () => (last = null));
  stage.addEventListener("click", (event) => {
    if (event.target.closest(".buttons")) return;
    const at = placeOf(event);
    if (Math.hypot(at[0] - pressed[0], at[1] - pressed[1]) > 5) return; // the map was dragged
    const i = under(at);
    if (i === null && state.selected === null) clearMarks();
    select(i === state.selected ? null : i);
  });
  listenToFingers(stage, placeOf, view);

  /* Within a longer page the wheel belongs to that page until the map is clicked. */
  let taken = !window.frameElement;
  let hint = 0;
  document.documentElement.addEventListener("pointerleave", () => (taken = !window.frameElement));
  stage.addEventListener(
    "wheel",
    (event) => {
      if (taken || event.ctrlKey || event.metaKey) {
        event.preventDefault();
        const pixels = event.deltaY * (event.deltaMode ? 30 : 1);
        return view.zoomAbout(Math.exp(pixels / 500), ...placeOf(event));
      }
      view.stop();
      find(".hint").hidden = false;
      clearTimeout(hint);
      hint = setTimeout(() => (find(".hint").hidden = true), 1200);
    },
    { passive: false },
  );

  const acts = {
    in: () => view.zoom(1 / 1.6),
    out: () => view.zoom(1.6),
    home: () => view.fly(view.home),
  };
  for (const [id, act] of Object.entries(acts)) find(`#${id}`).addEventListener("click", act);
  const keys = {
    ArrowLeft: () => view.pan(-0.15, 0),
    ArrowRight: () => view.pan(0.15, 0),
    ArrowUp: () => view.pan(0, 0.15),
    ArrowDown: () => view.pan(0, -0.15),
    "+": acts.in,
    "-": acts.out,
    0: acts.home,
  };
  stage.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.target !== stage) return;
    event.preventDefault();
    keys[event.key]();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") escape();
  });
}

/** One finger scrolls the page; two move the map and zoom it. */
function listenToFingers(stage, placeOf, view) {
  const grip = ({ touches }) => {
    const [a, b] = [placeOf(touches[0]), placeOf(touches[1])];
    return {
      middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2],
      span: Math.max(1, Math.hypot(a[0] - b[0], a[1] - b[1])),
    };
  };
  let held = null;
  const hold = (event) => {
    held = event.touches.length === 2 ? grip(event) : null;
    if (held) event.preventDefault();
  };
  for (const change of ["touchstart", "touchend", "touchcancel"]) {
    stage.addEventListener(change, hold, { passive: false });
  }
  stage.addEventListener(
    "touchmove",
    (event) => {
      if (!held) return;
      event.preventDefault();
      const now = grip(event);
      view.drag(now.middle[0] - held.middle[0], now.middle[1] - held.middle[1]);
      view.zoomAbout(held.span / now.span, ...now.middle);
      held = now;
    },
    { passive: false },
  );
}
