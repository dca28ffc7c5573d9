// What the map says of a dataset: the tooltip under the pointer, and the details beside the map.

import { element } from "../dom.js";
import { plural } from "../text.js";
import { compact, find, swatch } from "./page.js";

const TOP = 3; // overlaps that the tooltip lists each way

/** Where a tooltip goes: right of and below the pointer, or to its left where there is no room. */
export function tooltipPlace([px, py], { width, height }, [w, h]) {
  const x = px + 16 + width < w ? px + 16 : Math.max(4, px - 16 - width);
  return [x, Math.max(4, Math.min(py + 16, h - height - 4))];
}

const paragraph = (...children) => element("p", {}, ...children);

export function createPanels(state, view, scheme, select) {
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

  /** One of the two lists of overlaps; with `follow`, names are buttons. */
  function overlaps(pairs, label, most, follow) {
    if (!pairs.length) return null;
    const items = pairs
      .slice(0, most)
      .map(([j, share]) =>
        element(
          "li",
          { "--share": share, "--hue": scheme.hue(j) },
          follow ? opener(j) : datasets[j].name,
          element("span", {}, share.toFixed(2)),
        ),
      );
    return element("ul", { class: "overlaps", "aria-label": label }, ...items);
  }

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
        "the samples of the first are much like some of the second.",
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
      overlaps(dataset.within, "Contained in (from 0.50: bold outline)", Infinity, true),
      overlaps(dataset.contents, "Contains (from 0.50: filled)", Infinity, true),
      kinds ? element("h3", { class: "classes" }, plural(kinds, "class", "classes")) : null,
      kinds ? paragraph(someClasses(dataset, 60)) : null,
    ];
  }

  function writeDetails() {
    const panel = find("#details");
    const focused = panel.contains(document.activeElement);
    const { selected } = state;
    const shown = selected === null ? overview() : detailsOf(selected);
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
