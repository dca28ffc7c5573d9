// What the map's modules take from the page.

import { element } from "../dom.js";

export const find = (selector) => document.querySelector(selector);

export const readJson = (id) => JSON.parse(document.getElementById(id).textContent);

export const swatch = (colour) => element("span", { class: "swatch", "--hue": colour });

export const compact = new Intl.NumberFormat("en", {
  notation: "compact",
  maximumSignificantDigits: 3,
});
