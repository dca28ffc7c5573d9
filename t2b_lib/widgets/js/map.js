// The map of datasets: boxes and labels on a canvas, the dataset under the pointer, what contains
// what, search and filter.

import { createBoxes } from "./map/boxes.js";
import { createFilter } from "./map/filter.js";
import { createLabels } from "./map/labels.js";
import { createLegend } from "./map/legend.js";
import { find, readJson } from "./map/page.js";
import { createPanels } from "./map/panels.js";
import { listen } from "./map/pointing.js";
import { createScheme, fitFrame } from "./map/scheme.js";
import { createSearch } from "./map/search.js";
import { createState } from "./map/state.js";
import { createView } from "./map/view.js";

function startMap() {
  const state = createState(readJson("datasets-json"));
  const scheme = createScheme(state);
  scheme.update();
  const canvas = find("#plot");
  const view = createView(canvas, state, () => {
    panels.hover(null);
    labels.write();
    paint();
  });
  const labels = createLabels(state, view, scheme);
  const boxes = createBoxes(state, scheme);
  const panels = createPanels(state, view, scheme, select);
  const legend = createLegend(state, scheme, toggleField);
  const filter = createFilter(state, redraw);
  const search = createSearch(state, {
    select,
    mark,
    goTo: view.goTo,
    clearField: () => (legend.field = null),
    writeCount: filter.writeCount,
  });

  /** After a change of what is shown, marked or selected. */
  function redraw() {
    panels.hover(null);
    boxes.update();
    labels.write();
    paint();
  }

  function paint() {
    const [width, height] = view.size;
    const ratio = window.devicePixelRatio || 1;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    boxes.paint(context, view);
    labels.paint(context);
  }

  /** Show a dataset's details (null: none's); with `follow`, go to it where it is hard to see. */
  function select(i, follow = false) {
    state.selected = i;
    redraw();
    panels.writeDetails();
    if (i === null || !follow) return;
    const [x0, x1, y0, y1] = view.pixels(i);
    const outside = x0 < 0 || x1 > view.size[0] || y0 < 0 || y1 > view.size[1];
    if (outside || Math.max(x1 - x0, y1 - y0) < 24) view.goTo([i]);
  }

  /** Mark some datasets among all (null: none). */
  function mark(which) {
    state.marked = which;
    select(null);
  }

  function clearMarks() {
    state.marked = null;
    search.clear();
    legend.field = null;
    filter.writeCount();
  }

  function toggleField(k) {
    const on = legend.field !== k;
    clearMarks();
    legend.field = on ? k : null;
    mark(on ? new Set(state.everyone.filter((i) => state.datasets[i].field === k)) : null);
    legend.focus(k);
  }

  function escape() {
    if (search.isOpen) return search.close();
    if (state.selected === null) clearMarks();
    select(null);
  }

  function followScheme() {
    scheme.update();
    redraw();
    legend.write();
    panels.writeDetails();
  }

  listen({ state, view, labels, panels, select, clearMarks, escape });
  fitFrame();
  scheme.watch(followScheme);
  followScheme();
  filter.apply();
  find("#stage").map = { state, scheme, view, labels, boxes }; // for tests
  document.documentElement.dataset.ready = "true";
}

startMap();
