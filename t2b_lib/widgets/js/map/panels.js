// What the map says of a dataset: the tooltip under the pointer, and the details beside the map.

import { element } from "../dom.js";
import { plural } from "../text.js";
import { fold } from "./matching.js";
import { compact, find, swatch } from "./page.js";

const TOP = 3; // overlaps that the tooltip lists each way

/** Where a tooltip goes: right of and below the pointer, or to its left where there is no room. */
export function tooltipPlace([px, py], { width, height }, [w, h]) {
  const x = px + 16 + width < w ? px + 16 : Math.max(4, px - 16 - width);
  return [x, Math.max(4, Math.min(py + 16, h - height - 4))];
}

const paragraph = (...children) => element("p", {}, ...children);

export function createPanels(state, view, scheme, { select, compare }) {
  const { datasets, classes, fields } = state;
  let hovered = null;

  const facts = ({ samples, classes, licence }) =>
    [
      samples === null ? "size unknown" : `${compact.format(samples)} samples`,
      classes.length ? plural(classes.length, "class", "classes") : null,
      licence ?? "licence unknown",
    ]
      .filter(Boolean)
      .join(" · ");

  function someClasses(dataset, most) {
    const shown = dataset.classes.slice(0, most).map((k) => classes[k]);
    const rest = dataset.classes.length - shown.length;
    return shown.join(", ") + (rest > 0 ? ` and ${rest.toLocaleString("en")} more` : "");
  }

  /** A button that leads to a dataset. */
  const opener = (i) =>
    element(
      "button",
      { type: "button", class: "opener", onclick: () => select(i, true) },
      datasets[i].name,
    );

  /** One of the two lists of overlaps, as counted. */
  function overlaps(pairs, label, most) {
    if (!pairs.length) return null;
    const items = pairs
      .slice(0, most)
      .map(([j, share]) =>
        element(
          "li",
          { "--share": share, "--hue": scheme.hue(j) },
          datasets[j].name,
          element("span", {}, share.toFixed(2)),
        ),
      );
    return element("ul", { class: "overlaps", "aria-label": label }, ...items);
  }

  /** Which classes match which, such as "beagle → dog". */
  const evidenceOf = (matched) =>
    matched
      .map(([a, b]) => [classes[a], classes[b]])
      .map(([a, b]) => (fold(a) === fold(b) ? a : `${a} → ${b}`))
      .join(", ");

  /** The same with names as buttons, the share that is drawn, and the evidence. */
  function relations(i, pairs, label, inward) {
    if (!pairs.length) return null;
    const items = pairs.map(([j, share, matched]) => {
      const drawn = inward ? state.drawn(i, j) : state.drawn(j, i);
      const counted = share.toFixed(2);
      return element(
        "li",
        { "--share": share, "--hue": scheme.hue(j) },
        element("div", {}, opener(j), compareButton(i, j)),
        element("span", { title: "counted, and drawn" }, `${counted} · ${drawn.toFixed(2)}`),
        matched?.length ? element("small", { class: "evidence" }, evidenceOf(matched)) : null,
      );
    });
    return element("ul", { class: "overlaps", "aria-label": label }, ...items);
  }

  const compareButton = (i, j) =>
    element(
      "button",
      {
        type: "button",
        class: "compare",
        "aria-label": `Compare with ${datasets[j].name}`,
        title: "Compare",
        onclick: () => compare(i, j),
      },
      "⇄",
    );

  const tooltipOf = (dataset) => [
    element("strong", {}, dataset.name),
    element("p", { class: "facts" }, facts(dataset)),
    dataset.classes.length ? paragraph(someClasses(dataset, 5)) : null,
    overlaps(dataset.within, "contained in", TOP),
    overlaps(dataset.contents, "contains", TOP),
  ];

  /** Ring and tooltip of a dataset, or of none (null), for a pointer at a place of the map. */
  function hover(i, px = 0, py = 0) {
    const [ring, tooltip] = [find(".ring"), find(".tooltip")];
    find("#stage").classList.toggle("on-box", i !== null);
    ring.hidden = tooltip.hidden = i === null;
    const isNew = i !== hovered;
    hovered = i;
    if (i === null) return;
    if (isNew) {
      tooltip.replaceChildren(...tooltipOf(datasets[i]).filter(Boolean));
      const [x0, x1, y0, y1] = view.pixels(i);
      Object.assign(ring.style, {
        left: `${x0 - 1}px`,
        top: `${y0 - 1}px`,
        width: `${x1 - x0 + 2}px`,
        height: `${y1 - y0 + 2}px`,
      });
    }
    const { offsetWidth: width, offsetHeight: height } = tooltip;
    const [x, y] = tooltipPlace([px, py], { width, height }, view.size);
    tooltip.style.transform = `translate(${x}px, ${y}px)`;
  }

  const overview = () => [
    element(
      "p",
      { class: "help" },
      "Each box is a dataset. Where one lies inside another, " +
        "the samples of the first are much like some of the second. The wider its line, the more " +
        "samples it has.",
    ),
    element(
      "p",
      { class: "help" },
      "Point at a box to see what it is; click it to see what contains it and what it contains.",
    ),
    element("h3", { class: "classes" }, "The largest boxes"),
    element(
      "ul",
      { class: "entries" },
      ...state.largestFirst
        .slice(0, 10)
        .map((i) => element("li", {}, swatch(scheme.hue(i)), opener(i))),
    ),
  ];

  function detailsOf(i) {
    const dataset = datasets[i];
    const close = {
      type: "button",
      "aria-label": "Close the details",
      onclick: () => select(null),
    };
    const { samples, licence, url, field } = dataset;
    const kinds = dataset.classes.length;
    return [
      element("h2", {}, element("span", {}, dataset.name), element("button", close, "×")),
      field === null ? null : paragraph(swatch(scheme.hue(i)), fields[field]),
      paragraph(samples === null ? "Size unknown" : plural(samples, "sample")),
      paragraph(licence === null ? "Licence unknown" : `Licence: ${licence}`),
      url &&
        element(
          "a",
          { class: "link", href: url, target: "_blank", rel: "noopener noreferrer" },
          "The dataset’s page ↗",
        ),
      relations(i, dataset.within, "Contained in: counted · drawn (from 0.50: bold)", true),
      relations(i, dataset.contents, "Contains: counted · drawn (from 0.50: filled)", false),
      kinds ? element("h3", { class: "classes" }, plural(kinds, "class", "classes")) : null,
      kinds ? paragraph(someClasses(dataset, 60)) : null,
    ];
  }

  /** Two datasets side by side. */
  function comparisonOf(i, j) {
    const [a, b] = [datasets[i], datasets[j]];
    const counted = (from, to) => from.within.find(([k]) => datasets[k] === to)?.[1];
    const share = (value) => (value === undefined ? "below the list" : value.toFixed(2));
    const own = (dataset) => new Set(dataset.classes.map((k) => fold(classes[k])));
    const [left, right] = [own(a), own(b)];
    const common = [...left].filter((name) => right.has(name));
    const rows = [
      ["", a.name, b.name],
      ["samples", ...[a, b].map(({ samples }) => (samples === null ? "?" : compact.format(samples)))],
      ["classes", a.classes.length, b.classes.length],
      ["field", ...[a, b].map(({ field }) => (field === null ? "?" : fields[field]))],
      ["licence", a.licence ?? "unknown", b.licence ?? "unknown"],
      ["in the other, counted", share(counted(a, b)), share(counted(b, a))],
      ["in the other, drawn", share(state.drawn(i, j)), share(state.drawn(j, i))],
    ];
    const close = {
      type: "button",
      "aria-label": "Close the comparison",
      onclick: () => compare(i, null),
    };
    const cell = (text, k, row) =>
      element(k && row ? "td" : "th", { scope: k && row ? null : row ? "row" : "col" }, String(text));
    return [
      element("h2", {}, element("span", {}, "Side by side"), element("button", close, "×")),
      element(
        "table",
        {},
        ...rows.map((row, r) => element("tr", {}, ...row.map((text, k) => cell(text, k, r)))),
      ),
      element("h3", { class: "classes" }, plural(common.length, "class", "classes") + " in common"),
      paragraph(common.slice(0, 60).join(", ")),
    ];
  }

  function writeDetails() {
    const panel = find("#details");
    const focused = panel.contains(document.activeElement);
    const { selected, other } = state;
    const one = () => (other === null ? detailsOf(selected) : comparisonOf(selected, other));
    const shown = selected === null ? overview() : one();
    panel.replaceChildren(...shown.filter(Boolean));
    if (selected === null) {
      if (focused) find("#stage").focus({ preventScroll: true });
      return;
    }
    panel.scrollTop = 0;
    if (focused) panel.querySelector("h2 button").focus({ preventScroll: true });
  }

  return { hover, writeDetails };
}
