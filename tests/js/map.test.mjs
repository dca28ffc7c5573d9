// The map's arithmetic and its search.

import assert from "node:assert/strict";
import { test } from "node:test";

import { decode, encode } from "../../t2b_lib/widgets/js/map/address.js";
import { lineFactor } from "../../t2b_lib/widgets/js/map/boxes.js";
import { toCsv } from "../../t2b_lib/widgets/js/map/exports.js";
import { powerLimits } from "../../t2b_lib/widgets/js/map/filter.js";
import { groupsBy, licenceKind } from "../../t2b_lib/widgets/js/map/grouping.js";
import { apart, placesOf } from "../../t2b_lib/widgets/js/map/labels.js";
import {
  createIndex,
  fold,
  matches,
  shareOut,
  variants,
} from "../../t2b_lib/widgets/js/map/matching.js";
import { tooltipPlace } from "../../t2b_lib/widgets/js/map/panels.js";
import { smallestAt } from "../../t2b_lib/widgets/js/map/pointing.js";
import { legible } from "../../t2b_lib/widgets/js/map/scheme.js";
import { createState, extent } from "../../t2b_lib/widgets/js/map/state.js";
import { between, fit, stretchOf, within } from "../../t2b_lib/widgets/js/map/view.js";

const CLASSES = ["Cat", "cat", "Education", "Überläufer", "wildcat", "dog"];
const dataset = (name, classes, samples = null, containers = []) => ({
  name,
  classes,
  samples,
  containers,
  within: [],
  contents: [],
  licence: null,
  url: null,
  field: null,
});

function smallState() {
  const datasets = [
    dataset("Animals", [0, 3, 5], 1000),
    dataset("Cats of the world", [1], 10, [0]),
    dataset("Schools", [2]),
  ];
  const corners = { left: [0, 1, 20], right: [10, 2, 21], bottom: [0, 1, 0], top: [10, 2, 5] };
  return createState({ datasets, classes: CLASSES, fields: [], ...corners });
}

test("accents and capitals do not matter", () => {
  assert.equal(fold("Überläufer"), "uberlaufer");
});

test("the best matches come first: equal, beginning, a word's beginning, any; short before long", () => {
  const texts = ["education", "wild cat", "cat food", "cat", "wildcat", "dog", "cats"];
  const found = matches(texts, "cat").map(({ i, rank }) => [texts[i], rank]);
  assert.deepEqual(found, [
    ["cat", 0],
    ["cats", 1],
    ["cat food", 1],
    ["wild cat", 2],
    ["wildcat", 3],
    ["education", 3],
  ]);
});

test("a query is text, not a pattern", () => {
  assert.deepEqual(
    matches(["c++", "c", "a.b", "axb"], "c++").map(({ i }) => i),
    [0],
  );
  assert.deepEqual(
    matches(["a.b", "axb"], "a.b").map(({ i }) => i),
    [0],
  );
  assert.doesNotThrow(() => matches(["x"], "[(*"));
});

test("a search finds by name and by class, and keeps to what is shown", () => {
  const state = smallState();
  const index = createIndex(state);
  const { byName, byClass, found } = index.search(" CAT ");
  assert.deepEqual(byName, [1]);
  assert.deepEqual(
    byClass.map(({ spelling, having }) => [spelling, [...having]]),
    [["Cat", [0, 1]]],
  );
  assert.deepEqual([...found].sort(), [0, 1]);
  // Parts of words count only where nothing else is found.
  assert.deepEqual([...index.search("ucat").found], [2]);
  assert.equal(index.search("  "), null);
  state.range = [100, 10000];
  assert.deepEqual([...index.search("cat").found], [0]);
  assert.deepEqual([...index.search("schools").found], []);
});

test("suggestions share the list between names and classes", () => {
  assert.deepEqual(shareOut(20, 20), [5, 3]);
  assert.deepEqual(shareOut(20, 1), [7, 1]);
  assert.deepEqual(shareOut(2, 20), [2, 6]);
  assert.deepEqual(shareOut(0, 0), [0, 0]);
});

test("roles: what contains the selected dataset, what it contains, or what is marked", () => {
  const state = smallState();
  assert.equal(state.roles, null);
  state.marked = new Set([2]);
  assert.deepEqual([...state.roles], [[2, "match"]]);
  state.selected = 1;
  assert.deepEqual([...state.roles].sort(), [
    [0, "container"],
    [1, "selected"],
  ]);
  state.selected = 0;
  assert.equal(state.roles.get(1), "content");
});

test("the smallest box under the pointer, marked ones before any other, thin ones with a margin", () => {
  const state = smallState();
  assert.equal(smallestAt([1.5, 1.5], [0.01, 0.01], state), 1);
  assert.equal(smallestAt([5, 5], [0.01, 0.01], state), 0);
  assert.equal(smallestAt([15, 5], [0.01, 0.01], state), null);
  assert.equal(smallestAt([19.5, 1], [0.01, 0.01], state), null);
  assert.equal(smallestAt([19.5, 1], [0.3, 0.3], state), 2);
  state.marked = new Set([0]);
  assert.equal(smallestAt([1.5, 1.5], [0.01, 0.01], state), 0);
});

