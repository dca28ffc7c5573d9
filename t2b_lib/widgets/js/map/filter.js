// The filter by number of samples, and the count of what is shown.

import { plural } from "../text.js";
import { compact, find } from "./page.js";

const power = (samples) => Math.log10(Math.max(samples, 1));

/** The ends of the slider: whole powers of ten that hold all numbers of samples. */
export function powerLimits(samples) {
  if (!samples.length) return [0, 1];
  const [low, high] = [Math.min(...samples), Math.max(...samples)];
  const limits = [Math.floor(power(low)), Math.ceil(power(high))];
  return limits[0] === limits[1] ? [limits[0], limits[0] + 1] : limits;
}

export function createFilter(state, changed) {
  const { datasets } = state;
  const sliders = [find("#least"), find("#most")];
  const known = datasets.map((dataset) => dataset.samples).filter((samples) => samples !== null);
  const limits = powerLimits(known);

  function writeCount() {
    const shown = state.everyone.filter(state.isShown).length;
    const unknown = datasets.length - known.length;
    const note =
      state.range && unknown ? ` (${plural(unknown, "dataset")} of unknown size hidden)` : "";
    find("#count").textContent =
      shown === datasets.length
        ? plural(shown, "dataset")
        : `${shown.toLocaleString("en")} of ${plural(datasets.length, "dataset")}${note}`;
  }

  function apply() {
    const values = sliders.map((slider) => Number(slider.value));
    const all = values[0] === limits[0] && values[1] === limits[1];
    state.range = all ? null : values.map((value) => 10 ** value);
    const texts = values.map((value) => compact.format(10 ** value));
    sliders.forEach((slider, end) =>
      slider.setAttribute("aria-valuetext", `${texts[end]} samples`),
    );
    // Where both thumbs meet, the one that can move must lie on top.
    sliders[0].style.zIndex = values[0] > (limits[0] + limits[1]) / 2 ? 1 : 0;
    find("#sizes").textContent = all ? "any number" : `${texts[0]} to ${texts[1]}`;
    const share = (value) => `${(100 * (value - limits[0])) / (limits[1] - limits[0])}%`;
    find(".track .span").style.left = share(values[0]);
    find(".track .span").style.right = `calc(100% - ${share(values[1])})`;
    changed();
    writeCount();
  }

  sliders.forEach((slider, end) => {
    Object.assign(slider, { min: limits[0], max: limits[1], step: 0.05, value: limits[end] });
    slider.disabled = !known.length;
    slider.addEventListener("input", () => {
      const values = sliders.map((s) => Number(s.value));
      if (values[0] > values[1]) slider.value = values[1 - end];
      apply();
    });
  });
  return { apply, writeCount };
}
