// Drop-downs for the pair of the playground, and sliders for the selected box and the temperature.

import { element, html, OWN_KEYS, setText } from "./dom.js";
import { boxAt } from "./overlap.js";
import { clamp, tidy } from "./text.js";

/** A labelled control; `control` is the element or elements behind the label. */
const field = (parent, label, ...controls) =>
  html(parent, "div", { class: "t2b-field" }, element("span", { class: "t2b-title" }, label), ...controls);

/** `move(i, box)` and `set(changes)` do what the reader asks for. */
export function createSliders(parent, names, { get, set, move }) {
  const root = html(parent, "div", { class: "t2b-sliders" });

  const pair = [
    ["selected", "first"],
    ["compared with", "second"],
  ].map(([label, trait]) => {
    const select = element(
      "select",
      {
        "aria-label": label,
        onchange: () => set({ [trait]: select.selectedIndex }),
        ...OWN_KEYS,
      },
      ...names.map((name) => element("option", {}, name)),
    );
    field(root, label, select);
    return [select, trait];
  });

  const range = (label, onInput) => {
    const input = element("input", { type: "range", "aria-label": label, ...OWN_KEYS });
    input.addEventListener("input", () => onInput(Number(input.value)));
    return input;
  };

  /** Both ends of the selected box along one axis. An end does not pass the other. */
  const sides = ["x", "y"].map((axis, k) => {
    const change = (corner) => (value) => {
      const i = get("first");
      const { lower, upper } = boxAt({ lower: get("lower"), upper: get("upper") }, i);
      const box = { lower: [...lower], upper: [...upper] };
      box[corner][k] =
        corner === "lower" ? Math.min(tidy(value), upper[k]) : Math.max(tidy(value), lower[k]);
      move(i, box);
    };
    const inputs = ["lower", "upper"].map((corner) => range(`${axis}, ${corner} edge`, change(corner)));
    const readout = element("output");
    field(root, `${axis} extent`, ...inputs, readout);
    return { inputs, readout };
  });

  const warmth = range("soft T, 0: exact", (value) => set({ temperature: tidy(value) }));
  Object.assign(warmth, { min: 0, max: Math.max(1, get("temperature")), step: 0.01 });
  const readout = element("output");
  field(root, "soft T (0: exact)", warmth, readout);

  return {
    update({ lower, upper, first, limits, steps, temperature }) {
      for (const [select, trait] of pair) select.selectedIndex = get(trait);
      sides.forEach((side, k) => {
        const digits = clamp(-Math.floor(Math.log10(steps[k])), 0, 12);
        const ends = [lower[first][k], upper[first][k]];
        side.inputs.forEach((input, end) => {
          Object.assign(input, { min: limits[k][0], max: limits[k][1], step: steps[k] });
          input.value = ends[end];
        });
        setText(side.readout, ends.map((value) => value.toFixed(digits)).join(" – "));
      });
      warmth.value = temperature;
      setText(readout, temperature.toFixed(2));
    },
  };
}
