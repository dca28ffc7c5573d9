// How the boxes are drawn: the columns of Bokeh's data source.

/** Opacity of fill and line and the width of the line of each kind of box, for n boxes. */
function looksOf(n) {
  const many = n > 600;
  const width = many ? 0.8 : 1.3;
  const fill = Math.min(0.13, Math.max(0.03, 1.5 / Math.sqrt(n)));
  return {
    plain: { fill, line: many ? 0.6 : 0.9, width },
    placed: { fill: 0.25, line: 1, width: 3, ink: true },
    dim: { fill: 0.015, line: many ? 0.06 : 0.15, width },
    container: { fill: 0.07, line: 1, width: 2.5 },
    content: { fill: many ? 0.25 : 0.38, line: 1, width: 1.3 },
    match: { fill: many ? 0.25 : 0.38, line: 1, width: 1.6 },
    selected: { fill: 0.3, line: 1, width: 3.5, ink: true },
    hidden: { fill: 0, line: 0, width: 1 },
  };
}

/** A function that draws all boxes anew. */
export function createBoxes(source, state, scheme) {
  const { datasets, everyone } = state;
  const looks = looksOf(datasets.length);
  return function drawBoxes() {
    const { roles } = state;
    const drawn = everyone.map((i) => {
      if (!state.isShown(i)) return looks.hidden;
      return looks[roles?.get(i) ?? (datasets[i].placed ? "placed" : roles ? "dim" : "plain")];
    });
    source.data = {
      ...source.data,
      fill: everyone.map(scheme.hue),
      line: everyone.map((i) => (drawn[i].ink ? scheme.ink : scheme.hue(i))),
      fill_alpha: drawn.map((look) => look.fill),
      line_alpha: drawn.map((look) => look.line),
      line_width: drawn.map((look) => look.width),
    };
  };
}
