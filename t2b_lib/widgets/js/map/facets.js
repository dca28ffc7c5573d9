// Filters by licence and number of classes, and what the boxes are coloured by.

import { find } from "./page.js";
import { groupsBy } from "./grouping.js";
import { element } from "../dom.js";

export function createFacets(state, { filtered, coloured }) {
  const facets = ["licence", "classes"].map((what) => [what, groupsBy(what, state)]);

  for (const [what, { names, of }] of facets) {
    const choice = find(`#by-${what}`);
    choice.append(...names.map((name, k) => element("option", { value: k }, name)));
    choice.disabled = names.length < 2;
    choice.addEventListener("change", () => {
      const { value } = choice;
      if (value === "") delete state.facets[what];
      else state.facets[what] = (i) => of[i] === Number(value);
      filtered();
    });
  }

  const colour = find("#colour");
  const recolour = () => {
    state.groups = groupsBy(colour.value, state);
    coloured();
  };
  colour.addEventListener("change", recolour);

  return {
    get values() {
      const chosen = facets.map(([what]) => [what, find(`#by-${what}`).value]);
      return { ...Object.fromEntries(chosen), colour: colour.value === "field" ? "" : colour.value };
    },
    start(values) {
      for (const choice of [...facets.map(([what]) => what), "colour"]) {
        const select = choice === "colour" ? colour : find(`#by-${choice}`);
        if (values[choice] === undefined) continue;
        select.value = values[choice];
        select.dispatchEvent(new Event("change"));
      }
    },
  };
}
