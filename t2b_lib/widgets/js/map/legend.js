// The legend of fields, whose entries are buttons that mark a field.

import { element } from "../dom.js";
import { find, swatch } from "./page.js";

export function createLegend(state, scheme, toggle) {
  const { datasets } = state;
  const placed = datasets.some((dataset) => dataset.placed);
  let field = null; // the one that is marked

  function write() {
    const entry = (name, k) =>
      element(
        "button",
        {
          type: "button",
          "data-field": k,
          "aria-pressed": field === k,
          onclick: () => toggle(k),
        },
        swatch(scheme.field(k)),
        name,
        element("small", {}, String(state.groups.of.filter((group) => group === k).length)),
      );
    find("#legend").replaceChildren(
      ...state.groups.names.map((name, k) => element("li", {}, entry(name, k))),
      placed ? element("li", { class: "placed" }, swatch(scheme.ink), "placed on the map") : "",
    );
  }

  return {
    write,
    get field() {
      return field;
    },
    set field(k) {
      field = k;
      write();
    },
    focus: (k) => find(`[data-field="${k}"]`).focus(),
  };
}
