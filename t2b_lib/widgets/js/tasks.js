// What the playground asks of the reader: meet targets, or find what a trained model got wrong.

import { html, setText } from "./dom.js";
import { SEVERAL } from "./drawing.js";
import { listTargets, MISSING, SPURIOUS, tally, updateTargets, within } from "./relations.js";
import { plural, share } from "./text.js";

/** Mode "target": the overlaps asked for, how far off each is, and whether all are met. */
function createTargetTask(parent, names, model) {
  const goals = listTargets(model.get("_targets"));
  const tolerance = model.get("tolerance");
  const root = html(parent, "div", { class: "t2b-task" });
  const table = html(root, "table");
  const head = html(html(table, "thead"), "tr");
  for (const title of ["Make", "now", "target", ""]) html(head, "th", { scope: "col" }, title);
  const body = html(table, "tbody");
  const rows = goals.slice(0, SEVERAL).map(() => {
    const row = html(body, "tr");
    return { row, cells: [0, 1, 2, 3].map(() => html(row, "td")) };
  });
  const rest = goals.length - rows.length;
  if (rest > 0) html(root, "p", {}, `The ${rows.length} worst of ${goals.length} targets.`);
  const verdict = html(root, "p", { class: "t2b-verdict" });
  let error = Infinity;

  function update(scene) {
    error = updateTargets(goals, scene.matrix, names.length);
    const shown = rest > 0 ? [...goals].sort((a, b) => b.off - a.off) : goals;
    rows.forEach(({ row, cells }, k) => {
      const { i, j, value, now, off } = shown[k];
      const met = within(off, tolerance);
      row.className = met ? "t2b-met" : "t2b-unmet";
      setText(cells[0], `${names[i]} in ${names[j]}`);
      setText(cells[1], share(now));
      setText(cells[2], share(value));
      setText(cells[3], met ? "✓ met" : `${now < value ? "▲" : "▼"} ${share(off)} off`);
    });
    const solved = within(error, tolerance);
    root.classList.toggle("t2b-solved", solved);
    setText(verdict, sentence());
  }

  function sentence() {
    const rounded = `${share(error)}`;
    return within(error, tolerance)
      ? `✓ Solved: every overlap is within ${tolerance} of its target (remaining error ${rounded}).`
      : `Remaining error ${rounded}: the largest difference; solved at ${tolerance} or less.`;
  }

  return { update, sentence };
}

/** Mode "learned": how many relations differ from the truth, and which of the selected box do. */
function createLearnedTask(parent, names, truth) {
  const n = names.length;
  const root = html(parent, "div", { class: "t2b-task" });
  const summary = html(root, "p", { class: "t2b-verdict" });
  const change = html(root, "p");
  const heading = html(root, "p", { class: "t2b-title" });
  const list = html(root, "ul");
  const legend = html(root, "p", { class: "t2b-legend" });
  html(legend, "span", { class: "t2b-swatch t2b-missing" }, "missing: true, but the boxes lack it");
  html(legend, "span", { class: "t2b-swatch t2b-spurious" }, "spurious: untrue, but they show it");
  let counts = null;

  function wrongOfSelected(scene) {
    const wrong = [];
    const note = (i, j) => {
      const mark = scene.marks[i * n + j];
      if (!mark) return;
      const verb = mark === MISSING ? "should lie" : "should not lie";
      const value = share(scene.matrix[i * n + j]);
      wrong.push({ mark, text: `${names[i]} ${verb} in ${names[j]} (${value})` });
    };
    for (let j = 0; j < n; j++) {
      note(scene.first, j);
      note(j, scene.first);
    }
    return wrong;
  }

  function drawList(scene) {
    const wrong = wrongOfSelected(scene);
    setText(heading, `Wrong for ${names[scene.first]}: ${wrong.length || "nothing"}`);
    const lines = wrong.slice(0, 4);
    if (wrong.length > 4) lines.push({ mark: 0, text: `and ${wrong.length - 4} more` });
    while (list.children.length < lines.length) html(list, "li");
    while (list.children.length > lines.length) list.lastChild.remove();
    lines.forEach(({ mark, text }, k) => {
      setText(list.children[k], text);
      list.children[k].className =
        { [MISSING]: "t2b-missing", [SPURIOUS]: "t2b-spurious" }[mark] ?? "";
    });
  }

  function update(scene) {
    counts = tally(scene.marks, scene.startMarks, truth);
    setText(summary, sentence());
    const { broken, repaired } = counts;
    setText(
      change,
      broken || repaired
        ? `Since the start: ${broken} newly broken, ${repaired} repaired.`
        : "As the model left it. Move a box to see which relations break.",
    );
    drawList(scene);
  }

  function sentence() {
    const { missing, spurious, f1 } = counts;
    const score = Number.isNaN(f1) ? "" : ` F1 ${f1.toFixed(3)}.`;
    const wrong = plural(missing + spurious, "relation differs", "relations differ");
    return `${wrong} from the truth: ${missing} missing, ${spurious} spurious.${score}`;
  }

  return { update, sentence };
}

export function createTask(parent, names, model) {
  const mode = model.get("mode");
  if (mode === "target") return createTargetTask(parent, names, model);
  if (mode === "learned") return createLearnedTask(parent, names, model.get("_truth"));
  return { update() {}, sentence: () => "" };
}
