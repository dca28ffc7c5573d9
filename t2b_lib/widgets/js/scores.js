// The two overlaps of the selected pair.

import { html, setText } from "./dom.js";
import { hueOf } from "./drawing.js";
import { areas, boxAt } from "./overlap.js";
import { clamp, share, tidy } from "./text.js";

const area = (value) =>
  value === 0 || (value >= 0.001 && value < 1000) ? value.toFixed(3) : value.toPrecision(2);

/** The two overlaps of the selected pair. The rows keep the order of the boxes as they move. */
export function createScores(parent, names) {
  const root = html(parent, "div", { class: "t2b-scores" });
  const title = html(root, "p", { class: "t2b-title" });
  const rows = (names.length > 1 ? [0, 1] : []).map(() => {
    const row = html(root, "div", { class: "t2b-score" });
    const text = html(row, "span", { class: "t2b-pair" });
    const parts = {
      inner: html(text, "span", { class: "t2b-name" }),
      link: text.appendChild(document.createTextNode(" in ")),
      outer: html(text, "span", { class: "t2b-name" }),
    };
    return {
      ...parts,
      value: html(row, "strong", { class: "t2b-value" }),
      meter: html(html(row, "span", { class: "t2b-meter", "aria-hidden": "true" }), "span"),
      ratio: html(row, "span", { class: "t2b-ratio" }),
    };
  });

  function drawRow(row, i, j, scene) {
    const value = scene.matrix[i * names.length + j];
    const { shared, own } = areas(boxAt(scene, i), boxAt(scene, j), scene.temperature);
    setText(row.inner, names[i]);
    setText(row.outer, names[j]);
    row.inner.className = `t2b-name ${hueOf(i, scene)}`;
    row.outer.className = `t2b-name ${hueOf(j, scene)}`;
    setText(row.value, share(value));
    row.meter.style.width = `${(100 * clamp(value, 0, 1)).toFixed(1)}%`;
    row.meter.className = hueOf(i, scene);
    setText(row.ratio, own > 0 ? `= ${area(shared)} / ${area(own)}` : "a flat box");
  }

  function update(scene) {
    if (names.length === 1) {
      setText(title, "One box has no other to overlap with.");
      return;
    }
    const soft = scene.temperature > 0;
    const text = soft
      ? `Soft overlap (T = ${tidy(scene.temperature)}): shared / own volume`
      : "Overlap: shared / own area";
    setText(title, text);
    const [i, j] = [scene.first, scene.second].sort((a, b) => a - b);
    drawRow(rows[0], i, j, scene);
    drawRow(rows[1], j, i, scene);
  }

  /** The same two values as a sentence, for a screen reader. */
  function sentence(scene) {
    if (names.length === 1) return "";
    const n = names.length;
    const [i, j] = [scene.first, scene.second];
    return (
      `${names[i]} in ${names[j]}: ${share(scene.matrix[i * n + j])}. ` +
      `${names[j]} in ${names[i]}: ${share(scene.matrix[j * n + i])}.`
    );
  }

  return { update, sentence };
}
