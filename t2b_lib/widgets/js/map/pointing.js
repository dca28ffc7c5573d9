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
  stage.addEventListener("pointerdown", (event) => (pressed = placeOf(event)));
  stage.addEventListener("click", (event) => {
    if (event.target.closest(".buttons")) return;
    const at = placeOf(event);
    if (Math.hypot(at[0] - pressed[0], at[1] - pressed[1]) > 5) return; // the map was dragged
    const i = under(at);
    if (i === null && state.selected === null) clearMarks();
    select(i === state.selected ? null : i);
  });

  /* Within a longer page the wheel belongs to that page until the map is clicked. */
  let taken = !window.frameElement;
  let hint = 0;
  stage.addEventListener("pointerdown", () => (taken = true));
  document.documentElement.addEventListener("pointerleave", () => (taken = !window.frameElement));
  stage.addEventListener(
    "wheel",
    (event) => {
      view.stop();
      if (taken || event.ctrlKey || event.metaKey) return;
      event.stopPropagation();
      find(".hint").hidden = false;
      clearTimeout(hint);
      hint = setTimeout(() => (find(".hint").hidden = true), 1200);
    },
    { capture: true, passive: true },
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
