// The settings of a run as native form controls.

import { element, html, OWN_KEYS } from "../dom.js";

const WEIGHTS = [0, 0.01, 0.1, 0.5, 0.7, 1, 2, 5, 10, 20, 50, 100];

// name: [what it says, what it may be ([value, word] or value), for soft overlaps only]
const CONTROLS = {
  soft: [
    "overlap",
    [
      [true, "soft"],
      [false, "exact"],
    ],
  ],
  volume_temperature: ["volume temperature", [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]],
  intersection_temperature: ["intersection temperature", [0.0001, 0.001, 0.01, 0.05, 0.1, 0.2]],
  loss: ["error of an overlap", ["squared error", "cross-entropy"]],
  distance_weight: ["weight of L_D (distance)", WEIGHTS],
  regularity_weight: ["weight of R, unequal sides", WEIGHTS],
  inverse_volume_weight: ["weight of R, small volume", WEIGHTS],
  optimiser: ["optimiser", ["Adam", "gradient descent"]],
  learning_rate: ["learning rate", [0.0001, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3]],
  box_dim: [
    "dimensions",
    [
      [1, "1 (intervals)"],
      [2, "2 (the plane)"],
    ],
  ],
};

const pairOf = (option) => (Array.isArray(option) ? option : [option, String(option)]);

/** A labelled drop-down; `onChange` gets the value. A value that is not offered is added. */
export function createChoice(parent, label, options, onChange) {
  const field = html(parent, "label", { class: "t2b-field" }, element("span", {}, label));
  const select = html(field, "select", OWN_KEYS);
  const values = [];
  const add = (option) => {
    const [value, word] = pairOf(option);
    values.push(value);
    html(select, "option", {}, word);
  };
  options.forEach(add);
  select.addEventListener("change", () => onChange(values[select.selectedIndex]));
  return {
    field,
    set(value) {
      if (!values.includes(value)) add(value);
      select.selectedIndex = values.indexOf(value);
    },
  };
}

/** All settings; `onChange` gets one that the reader changed, as {name: value}. */
export function createControls(parent, onChange) {
  const root = html(parent, "div", { class: "t2b-controls" });
  const choices = Object.entries(CONTROLS).map(([name, [label, options]]) => [
    name,
    createChoice(root, label, options, (value) => onChange({ [name]: value })),
  ]);
  return {
    root,
    update(settings) {
      for (const [name, choice] of choices) choice.set(settings[name]);
    },
  };
}
