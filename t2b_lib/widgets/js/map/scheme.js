// Light and dark: the colours of the style sheet, and which of the two schemes the page follows.

import { find } from "./page.js";

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

const toHex = (value) => Math.round(value).toString(16).padStart(2, "0");

/** A colour (#rrggbb) as text: nearer to the ink, for contrast. */
export function legible(colour, ink) {
  const [from, to] = [channels(colour), channels(ink)];
  return `#${from.map((value, k) => toHex(0.6 * value + 0.4 * to[k])).join("")}`;
}

/** The scheme that the page around the map says it has, or else the system's. */
function currentScheme() {
  const outer = window.frameElement?.ownerDocument;
  const root = outer?.documentElement;
  const jupyter = outer?.body.dataset.jpThemeLight;
  const said =
    root?.dataset.theme ??
    root?.getAttribute("theme") ??
    (jupyter === undefined ? undefined : jupyter === "true" ? "light" : "dark");
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  return said === "light" || said === "dark" ? said : system;
}

/** The colours of the map: `hue(i)` of a dataset, `field(k)`, `ink` and `sea`. */
export function createScheme(state) {
  let colours = {};
  return {
    get ink() {
      return colours.ink;
    },
    get sea() {
      return colours.sea;
    },
    field: (k) => colours.fields[k],
    hue: (i) => colours.fields[state.groups.of[i]] ?? colours.none,

    /** Read the colours again. */
    update() {
      const root = document.documentElement;
      root.dataset.scheme = currentScheme();
      const style = getComputedStyle(root);
      const colour = (name) => style.getPropertyValue(`--${name}`).trim();
      colours = {
        ink: colour("ink"),
        sea: colour("sea"),
        none: colour("none"),
        fields: state.groups.names.map((_, k) => colour(`field-${k}`) || colour("none")),
      };
    },

    /** Call `changed` whenever the system or the page around the map changes its scheme. */
    watch(changed) {
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
      const outer = window.frameElement?.ownerDocument;
      if (!outer) return;
      const observer = new MutationObserver(changed);
      const attributes = { attributeFilter: ["data-theme", "theme", "data-jp-theme-light"] };
      observer.observe(outer.documentElement, attributes);
      observer.observe(outer.body, attributes);
    },
  };
}

/** In a longer page the map is as high as it needs to be. */
export function fitFrame() {
  const outer = window.frameElement;
  document.documentElement.classList.toggle("framed", Boolean(outer));
  if (!outer) return;
  const fit = () =>
    (outer.style.height = `${Math.ceil(find("main").getBoundingClientRect().height)}px`);
  new ResizeObserver(fit).observe(find("main"));
}
