// A form that places a dataset on the map by the names of its classes. Python reads the names.

import { element, html, OWN_KEYS, place, svg } from "./dom.js";
import { roomFor } from "./room.js";
import { createScale, rectangle } from "./stage.js";

/** The names in a text, one a line. */
export const classesOf = (text) =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);

/** What the form says: about the classes that are asked for, and about no others. */
export function sentences(asked, answer) {
  if (!asked.length) return [["Name at least one class.", ""]];
  if (JSON.stringify(answer.classes) !== JSON.stringify(asked)) return [["Being placed …", ""]];
  const listed = (pairs) => pairs.map(([name, share]) => `${name} (${share.toFixed(2)})`).join(", ");
  return [
    ["Lies in: ", `${listed(answer.within) || "none of the map"}.`],
    ["Contains: ", `${listed(answer.contents) || "none of the map"}.`],
    ["Nearest: ", `${answer.nearest.join(", ")}.`],
  ];
}

function render({ model, el }) {
  const { lower, upper } = model.get("_boxes");
  const boxes = lower.map((corner, i) => ({ lower: corner, upper: upper[i] }));
  const root = html(el, "div", { class: "t2b-playground t2b-themed t2b-form" });
  const layout = html(root, "div", { class: "t2b-layout" });
  const stage = html(layout, "div", { class: "t2b-stage" });
  const side = html(layout, "div", { class: "t2b-side" });
  const label = html(side, "label", {}, "Your dataset's classes, one a line");
  const text = html(label, "textarea", { rows: 10, spellcheck: "false", disabled: "", ...OWN_KEYS });
  const reason = html(
    side,
    "p",
    { class: "t2b-help" },
    "This form needs a kernel, which reads the names. Open the chapter in Jupyter or Colab to change them.",
  );
  const said = html(side, "div", { class: "t2b-said", role: "status" });
  const figure = svg(stage, "svg", {
    class: "t2b-drawing",
    role: "img",
    "aria-label": "The box of your dataset among those of the map",
  });
  let width = 0;

  function update() {
    const asked = model.get("classes");
    const answer = model.get("_answer");
    if (document.activeElement !== text) text.value = asked.join("\n");
    const lines = sentences(asked, answer);
    said.replaceChildren(...lines.map(([head, rest]) => element("p", {}, element("b", {}, head), rest)));
    if (width) draw(lines.length > 1 ? answer : null);
  }

  function draw(own) {
    const all = own ? [...boxes, own] : boxes;
    const limits = [0, 1].map(
      (k) => roomFor(all.flatMap((box) => [box.lower[k], box.upper[k]])).limits,
    );
    const scale = createScale(limits, width, Math.round(width * 0.85));
    place(figure, { viewBox: `0 0 ${scale.width} ${scale.height}`, height: scale.height });
    figure.replaceChildren();
    for (const box of all) {
      const role = box === own ? "t2b-hue-1 t2b-selected" : "t2b-hue-none";
      svg(svg(figure, "g", { class: `t2b-box ${role}` }), "rect", rectangle(scale, box));
    }
  }

  text.addEventListener("change", () => {
    model.set("classes", classesOf(text.value));
    model.save_changes();
    update();
  });
  const listen = { "change:classes": update, "change:_answer": update };
  listen["msg:custom"] = () => {
    text.disabled = false;
    reason.hidden = true;
  };
  for (const [event, listener] of Object.entries(listen)) model.on(event, listener);
  model.send("kernel?");
  const observer = new ResizeObserver(() => {
    if (stage.clientWidth === width || stage.clientWidth < 100) return;
    width = stage.clientWidth;
    update();
  });
  observer.observe(stage);
  update();
  return () => {
    observer.disconnect();
    for (const [event, listener] of Object.entries(listen)) model.off(event, listener);
  };
}

export default { render };