test("a fitted view shows its extent, and a flight begins and ends where it should", () => {
  const size = [800, 400];
  const state = smallState();
  const whole = extent(state.everyone, state);
  assert.deepEqual(whole, { x: 10.5, y: 5, width: 21, height: 10 });
  const stretch = stretchOf(whole, size);
  const home = fit(whole, size, stretch);
  assert.ok(whole.width <= home.unit * stretch * size[0]);
  assert.ok(whole.height <= home.unit * size[1]);
  assert.equal(stretchOf({ width: 100, height: 1 }, size), 2.2);
  assert.equal(stretchOf({ width: 0, height: 0 }, size), 1);
  const to = { x: 3, y: 4, unit: home.unit / 50 };
  for (const [t, end] of [
    [0, home],
    [1, to],
  ]) {
    const at = between(home, to, t);
    for (const key of ["x", "y", "unit"]) assert.ok(Math.abs(at[key] - end[key]) < 1e-12, key);
  }
  assert.deepEqual(within({ x: 1e9, y: -1e9, unit: 1e9 }, home, size, 1), {
    x: home.x + home.unit * 400,
    y: home.y - home.unit * 200,
    unit: home.unit * 1.5,
  });
});

test("labels stay within the visible part of their box, and rectangles apart are apart", () => {
  const label = { width: 50, height: 20 };
  const { within: inside, room } = placesOf([-100, 200, 50, 150], label, [800, 400]);
  assert.equal(room, 197 - 4);
  for (const [x, y] of inside) {
    assert.ok(x >= 1 && x + label.width <= 200);
    assert.ok(y >= 50 && y + label.height <= 150);
  }
  const square = { x: 0, y: 0, width: 10, height: 10 };
  assert.ok(apart(square, { ...square, x: 10 }));
  assert.ok(!apart(square, { ...square, x: 9, y: 9 }));
});

test("a tooltip stays on the map", () => {
  const size = { width: 100, height: 50 };
  assert.deepEqual(tooltipPlace([10, 10], size, [400, 300]), [26, 26]);
  assert.deepEqual(tooltipPlace([390, 290], size, [400, 300]), [274, 246]);
  assert.deepEqual(tooltipPlace([50, 10], { width: 390, height: 290 }, [400, 300]), [4, 6]);
});

test("the filter's ends are powers of ten around all sizes", () => {
  assert.deepEqual(powerLimits([12, 1_281_167]), [1, 7]);
  assert.deepEqual(powerLimits([100]), [2, 3]);
  assert.deepEqual(powerLimits([0]), [0, 1]);
  assert.deepEqual(powerLimits([]), [0, 1]);
});

test("colours of texts are nearer to the ink", () => {
  assert.equal(legible("#ffffff", "#000000"), "#999999");
  assert.equal(legible("#102030", "#102030"), "#102030");
});

test("an address keeps what is seen, and belongs to one map", () => {
  const values = { dataset: "Quick, Draw! & more", search: "Überläufer", colour: "" };
  const written = encode("Public datasets, by labels", values);
  assert.deepEqual(decode("Public datasets, by labels", `#${written}`), {
    dataset: "Quick, Draw! & more",
    search: "Überläufer",
  });
  assert.equal(decode("Another map", `#${written}`), null);
  assert.equal(decode("Another map", ""), null);
});

test("queries without the plural's s, and synonyms", () => {
  assert.deepEqual(variants("zebras"), ["zebras", "zebra"]);
  assert.deepEqual(variants("glass"), ["glass"]);
  assert.ok(variants("satellite").includes("remote sensing"));
  assert.ok(variants("birds").includes("cub-200"));
});

test("groups by licence, classes and size", () => {
  const kinds = ["cc-by-nc-4.0", "mit", "cc0-1.0", "imagenet terms", null].map(licenceKind);
  assert.deepEqual(kinds, ["not for commercial use", "open", "open", "its own terms", "unknown"]);
  const { names, of } = groupsBy("size", smallState());
  assert.deepEqual(names, ["below 1,000", "1,000 to 10,000", "unknown"]);
  assert.deepEqual(of, [1, 0, 2]);
});

test("a table of datasets is quoted where it must be", () => {
  const state = smallState();
  state.datasets[0].name = 'Ani"mals, all';
  const [head, first] = toCsv([0], state).split("\n");
  assert.ok(head.startsWith("name,field,samples"));
  assert.equal(first, '"Ani""mals, all",,1000,,,3,Cat|Überläufer|dog');
});

test("lines grow with the number of samples", () => {
  assert.ok(lineFactor(100) < lineFactor(10_000) && lineFactor(10_000) < lineFactor(1_000_000));
  assert.equal(lineFactor(null), 1);
});
