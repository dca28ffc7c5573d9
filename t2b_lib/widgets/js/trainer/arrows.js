// Which way each edge of each box would move: against the gradient of the loss.

import { place, svg } from "../dom.js";

const LONGEST = 44; // pixels, of the steepest edge
const HEAD = 5;

/**
 * Arrows as the path of an SVG. `edges` are {x, y, k, slope}: where, along which axis (0: x), and
 * the derivative of the loss. Lengths are relative to the steepest; 0 has no arrow.
 */
export function pathOf(edges) {
  const steepest = Math.max(...edges.map(({ slope }) => Math.abs(slope)), 1e-9);
  return edges
    .map(({ x, y, k, slope }) => {
      const length = (-slope / steepest) * LONGEST;
      if (Math.abs(length) < 1) return "";
      const back = length - Math.sign(length) * HEAD;
      const [dx, dy] = k ? [0, -1] : [1, 0]; // upwards is negative in pixels
      const tip = [x + dx * length, y + dy * length];
      const barb = (side) => [
        x + dx * back + side * HEAD * dy * 0.7,
        y + dy * back + side * HEAD * dx * 0.7,
      ];
      const points = [[x, y], tip, barb(1), tip, barb(-1)];
      return `M${points.map((point) => point.map((v) => v.toFixed(1)).join(" ")).join("L")}`;
    })
    .join("");
}

/** Arrows over a drawing. `scene` has the boxes as they are drawn. */
export function createArrows(root) {
  const path = svg(root, "path", { class: "t2b-arrows", "aria-hidden": "true" });
  return {
    update(scene, scale, { boxes: { n, d }, now: { gradient } }, shown) {
      path.style.display = shown ? "" : "none";
      if (!shown) return;
      const edges = [];
      for (let i = 0; i < n; i++) {
        for (let k = 0; k < d; k++) {
          const middle = [0, 1].map((axis) => (scene.lower[i][axis] + scene.upper[i][axis]) / 2);
          for (const corner of ["lower", "upper"]) {
            const at = [...middle];
            at[k] = scene[corner][i][k];
            const slope = gradient[corner][i * d + k];
            edges.push({ x: scale.x(at[0]), y: scale.y(at[1]), k, slope });
          }
        }
      }
      place(path, { d: pathOf(edges) });
    },
  };
}
