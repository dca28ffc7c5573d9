// How the boxes are drawn. The width of a line says how many samples a dataset has.

import { clamp } from "../text.js";

/** Opacity of fill and line and the width of the line of each kind of box, for n boxes. */
function looksOf(n) {
  const many = n > 600;
  const width = many ? 0.8 : 1.3;
  const fill = Math.min(0.13, Math.max(0.03, 1.5 / Math.sqrt(n)));
  return {
    plain: { fill, line: many ? 0.6 : 0.9, width },
    placed: { fill: 0.25, line: 1, width: 4, ink: true },
    dim: { fill: 0.015, line: many ? 0.06 : 0.15, width },
    container: { fill: 0.07, line: 1, width: 2.5 },
    content: { fill: many ? 0.25 : 0.38, line: 1, width: 1.3 },
    match: { fill: many ? 0.25 : 0.38, line: 1, width: 1.6 },
    near: { fill: 0.1, line: 1, width: 1.3, dash: [4, 3] },
    selected: { fill: 0.3, line: 1, width: 4, ink: true },
    hidden: { fill: 0, line: 0, width: 1 },
  };
}

/** The width of a line for a number of samples: from half of the usual one to one and a half. */
export const lineFactor = (samples) =>
  samples === null ? 1 : clamp(0.5 + (Math.log10(Math.max(samples, 1)) - 2) / 3, 0.5, 1.5);

export function createBoxes(state, scheme) {
  const { datasets, everyone } = state;
  const looks = looksOf(datasets.length);
  const plain = datasets.map(({ samples }) => ({
    ...looks.plain,
    width: looks.plain.width * lineFactor(samples),
  }));
  const boxes = {
    drawn: [], // the look of each box

    /** After a change of what is shown, marked or selected. */
    update() {
      const { roles } = state;
      boxes.drawn = everyone.map((i) => {
        if (!state.isShown(i)) return looks.hidden;
        const role = roles?.get(i) ?? (datasets[i].placed ? "placed" : roles ? "dim" : "plain");
        return role === "plain" ? plain[i] : looks[role];
      });
    },

    paint(context, view) {
      const [w, h] = view.size;
      for (const i of everyone) {
        const look = boxes.drawn[i];
        if (look.line === 0) continue;
        const [x0, x1, y0, y1] = view.pixels(i);
        if (x1 < 0 || y1 < 0 || x0 > w || y0 > h) continue;
        const hue = scheme.hue(i);
        context.fillStyle = hue;
        context.globalAlpha = look.fill;
        context.fillRect(x0, y0, x1 - x0, y1 - y0);
        context.strokeStyle = look.ink ? scheme.ink : hue;
        context.globalAlpha = look.line;
        context.lineWidth = look.width;
        if (look.dash) context.setLineDash(look.dash);
        context.strokeRect(x0, y0, x1 - x0, y1 - y0);
        if (look.dash) context.setLineDash([]);
      }
      context.globalAlpha = 1;
    },
  };
  return boxes;
}
