// The state of the trainer as an address, and as a cell of Python.

import { rowsOf } from "./start.js";

// What an address says besides the settings. Corners have the shortest digits that are exact.
const corners = (values) => [...values].join("_");
const numbers = (text) => text.split("_").map(Number);

/** `state` {preset, text, changes (settings that differ), boxes} as the query of an address. */
export function encodeState({ preset, text, changes, boxes }) {
  const query = new URLSearchParams();
  if (preset) query.set("preset", preset);
  if (text !== null) query.set("relation", text);
  for (const [name, value] of Object.entries(changes)) query.set(name, String(value));
  if (boxes) {
    query.set("lower", corners(boxes.lower));
    query.set("upper", corners(boxes.upper));
  }
  return query.toString();
}

/** The state that a query describes; what is no state of a trainer is left out. */
export function decodeState(query, defaults) {
  const given = new URLSearchParams(query);
  const changes = {};
  for (const [name, value] of Object.entries(defaults)) {
    if (!given.has(name)) continue;
    const text = given.get(name);
    if (typeof value === "boolean") changes[name] = text === "true";
    else if (typeof value === "string") changes[name] = text;
    else if (Number.isFinite(Number(text))) changes[name] = Number(text);
  }
  const [lower, upper] = ["lower", "upper"].map((name) => given.has(name) && numbers(given.get(name)));
  const isWhole =
    lower &&
    upper &&
    lower.length === upper.length &&
    lower.every((value, k) => Number.isFinite(value) && value <= upper[k]);
  return {
    preset: given.get("preset"),
    text: given.get("relation"),
    changes,
    corners: isWhole ? { lower: Float64Array.from(lower), upper: Float64Array.from(upper) } : null,
  };
}

const pythonNumber = (value) => (value === null ? "nan" : String(value));
const pythonRows = (rows) => `[\n${rows.map((row) => `    [${row.map(pythonNumber).join(", ")}],\n`).join("")}]`;

/** A cell that trains the same boxes, from where the optimiser began to where it is. */
export function pythonCell(run) {
  const { settings, since, relation } = run;
  const { soft, loss, learning_rate } = settings;
  const optimiser = settings.optimiser === "Adam" ? "Adam" : "SGD";
  const argument = (name) => `${name}=${settings[name]}`;
  return `import torch
from torch import nan

import t2b_lib as t2b

names = ${JSON.stringify(relation.names)}
relation = torch.tensor(${pythonRows(relation.values)}, dtype=torch.float64)  # [i, j]: how much of i lies in j
lower = torch.tensor(${pythonRows(rowsOf(since.boxes, since.boxes.lower))}, dtype=torch.float64, requires_grad=True)
upper = torch.tensor(${pythonRows(rowsOf(since.boxes, since.boxes.upper))}, dtype=torch.float64, requires_grad=True)

model = t2b.Task2Box(
    loss="${loss}",
    ${argument("distance_weight")},
    ${argument("regularity_weight")},
    ${argument("inverse_volume_weight")},
)
known = ~relation.isnan()
optimiser = torch.optim.${optimiser}([lower, upper], lr=${learning_rate})
for step in range(${run.steps - since.steps}):
    terms = model.loss_terms(
        t2b.Boxes(lower, upper),
        relation.nan_to_num(),
        known.double(),
        soft=${soft ? "True" : "False"},
        ${argument("volume_temperature")},
        ${argument("intersection_temperature")},
    )
    optimiser.zero_grad()
    sum(terms.values()).backward()
    optimiser.step()
    with torch.no_grad():  # ends that have crossed meet in the middle
        middle = (lower + upper) / 2
        lower.copy_(torch.minimum(lower, middle))
        upper.copy_(torch.maximum(upper, middle))
boxes = t2b.Boxes(lower, upper).detach()
t2b.pairwise_overlap(boxes)
`;
}
