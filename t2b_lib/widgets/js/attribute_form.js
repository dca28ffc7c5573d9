// A form of questions about a task: the network in the page answers with a box among the others.

import { element, html, OWN_KEYS, place, setText, svg } from "./dom.js";
import { createForward } from "./forward.js";
import { overlap } from "./overlap.js";
import { createScale, findSpot, rectangle } from "./stage.js";
import { plural } from "./text.js";
import { roomFor } from "./room.js";

const TEMPERATURE = 0.1; // of the soft overlap that the network has learned and predicts
const BEST = 5;

/** The overlaps of a box with others: [{j, from, to}], from it to them and from them to it. */
export const relationsOf = (box, boxes) =>
  boxes.map((other, j) => ({
    j,
    from: overlap(box, other, TEMPERATURE),
    to: overlap(other, box, TEMPERATURE),
  }));

/** How far the edges of the box move, on average, if one answer is the other. */
export function effectsOf(answers, forward) {
  const box = forward(answers);
  return answers.map((answer, k) => {
    const { lower, upper } = forward(answers.with(k, 1 - answer));
    const moves = [...lower, ...upper].map((v, c) => Math.abs(v - [...box.lower, ...box.upper][c]));
    return moves.reduce((sum, move) => sum + move, 0) / moves.length;
  });
}

function render({ model, el }) {
  const { names, features, lower, upper } = model.get("_tasks");
  const questions = model.get("_questions");
  const forward = createForward(model.get("_network"));
  const boxes = names.map((_, j) => ({ lower: lower[j], upper: upper[j] }));
  let explained = false;

  const root = html(el, "div", { class: "t2b-playground t2b-themed t2b-form" });
  const layout = html(root, "div", { class: "t2b-layout" });
  const stage = html(layout, "div", { class: "t2b-stage" });
  const said = html(stage, "div", { class: "t2b-said", role: "status" });
  const side = html(layout, "fieldset", { class: "t2b-side t2b-questions" });
  html(side, "legend", {}, "Your task");
  const fields = questions.map(([name, question]) => {
    const label = html(side, "label", { class: "t2b-tick" });
    const input = html(label, "input", { type: "checkbox", ...OWN_KEYS });
    html(label, "span", {}, question);
    const bar = html(label, "span", { class: "t2b-effect", "aria-hidden": "true" });
    input.addEventListener("change", () => {
      model.set("answers", { ...model.get("answers"), [name]: input.checked });
      model.save_changes();
      update();
    });
    return { name, input, bar };
  });
  const button = html(
    html(side, "div", { class: "t2b-toolbar" }),
    "button",
    {
      type: "button",
      "aria-pressed": "false",
      onclick() {
        explained = !explained;
        button.setAttribute("aria-pressed", String(explained));
        update();
      },
      ...OWN_KEYS,
    },
    "Explain: which answers move the box?",
  );
  const explanation = html(side, "p", { class: "t2b-help" });

  const figure = svg(element("div"), "svg", { class: "t2b-drawing", role: "img" });
  stage.prepend(figure);
  const rects = names.map((name) => {
    const group = svg(figure, "g", { class: "t2b-box t2b-hue-none" });
    svg(group, "title", {}, name);
    return svg(group, "rect");
  });
  const own = svg(svg(figure, "g", { class: "t2b-box t2b-hue-1 t2b-selected" }), "rect");
  const labels = svg(figure, "g");
  let width = 0;

  const answered = () => questions.map(([name]) => Number(Boolean(model.get("answers")[name])));

  function update() {
    const answers = answered();
    const box = forward(answers);
    const relations = relationsOf(box, boxes);
    const best = (key) => [...relations].sort((a, b) => b[key] - a[key]).slice(0, BEST);
    fields.forEach(({ name, input }) => (input.checked = Boolean(model.get("answers")[name])));
    tell(answers, best);
    explain(answers);
    const named = width < 500 ? best("to") : [...best("to"), ...best("from")];
    if (width) draw(box, named);
  }

  function tell(answers, best) {
    const same = names.filter((_, j) => features[j].every((value, k) => value === answers[k]));
    const line = (words, key) => {
      const listed = best(key).map((relation) => `${names[relation.j]} (${relation[key].toFixed(2)})`);
      return element("p", {}, element("b", {}, `${words} (overlap): `), `${listed.join(", ")}.`);
    };
    said.replaceChildren(
      ...same.map((name) => element("p", {}, "These are the answers of ", element("b", {}, name), ".")),
      line("What would help it most", "to"),
      line("What it would help most", "from"),
    );
  }

  function explain(answers) {
    root.classList.toggle("t2b-explained", explained);
    if (!explained) return setText(explanation, "");
    const effects = effectsOf(answers, forward);
    const most = Math.max(...effects);
    effects.forEach((effect, k) => {
      fields[k].bar.style.width = `${(100 * effect) / most}%`;
      fields[k].bar.title = effect.toFixed(3);
    });
    const k = effects.indexOf(most);
    setText(
      explanation,
      `Bars: how far the box's edges move if only this answer changes. “${questions[k][1]}” counts ` +
        `most here: ${most.toFixed(2)} on average.`,
    );
  }

  function draw(box, named) {
    const all = [...boxes, box];
    const limits = [0, 1].map(
      (k) => roomFor(all.flatMap(({ lower, upper }) => [lower[k], upper[k]])).limits,
    );
    const scale = createScale(limits, width, Math.round(width * 0.85));
    place(figure, { viewBox: `0 0 ${scale.width} ${scale.height}`, height: scale.height });
    const around = plural(names.length, "task");
    figure.setAttribute("aria-label", `The box of your task among those of ${around}`);
    rects.forEach((rect, j) => place(rect, rectangle(scale, boxes[j])));
    place(own, rectangle(scale, box));
    const placed = [];
    labels.replaceChildren();
    const shown = [["your task", box], ...new Set(named.map(({ j }) => j))];
    for (const each of shown) {
      const [text, at] = Array.isArray(each) ? each : [names[each], boxes[each]];
      const spot = findSpot(rectangle(scale, at), text, scale, placed);
      placed.push(spot);
      const role = at === box ? "t2b-label-pair" : "";
      svg(labels, "text", { class: `t2b-label ${role}`, x: spot.x + 6, y: spot.y + 15 }, text);
    }
  }

  model.on("change:answers", update);
  const observer = new ResizeObserver(() => {
    if (stage.clientWidth === width || stage.clientWidth < 100) return;
    width = stage.clientWidth;
    update();
  });
  observer.observe(stage);
  update();
  return () => {
    observer.disconnect();
    model.off("change:answers", update);
  };
}

export default { render };
