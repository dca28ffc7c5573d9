// The selection as a table (CSV) and the picture as SVG.

const quoted = (value) => {
  const text = String(value ?? "");
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const escaped = (text) =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);

/** Facts of some datasets, a line each. */
export function toCsv(which, { datasets, classes, fields }) {
  const rows = which.map((i) => {
    const { name, field, samples, licence, url, classes: own } = datasets[i];
    const names = own.map((k) => classes[k]).join("|");
    return [name, field === null ? "" : fields[field], samples, licence, url, own.length, names];
  });
  const head = ["name", "field", "samples", "licence", "url", "number of classes", "classes"];
  return [head, ...rows].map((row) => `${row.map(quoted).join(",")}\n`).join("");
}

/** What the map shows now. */
export function toSvg({ state, scheme, view, boxes, labels }) {
  const [width, height] = view.size;
  const number = (value) => value.toFixed(1);
  const rectangles = state.everyone
    .filter((i) => boxes.drawn[i].line)
    .map((i) => {
      const [x0, x1, y0, y1] = view.pixels(i);
      const { fill, line, width, ink } = boxes.drawn[i];
      const hue = scheme.hue(i);
      return (
        `<rect x="${number(x0)}" y="${number(y0)}" width="${number(x1 - x0)}" ` +
        `height="${number(y1 - y0)}" fill="${hue}" fill-opacity="${fill}" ` +
        `stroke="${ink ? scheme.ink : hue}" stroke-opacity="${line}" stroke-width="${width}"/>`
      );
    });
  const texts = labels.written.map(
    (label) =>
      `<text x="${number(label.x + 2)}" y="${number(label.y + 2 + label.pixels)}" ` +
      `font-size="${label.pixels}" font-weight="${label.style}" fill="${labels.colour(label)}">` +
      `${escaped(label.text)}</text>`,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
    `font-family="system-ui, sans-serif"><rect width="100%" height="100%" fill="${scheme.sea}"/>` +
    `${rectangles.join("")}${texts.join("")}</svg>`
  );
}

/** Offer a text to the reader as a file. */
export function download(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
