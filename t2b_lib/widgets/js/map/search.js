// The search box and its suggestions.

import { element } from "../dom.js";
import { plural } from "../text.js";
import { createIndex, shareOut } from "./matching.js";
import { find } from "./page.js";

/** `actions`: select(i, follow), mark(set or null), goTo(which), markField(k), clearField(),
 *  writeCount(). */
export function createSearch(state, actions) {
  const index = createIndex(state);
  const input = find("#search");
  const suggestions = find("#suggestions");
  let options = []; // {text, note, choose}
  let active = -1;

  function search() {
    const result = index.search(input.value);
    options = [];
    actions.clearField();
    if (result === null) {
      actions.mark(null);
      actions.writeCount();
    } else {
      const { byName, byField, found } = result;
      actions.mark(found.size ? found : null);
      say(byName.length, byField, found);
      options = optionsFor(result);
      if (found.size === 1) {
        const [only] = found;
        actions.select(only);
        actions.goTo([only]);
      }
    }
    active = -1;
    write();
  }

  function optionsFor({ byName, byField, byClass }) {
    const [names, classes] = shareOut(byName.length, byClass.length);
    return [
      ...byField.slice(0, 2).map((k) => ({
        text: state.fields[k],
        note: "field",
        choose: () => actions.markField(k),
      })),
      ...byName.slice(0, names).map((i) => ({
        text: state.datasets[i].name,
        note: "dataset",
        choose: () => actions.select(i, true),
      })),
      ...byClass.slice(0, classes).map((kind) => ({
        text: kind.spelling,
        note: `class of ${plural(kind.having.size, "dataset")}`,
        choose: () => chooseClass(kind),
      })),
    ];
  }

  function chooseClass({ spelling, having }) {
    const shown = [...having].filter(state.isShown);
    actions.mark(new Set(shown));
    find("#count").textContent = `${plural(shown.length, "dataset")} with the class “${spelling}”`;
    if (shown.length === 1) actions.select(shown[0]);
    actions.goTo(shown);
  }

  function say(byName, byField, found) {
    const inField = [...found].slice(byName).filter((i) => byField.includes(state.datasets[i].field));
    const parts = [`${byName} by name`];
    if (inField.length) parts.push(`${inField.length} by field`);
    parts.push(`${found.size - byName - inField.length} by class`);
    find("#count").textContent = found.size
      ? `${plural(found.size, "dataset")} found: ${parts.join(", ")}`
      : `No dataset and no class is called “${input.value.trim()}”`;
  }

  function write() {
    suggestions.replaceChildren(
      ...options.map((option, k) =>
        element(
          "li",
          {
            id: `option-${k}`,
            role: "option",
            "aria-selected": k === active,
            onpointerdown: (event) => event.preventDefault(), // the field keeps the focus
            onclick: () => choose(k),
          },
          element("span", {}, option.text),
          element("small", {}, option.note),
        ),
      ),
    );
    suggestions.hidden = !options.length;
    input.setAttribute("aria-expanded", !suggestions.hidden);
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `option-${active}`);
  }

  function close() {
    options = [];
    active = -1;
    write();
  }

  function choose(k) {
    const option = options[k];
    input.value = option.text;
    close();
    option.choose();
  }

  function step(by) {
    const n = options.length;
    active = active < 0 && by < 0 ? n - 1 : (active + by + n) % n;
    write();
  }

  input.addEventListener("input", search);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      if (active >= 0) choose(active);
      else if (state.marked) actions.goTo([...state.marked].filter(state.isShown));
      close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    }
  });

  return {
    close,
    get text() {
      return input.value.trim();
    },
    start(text) {
      input.value = text;
      search();
      close();
    },
    get isOpen() {
      return !suggestions.hidden;
    },
    clear() {
      input.value = "";
      close();
    },
  };
}
