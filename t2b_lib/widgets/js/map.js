// The map of datasets: boxes and labels on a canvas, the dataset under the pointer, what contains
// what, search and filter.

import { createAddress } from "./map/address.js";
import { createBoxes } from "./map/boxes.js";
import { download, toCsv, toSvg } from "./map/exports.js";
import { createFacets } from "./map/facets.js";
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
  let started = false;
  const canvas = find("#plot");
  const view = createView(canvas, state, () => {
    panels.hover(null);
    labels.write();
    paint();
  });
  const labels = createLabels(state, view, scheme);
  const boxes = createBoxes(state, scheme);
  const panels = createPanels(state, view, scheme, { select, compare });
  const legend = createLegend(state, scheme, toggleField);
  const filter = createFilter(state, redraw);
  const search = createSearch(state, {
    select,
    mark,
    goTo: view.goTo,
    markField(k) {
      facets.start({ colour: "field" });
      if (legend.field !== k) toggleField(k);
    },
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
    if (started) writeAddress();
  }

  /** Show a dataset's details (null: none's); with `follow`, go to it where it is hard to see. */
  function select(i, follow = false) {
    state.selected = i;
    state.other = null;
    redraw();
    panels.writeDetails();
    if (i === null || !follow) return;
    const [x0, x1, y0, y1] = view.pixels(i);
    const outside = x0 < 0 || x1 > view.size[0] || y0 < 0 || y1 > view.size[1];
    if (outside || Math.max(x1 - x0, y1 - y0) < 24) view.goTo([i]);
  }

  /** Show two datasets side by side, or (null) the first alone. */
  function compare(i, j) {
    select(i);
    state.other = j;
    redraw();
    panels.writeDetails();
    if (j !== null) view.goTo([i, j]);
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
    mark(on ? new Set(state.everyone.filter((i) => state.groups.of[i] === k)) : null);
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

  const facets = createFacets(state, {
    filtered() {
      redraw();
      filter.writeCount();
    },
    coloured() {
      legend.field = null;
      followScheme();
    },
  });

  find("#csv").addEventListener("click", () => {
    const which = state.roles ? [...state.roles.keys()] : state.everyone;
    download("datasets.csv", "text/csv", toCsv(which.filter(state.isShown), state));
  });
  find("#svg").addEventListener("click", () =>
    download("map.svg", "image/svg+xml", toSvg({ state, scheme, view, boxes, labels })),
  );

  const address = createAddress(document.title);
  const numberOf = (name) => state.datasets.findIndex((dataset) => dataset.name === name);
  function writeAddress() {
    const { x, y, unit } = view.current();
    const moved = Math.abs(unit / view.home.unit - 1) > 0.01;
    const name = (i) => (i === null ? "" : state.datasets[i].name);
    address.write({
      ...facets.values,
      search: search.text,
      dataset: name(state.selected),
      with: name(state.other),
      view: moved ? [x, y, unit].map((value) => Number(value.toPrecision(5))).join(" ") : "",
    });
  }

  function readAddress() {
    const values = address.read();
    if (!values) return;
    facets.start(values);
    if (values.search) search.start(values.search);
    const [i, j] = [values.dataset, values.with].map((name) => (name ? numberOf(name) : -1));
    if (i >= 0) select(i);
    if (i >= 0 && j >= 0) compare(i, j);
    const [x, y, unit] = (values.view ?? "").split(" ").map(Number);
    if (unit > 0) {
      view.stop();
      view.look({ x, y, unit });
    }
  }

  listen({ state, view, labels, panels, select, clearMarks, escape });
  fitFrame();
  scheme.watch(followScheme);
  followScheme();
  filter.apply();
  readAddress();
  started = true;
  find("#stage").map = { state, scheme, view, labels, boxes, select, compare }; // for tests
  document.documentElement.dataset.ready = "true";
}

startMap();
