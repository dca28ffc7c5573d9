// Boxes moved by mouse, pen, finger and keyboard.

import { OWN_KEYS } from "./dom.js";
import { draggedBox } from "./dragging.js";
import { strideOf } from "./room.js";
import { cursorFor, hitTest } from "./stage.js";

/**
 * Drags with mouse, pen or finger. `view` gives `scene` and `scale` of the drawing and `box(i)`,
 * does what a gesture asks for (`select(i)`, `move(i, box)`, `hover(i)`, -1: no box) and runs work
 * once a frame (`schedule`).
 */
export function listenToPointers(drawing, view) {
  let drag = null;

  const pointOf = (event) => {
    const rect = drawing.root.getBoundingClientRect();
    const zoom = view.scale.width / rect.width;
    return [(event.clientX - rect.left) * zoom, (event.clientY - rect.top) * zoom];
  };
  const hit = (event) =>
    hitTest(view.scene, view.scale, pointOf(event), event.pointerType === "touch" ? 18 : 8);

  function moveTo(point) {
    const distance = view.scale.units(point[0] - drag.from[0], point[1] - drag.from[1]);
    const { limits, steps } = view.scene;
    view.move(drag.i, draggedBox(drag.box, drag.grip, distance, limits, steps));
  }

  function hover(event) {
    const found = hit(event);
    drawing.root.style.cursor = found ? cursorFor(found.grip) : "default";
    view.hover(found ? found.i : -1);
  }

  drawing.root.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || drag) return;
    const found = hit(event);
    if (!found) return;
    event.preventDefault();
    drawing.root.setPointerCapture(event.pointerId);
    view.select(found.i);
    drawing.boxes[found.i].focus({ preventScroll: true });
    drawing.root.classList.add("t2b-pointing"); // who points needs no ring around the box
    drag = { ...found, box: view.box(found.i), from: pointOf(event), pointer: event.pointerId };
  });

  // A finger on a box drags it; elsewhere it scrolls the page. (CSS cannot say so within an SVG.)
  drawing.root.addEventListener(
    "touchstart",
    (event) => {
      const [{ clientX, clientY }] = event.touches;
      if (hit({ clientX, clientY, pointerType: "touch" })) event.preventDefault();
    },
    { passive: false },
  );

  drawing.root.addEventListener("pointermove", (event) => {
    if (!drag) hover(event);
    else if (event.pointerId === drag.pointer) {
      const [point, own] = [pointOf(event), drag];
      view.schedule(() => drag === own && moveTo(point));
    }
  });

  drawing.root.addEventListener("pointerup", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    moveTo(pointOf(event));
    drag = null;
  });

  const cancel = () => {
    if (!drag) return;
    view.move(drag.i, drag.box);
    drag = null;
  };
  drawing.root.addEventListener("pointercancel", cancel);
  drawing.root.addEventListener("pointerleave", () => view.hover(-1));
  drawing.root.addEventListener("focusout", () => drawing.root.classList.remove("t2b-pointing"));
  drawing.root.addEventListener("keydown", (event) => {
    drawing.root.classList.remove("t2b-pointing");
    if (event.key === "Escape") cancel();
  });
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

/**
 * Arrow keys move the focused box, Shift + arrows resize it, either in small steps with Ctrl or Alt;
 * Page Up and Down change the box.
 */
export function listenToKeys(drawing, view) {
  const { root, boxes } = drawing;
  const indexOf = (event) => boxes.indexOf(event.target);

  function nudge(i, direction, resize, finely) {
    const { limits, steps } = view.scene;
    const lengths = limits.map(([low, high], k) => (finely ? 2 * steps[k] : strideOf(high - low)));
    const distance = direction.map((sign, k) => sign * lengths[k]);
    const grip = resize ? direction.map(Math.abs) : [0, 0];
    view.move(i, draggedBox(view.box(i), grip, distance, limits, steps));
  }

  root.addEventListener("keydown", (event) => {
    const i = indexOf(event);
    if (i < 0 || event.metaKey) return;
    const finely = event.ctrlKey || event.altKey;
    const turn = { PageDown: 1, PageUp: -1 }[event.key];
    if (event.key in ARROWS) nudge(i, ARROWS[event.key], event.shiftKey, finely);
    else if (turn && !finely) boxes[(i + turn + boxes.length) % boxes.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  root.addEventListener("focusin", (event) => {
    if (indexOf(event) >= 0) view.select(indexOf(event));
    view.schedule();
  });
  root.addEventListener("focusout", () => view.schedule());
}
