/* The map of datasets, beyond what Bokeh's canvas does by itself: labels where there is room, the
   dataset under the pointer, what contains what, search and filter. Boxes are numbered in the order
   in which they are drawn. */

const LABEL_SIZES = [15, 13, 12]; // pixels: of large, middling and small boxes
const LABEL_PADDING = 2;
const LONGEST_LABEL = 30; // letters
const TAKES_IN = 0.88; // of the frame is filled by what the view is fitted to
const STRETCH = 1.6; // how much longer a unit may be along one axis than along the other
const DEEPEST = 1e5; // zoom
const BESIDE = 200; // boxes tried for a label in the open beside them, each time
const SUGGESTIONS = 8;
const TOP = 3; // overlaps that the tooltip lists each way

const find = (selector) => document.querySelector(selector);
const readJson = (id) => JSON.parse(document.getElementById(id).textContent);
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const shorten = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
const plural = (count, one, several = `${one}s`) =>
  `${count.toLocaleString("en")} ${count === 1 ? one : several}`;
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

/* Texts become text nodes: a dataset may be called <script>. */
function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name.startsWith("--")) node.style.setProperty(name, value);
    else if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

async function startMap() {
  const { datasets, classes, fields } = readJson("datasets-json");
  await Bokeh.embed.embed_item(readJson("plot-json"), "plot");
  const plotDocument = Bokeh.documents.at(-1);
  const [plot, source, labels, names] = ["map", "boxes", "labels", "names"].map((name) =>
    plotDocument.get_model_by_name(name),
  );
  const stage = find("#stage");
  const everyone = [...datasets.keys()];

  const { left, right, bottom, top } = source.data;
  const areas = everyone.map((i) => (right[i] - left[i]) * (top[i] - bottom[i]));
  const largestFirst = [...everyone].sort((a, b) => areas[b] - areas[a]);
  const contained = everyone.map(() => []);
  for (const i of everyone) for (const j of datasets[i].containers) contained[j].push(i);

  let selected = null;
  let marked = null; // what a search or a field of the legend brings out: a set, or null
  let roles = null; // with anything brought out: a map from its number to how it is drawn
  let range = null; // of the samples, where it is not all of them
  const isShown = (i) =>
    range === null ||
    (datasets[i].samples !== null &&
      datasets[i].samples >= range[0] &&
      datasets[i].samples <= range[1]);

  // ---------------------------------------------------------------------------- light and dark

  let scheme = {};
  const hue = (i) => scheme.fields[datasets[i].field] ?? scheme.none;

  /* A colour (#rrggbb) as text: nearer to the ink, for contrast. */
  const legible = (colour) =>
    "#" +
    [1, 3, 5]
      .map((at) => [colour, scheme.ink].map((hex) => parseInt(hex.slice(at, at + 2), 16)))
      .map(([a, b]) =>
        Math.round(0.6 * a + 0.4 * b)
          .toString(16)
          .padStart(2, "0"),
      )
      .join("");

  function followScheme() {
    const outer = window.frameElement?.ownerDocument;
    const { dataset: html } = outer?.documentElement ?? { dataset: {} };
    const jupyter = outer?.body.dataset.jpThemeLight;
    const said =
      html.theme ??
      outer?.documentElement.getAttribute("theme") ??
      (jupyter === undefined ? undefined : jupyter === "true" ? "light" : "dark");
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const root = document.documentElement;
    root.dataset.scheme = said === "light" || said === "dark" ? said : system;
    const style = getComputedStyle(root);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    scheme = {
      ink: colour("ink"),
      none: colour("none"),
      fields: fields.map((_, k) => colour(`field-${k}`) || colour("none")),
    };
    names.glyph.background_fill_color = colour("sea");
    drawBoxes();
    writeLegend();
    writeDetails();
  }

  // --------------------------------------------------------------------------------- the view

  const x = plot.x_range;
  const y = plot.y_range;
  const view = () => ({
    x: (x.start + x.end) / 2,
    y: (y.start + y.end) / 2,
    unit: (y.end - y.start) / plot.inner_height, // data units per pixel up; `stretch` times across
  });
  /* From data to pixels from the top left, and back. */
  const across = (value) => ((value - x.start) / (x.end - x.start)) * size[0];
  const down = (value) => ((y.end - value) / (y.end - y.start)) * size[1];
  const fromAcross = (px) => x.start + (px / size[0]) * (x.end - x.start);
  const fromDown = (py) => y.end - (py / size[1]) * (y.end - y.start);
  let size = [0, 0];
  let stretch = 1;
  let home = null;
  let flight = 0;

  function extent(which) {
    let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const i of which) {
      x0 = Math.min(x0, left[i]);
      x1 = Math.max(x1, right[i]);
      y0 = Math.min(y0, bottom[i]);
      y1 = Math.max(y1, top[i]);
    }
    return { x: (x0 + x1) / 2, y: (y0 + y1) / 2, width: x1 - x0, height: y1 - y0 };
  }

  function fitted(which) {
    const { x, y, width, height } = extent(which);
    const unit = Math.max(width / stretch / size[0], height / size[1]) / TAKES_IN;
    return { x, y, unit: unit || (home ? home.unit / 20 : 1 / size[1]) };
  }

  function look(at) {
    const clamp = (value, least, most) => Math.min(Math.max(value, least), most);
    const unit = clamp(at.unit, home.unit / DEEPEST, home.unit * 1.5);
    const reach = [home.unit * stretch * size[0], home.unit * size[1]].map((v) => v / 2);
    const cx = clamp(at.x, home.x - reach[0], home.x + reach[0]);
    const cy = clamp(at.y, home.y - reach[1], home.y + reach[1]);
    const [dx, dy] = [(unit * stretch * size[0]) / 2, (unit * size[1]) / 2];
    x.setv({ start: cx - dx, end: cx + dx });
    y.setv({ start: cy - dy, end: cy + dy });
  }

  function fly(to) {
    cancelAnimationFrame(flight);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return look(to);
    const from = view();
    const start = performance.now();
    const step = (now) => {
      const t = Math.min(1, Math.max(0, (now - start) / 350));
      const eased = t * t * (3 - 2 * t);
      const mix = (a, b) => a + (b - a) * eased;
      const unit = from.unit * (to.unit / from.unit) ** eased;
      // The centre follows the scale, so that the way seems straight while the scale changes.
      const along = from.unit === to.unit ? eased : (unit - from.unit) / (to.unit - from.unit);
      look({ x: from.x + (to.x - from.x) * along, y: from.y + (to.y - from.y) * along, unit });
      if (t < 1) flight = requestAnimationFrame(step);
    };
    flight = requestAnimationFrame(step);
  }

  const zoom = (factor) => fly({ ...view(), unit: view().unit * factor });
  const goTo = (which) => {
    if (!which.length) return;
    const to = fitted(which);
    // Some of the surroundings say more than a box that fills the frame.
    fly({ ...to, unit: which.length === 1 ? to.unit * 1.8 : to.unit });
  };

  /* Bokeh's tools move the ranges one end after the other: what depends on them waits for all. */
  let waiting = false;
  function moved() {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      if (!home) return;
      const { unit } = view();
      if (unit > home.unit * 1.501 || unit < (home.unit * 0.999) / DEEPEST) look(view());
      hover(null);
      writeLabels();
    });
  }

  function resized() {
    const now = [plot.inner_width, plot.inner_height];
    if (!now[0] || !now[1] || (now[0] === size[0] && now[1] === size[1])) return;
    const before = home && { ...view(), unit: (y.end - y.start) / size[1] };
    const wasHome = home === null || Math.abs(before.unit / home.unit - 1) < 0.01;
    size = now;
    // Shares of boxes stay the same when one axis is stretched: up to a point, the frame is filled.
    const { width, height } = extent(everyone);
    stretch = Math.min(Math.max(width / size[0] / (height / size[1]) || 1, 1 / STRETCH), STRETCH);
    home = fitted(everyone);
    look(wasHome ? home : before);
    moved();
  }

  // -------------------------------------------------------------------------------- the boxes

  const many = datasets.length > 600;
  const plain = {
    fill: Math.min(0.13, Math.max(0.03, 1.5 / Math.sqrt(datasets.length))),
    line: many ? 0.6 : 0.9,
    width: many ? 0.8 : 1.3,
  };
  const LOOKS = {
    plain,
    placed: { fill: 0.25, line: 1, width: 3, ink: true },
    dim: { fill: 0.015, line: many ? 0.06 : 0.15, width: plain.width },
    container: { fill: 0.07, line: 1, width: 2.5 },
    content: { fill: many ? 0.25 : 0.38, line: 1, width: 1.3 },
    match: { fill: many ? 0.25 : 0.38, line: 1, width: 1.6 },
    selected: { fill: 0.3, line: 1, width: 3.5, ink: true },
    hidden: { fill: 0, line: 0, width: 1 },
  };

  function drawBoxes() {
    roles = null;
    if (selected !== null) {
      roles = new Map(contained[selected].map((i) => [i, "content"]));
      for (const i of datasets[selected].containers) roles.set(i, "container");
      roles.set(selected, "selected");
    } else if (marked) {
      roles = new Map([...marked].map((i) => [i, "match"]));
    }
    const drawn = everyone.map((i) => {
      if (!isShown(i)) return LOOKS.hidden;
      return LOOKS[roles?.get(i) ?? (datasets[i].placed ? "placed" : roles ? "dim" : "plain")];
    });
    source.data = {
      ...source.data,
      fill: everyone.map(hue),
      line: everyone.map((i) => (drawn[i].ink ? scheme.ink : hue(i))),
      fill_alpha: drawn.map((look) => look.fill),
      line_alpha: drawn.map((look) => look.line),
      line_width: drawn.map((look) => look.width),
    };
    writeLabels();
  }

  // ------------------------------------------------------------------------------- the labels

  const ruler = document.createElement("canvas").getContext("2d");
  const widths = new Map();
  const family = names.glyph.text_font.value;
  function widthOf(text, pixels, style) {
    const key = `${style} ${pixels} ${text}`;
    if (!widths.has(key)) {
      ruler.font = `${style} ${pixels}px ${family}`;
      widths.set(key, ruler.measureText(text).width + 2 * LABEL_PADDING);
    }
    return widths.get(key);
  }

  let written = []; // the labels on screen: {i, x, y, width, height} in pixels

  /* Large boxes first; each in the first of a few places that is free. A label that keeps to its
     box needs room there, unless its dataset is what the reader asked for. */
  function writeLabels() {
    if (!home) return;
    const [w, h] = size;
    const buttons = find(".buttons");
    const taken = [
      {
        x: buttons.offsetLeft,
        y: buttons.offsetTop,
        width: buttons.offsetWidth,
        height: buttons.offsetHeight,
      },
    ];
    const free = (a) =>
      a.x >= 1 &&
      a.y >= 1 &&
      a.x + a.width <= w - 1 &&
      a.y + a.height <= h - 1 &&
      taken.every(
        (b) =>
          a.x >= b.x + b.width ||
          b.x >= a.x + a.width ||
          a.y >= b.y + b.height ||
          b.y >= a.y + a.height,
      );

    /* Where no box lies. */
    const open = (a) => {
      const [u0, u1] = [fromAcross(a.x), fromAcross(a.x + a.width)];
      const [v0, v1] = [fromDown(a.y + a.height), fromDown(a.y)];
      return everyone.every(
        (i) => left[i] > u1 || right[i] < u0 || bottom[i] > v1 || top[i] < v0 || !isShown(i),
      );
    };

    /* The reader's own and what was clicked come first, whatever the room in their boxes. */
    const asked = (i) => i === selected || datasets[i].placed;
    const first = everyone.filter(asked);
    const rest = (
      roles ? [...roles.keys()].sort((a, b) => areas[b] - areas[a]) : largestFirst
    ).filter((i) => !asked(i));
    const most = Math.max(12, Math.round((w * h) / 6000));
    let tried = 0;
    written = [];
    for (const i of [...first, ...rest]) {
      if (written.length >= most) break;
      if (!isShown(i)) continue;
      const [x0, x1, y0, y1] = [across(left[i]), across(right[i]), down(top[i]), down(bottom[i])];
      if (x1 < 0 || y1 < 0 || x0 > w || y0 > h) continue;
      const wanted = asked(i) || roles?.get(i) === "match";
      const area = (x1 - x0) * (y1 - y0);
      if (!wanted && area < 150) {
        if (roles === null) break; // all that follow are smaller
        continue;
      }
      const text = shorten(datasets[i].name.replace(/\s+/g, " "), LONGEST_LABEL);
      const style = asked(i) || area > 0.06 * w * h ? "bold" : "normal";
      const pixels = LABEL_SIZES[area > 0.06 * w * h ? 0 : area > 0.008 * w * h || wanted ? 1 : 2];
      const width = widthOf(text, pixels, style);
      const height = Math.ceil(1.3 * pixels) + 2 * LABEL_PADDING;
      // Of a box that reaches out of the frame, the part within it holds the label.
      const [u0, u1] = [Math.max(x0, 1) + 3, Math.min(x1, w - 1) - 3];
      const [v0, v1] = [Math.max(y0, 1) + 2, Math.min(y1, h - 1) - 2];
      const middle = (u0 + u1 - width) / 2;
      const level = (v0 + v1 - height) / 2;
      const within = [
        [u0, v0],
        [u0, v1 - height],
        [u1 - width, v0],
        [u1 - width, v1 - height],
        [middle, level],
      ];
      const beside = [
        [middle, y1],
        [middle, y0 - height],
        [x1 + 2, level],
        [x0 - width - 2, level],
      ];
      const firstFree = (places, fits = free) =>
        places.map(([x, y]) => ({ i, x, y, width, height, text, style, pixels })).find(fits);
      const [room, rise] = [u1 - u0, v1 - v0];
      let label;
      if (rise >= height && width <= room) label = firstFree(within);
      else if (rise >= height && width <= 1.6 * room) label = firstFree([[middle, level]]);
      if (!label && wanted) label = firstFree([...beside, [middle, level]]);
      if (!label && tried++ < BESIDE) label = firstFree(beside, (a) => free(a) && open(a));
      if (!label) continue;
      taken.push(label);
      written.push(label);
    }
    labels.data = {
      x: written.map((a) => fromAcross(a.x)),
      y: written.map((a) => fromDown(a.y)),
      text: written.map((a) => a.text),
      colour: written.map((a) => (asked(a.i) ? scheme.ink : legible(hue(a.i)))),
      size: written.map((a) => `${a.pixels}px`),
      style: written.map((a) => a.style),
    };
  }

  // ------------------------------------------------------------------------- what is said of one

  const facts = (dataset) =>
    [
      dataset.samples === null ? "size unknown" : `${compact.format(dataset.samples)} samples`,
      dataset.classes.length ? plural(dataset.classes.length, "class", "classes") : null,
      dataset.licence ?? "licence unknown",
    ]
      .filter(Boolean)
      .join(" · ");

  const someClasses = (dataset, most) => {
    const shown = dataset.classes.slice(0, most).map((k) => classes[k]);
    const rest = dataset.classes.length - shown.length;
    return shown.join(", ") + (rest > 0 ? ` and ${rest.toLocaleString("en")} more` : "");
  };

  const opener = (i) =>
    element(
      "button",
      { type: "button", class: "opener", onclick: () => select(i, true) },
      datasets[i].name,
    );

  /* One of the two lists of overlaps; with `follow`, names are buttons that lead there. */
  function overlaps(pairs, label, most, follow) {
    if (!pairs.length) return null;
    const items = pairs.slice(0, most).map(([j, share]) => {
      const name = follow ? opener(j) : datasets[j].name;
      return element(
        "li",
        { "--share": share, "--hue": hue(j) },
        name,
        element("span", {}, share.toFixed(2)),
      );
    });
    return element("ul", { class: "overlaps", "aria-label": label }, ...items);
  }

  const swatch = (colour) => element("span", { class: "swatch", "--hue": colour });

  let hovered = null;
  function hover(i, px = 0, py = 0) {
    const [ring, tooltip] = [find(".ring"), find(".tooltip")];
    stage.classList.toggle("on-box", i !== null);
    ring.hidden = tooltip.hidden = i === null;
    if (i === null) {
      hovered = null;
      return;
    }
    if (i !== hovered) {
      hovered = i;
      const dataset = datasets[i];
      tooltip.replaceChildren(
        element("strong", {}, dataset.name),
        element("p", { class: "facts" }, facts(dataset)),
        ...(dataset.classes.length ? [element("p", {}, someClasses(dataset, 5))] : []),
        ...[
          overlaps(dataset.within, "contained in", TOP),
          overlaps(dataset.contents, "contains", TOP),
        ].filter(Boolean),
      );
      const [x0, x1, y0, y1] = [across(left[i]), across(right[i]), down(top[i]), down(bottom[i])];
      Object.assign(ring.style, {
        left: `${x0 - 1}px`,
        top: `${y0 - 1}px`,
        width: `${x1 - x0 + 2}px`,
        height: `${y1 - y0 + 2}px`,
      });
    }
    const { offsetWidth: width, offsetHeight: height } = tooltip;
    const tx = px + 16 + width < size[0] ? px + 16 : Math.max(4, px - 16 - width);
    const ty = Math.max(4, Math.min(py + 16, size[1] - height - 4));
    tooltip.style.transform = `translate(${tx}px, ${ty}px)`;
  }

  function writeDetails() {
    const panel = find("#details");
    const focused = panel.contains(document.activeElement);
    if (selected === null) {
      panel.replaceChildren(
        element(
          "p",
          { class: "help" },
          "Each box is a dataset. Where one lies inside another, " +
            "the samples of the first are much like some of the second.",
        ),
        element(
          "p",
          { class: "help" },
          "Point at a box to see what it is; " +
            "click it to see what contains it and what it contains.",
        ),
        element("h3", { class: "classes" }, "The largest boxes"),
        element(
          "ul",
          { class: "entries" },
          ...largestFirst.slice(0, 10).map((i) => element("li", {}, swatch(hue(i)), opener(i))),
        ),
      );
      if (focused) stage.focus({ preventScroll: true });
      return;
    }
    const dataset = datasets[selected];
    const close = {
      type: "button",
      "aria-label": "Close the details",
      onclick: () => select(null),
    };
    panel.replaceChildren(
      ...[
        element("h2", {}, element("span", {}, dataset.name), element("button", close, "×")),
        dataset.field === null
          ? null
          : element("p", {}, swatch(hue(selected)), fields[dataset.field]),
        element(
          "p",
          {},
          dataset.samples === null ? "Size unknown" : plural(dataset.samples, "sample"),
        ),
        element(
          "p",
          {},
          dataset.licence === null ? "Licence unknown" : `Licence: ${dataset.licence}`,
        ),
        dataset.url &&
          element(
            "a",
            { class: "link", href: dataset.url, target: "_blank", rel: "noopener noreferrer" },
            "The dataset’s page ↗",
          ),
        overlaps(dataset.within, "Contained in (from 0.50: bold outline)", Infinity, true),
        overlaps(dataset.contents, "Contains (from 0.50: filled)", Infinity, true),
        dataset.classes.length
          ? element("h3", { class: "classes" }, plural(dataset.classes.length, "class", "classes"))
          : null,
        dataset.classes.length ? element("p", {}, someClasses(dataset, 60)) : null,
      ].filter(Boolean),
    );
    panel.scrollTop = 0;
    if (focused) panel.querySelector("h2 button").focus({ preventScroll: true });
  }

  function select(i, follow = false) {
    selected = i;
    drawBoxes();
    writeDetails();
    hover(null);
    if (i !== null && follow) {
      const [x0, x1, y0, y1] = [across(left[i]), across(right[i]), down(top[i]), down(bottom[i])];
      const outside = x0 < 0 || x1 > size[0] || y0 < 0 || y1 > size[1];
      if (outside || Math.max(x1 - x0, y1 - y0) < 24) goTo([i]);
    }
  }

  // ---------------------------------------------------------------------------------- pointing

  /* A label stands for its dataset; elsewhere it is the smallest box, and of those brought out
     before any other. Boxes that are hard to hit count a little beyond their edges. */
  function under(px, py) {
    const label = written.find(
      (a) => px >= a.x && px <= a.x + a.width && py >= a.y && py <= a.y + a.height,
    );
    if (label) return label.i;
    const [at, up, { unit }] = [fromAcross(px), fromDown(py), view()];
    let [best, smallest] = [null, Infinity];
    for (const i of everyone) {
      const sx = right[i] - left[i] < 6 * unit * stretch ? 2 * unit * stretch : 0;
      const sy = top[i] - bottom[i] < 6 * unit ? 2 * unit : 0;
      if (at < left[i] - sx || at > right[i] + sx || up < bottom[i] - sy || up > top[i] + sy)
        continue;
      if (!isShown(i)) continue;
      const rank = areas[i] + (roles && !roles.has(i) ? 1e300 : 0);
      if (rank < smallest || best === null) [best, smallest] = [i, rank];
    }
    return best;
  }

  const within = (event) => {
    const frame = find("#plot").getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  };
  stage.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch" || event.buttons) return;
    if (event.target.closest(".buttons")) return hover(null);
    const at = within(event);
    hover(under(...at), ...at);
  });
  stage.addEventListener("pointerleave", () => hover(null));
  let pressed = [0, 0];
  stage.addEventListener("pointerdown", (event) => (pressed = within(event)));
  stage.addEventListener("click", (event) => {
    if (event.target.closest(".buttons")) return;
    const at = within(event);
    if (Math.hypot(at[0] - pressed[0], at[1] - pressed[1]) > 5) return; // the map was dragged
    const i = under(...at);
    if (i === null && selected === null) clearMarks();
    select(i === selected ? null : i);
  });

  /* Within a longer page the wheel belongs to that page until the map is clicked. */
  let taken = !window.frameElement;
  let hint = 0;
  stage.addEventListener("pointerdown", () => (taken = true));
  document.documentElement.addEventListener("pointerleave", () => (taken = !window.frameElement));
  stage.addEventListener(
    "wheel",
    (event) => {
      cancelAnimationFrame(flight);
      if (taken || event.ctrlKey || event.metaKey) return;
      event.stopPropagation();
      find(".hint").hidden = false;
      clearTimeout(hint);
      hint = setTimeout(() => (find(".hint").hidden = true), 1200);
    },
    { capture: true, passive: true },
  );

  for (const [id, act] of Object.entries({
    in: () => zoom(1 / 1.6),
    out: () => zoom(1.6),
    home: () => fly(home),
  })) {
    document.getElementById(id).addEventListener("click", act);
  }
  const keys = {
    ArrowLeft: (v) => ({ ...v, x: v.x - 0.15 * v.unit * stretch * size[0] }),
    ArrowRight: (v) => ({ ...v, x: v.x + 0.15 * v.unit * stretch * size[0] }),
    ArrowUp: (v) => ({ ...v, y: v.y + 0.15 * v.unit * size[1] }),
    ArrowDown: (v) => ({ ...v, y: v.y - 0.15 * v.unit * size[1] }),
    "+": (v) => ({ ...v, unit: v.unit / 1.6 }),
    "-": (v) => ({ ...v, unit: v.unit * 1.6 }),
    0: () => home,
  };
  stage.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.target !== stage) return;
    event.preventDefault();
    fly(keys[event.key](view()));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (!suggestions.hidden) return closeSuggestions();
    if (selected === null) clearMarks();
    select(null);
  });

  // ------------------------------------------------------------------------- search and legend

  const input = find("#search");
  const suggestions = find("#suggestions");
  const foldedNames = datasets.map((dataset) => fold(dataset.name));
  const foldedClasses = classes.map(fold);
  const holders = new Map(); // of classes, "Cat" being "cat": a spelling and who has it
  for (const i of everyone) {
    for (const k of datasets[i].classes) {
      if (!holders.has(foldedClasses[k])) {
        holders.set(foldedClasses[k], { spelling: classes[k], having: new Set() });
      }
      holders.get(foldedClasses[k]).having.add(i);
    }
  }
  const foldedKinds = [...holders.keys()];
  const kinds = [...holders.values()];
  let options = []; // of the suggestions: {text, note, choose}
  let active = -1;
  let field = null;

  /* Which texts hold a query: those that are it first, then those that begin with it, those with
     a word that begins with it, and the others; among these the short ones first. */
  function matches(texts, query) {
    const word = new RegExp(
      `(?<![\\p{L}\\p{N}])${query.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}`,
      "u",
    );
    const rank = (text) =>
      text === query ? 0 : text.startsWith(query) ? 1 : word.test(text) ? 2 : 3;
    return texts
      .map((text, i) => ({ i, rank: rank(text), length: text.length }))
      .filter(({ i }) => texts[i].includes(query))
      .sort((a, b) => a.rank - b.rank || a.length - b.length);
  }

  function mark(which) {
    marked = which;
    selected = null;
    hover(null);
    drawBoxes();
    writeDetails();
  }

  function search() {
    const query = fold(input.value.trim());
    field = null;
    options = [];
    if (!query) {
      mark(null);
    } else {
      const byName = matches(foldedNames, query)
        .map(({ i }) => i)
        .filter(isShown);
      const ranked = matches(foldedKinds, query);
      // "cat" is not about "education", unless nothing else is found.
      const words = ranked.filter(({ rank }) => rank < 3);
      const byClass = (words.length || byName.length ? words : ranked).map(({ i }) => kinds[i]);
      const found = new Set(byName);
      for (const { having } of byClass) for (const i of having) if (isShown(i)) found.add(i);
      mark(found.size ? found : null);
      say(byName.length, found.size);
      const forClasses = Math.max(SUGGESTIONS - byName.length, Math.min(3, byClass.length));
      options = [
        ...byName.slice(0, SUGGESTIONS - Math.min(forClasses, byClass.length)).map((i) => ({
          text: datasets[i].name,
          note: "dataset",
          choose: () => select(i, true),
        })),
        ...byClass.slice(0, forClasses).map((kind) => ({
          text: kind.spelling,
          note: `class of ${plural(kind.having.size, "dataset")}`,
          choose: () => chooseClass(kind),
        })),
      ];
      if (found.size === 1) {
        const [only] = found;
        select(only);
        goTo([only]);
      }
    }
    if (!query) writeCount();
    writeLegend();
    active = -1;
    writeSuggestions();
  }

  function chooseClass({ spelling, having }) {
    const shown = [...having].filter(isShown);
    mark(new Set(shown));
    find("#count").textContent = `${plural(shown.length, "dataset")} with the class “${spelling}”`;
    if (shown.length === 1) select(shown[0]);
    goTo(shown);
  }

  function say(byName, all) {
    find("#count").textContent = all
      ? `${plural(all, "dataset")} found: ${byName} by name, ${all - byName} by class`
      : `No dataset and no class is called “${input.value.trim()}”`;
  }

  function writeSuggestions() {
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

  function closeSuggestions() {
    options = [];
    active = -1;
    writeSuggestions();
  }

  function choose(k) {
    const option = options[k];
    input.value = option.text;
    closeSuggestions();
    option.choose();
  }

  function clearMarks() {
    input.value = "";
    field = null;
    marked = null;
    closeSuggestions();
    writeLegend();
    writeCount();
  }

  input.addEventListener("input", search);
  input.addEventListener("blur", closeSuggestions);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      if (active >= 0) choose(active);
      else if (marked) goTo([...marked].filter(isShown));
      closeSuggestions();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      active =
        active < 0 && step < 0
          ? options.length - 1
          : (active + step + options.length) % options.length;
      writeSuggestions();
    }
  });

  function writeLegend() {
    const counts = fields.map(() => 0);
    for (const { field: k } of datasets) if (k !== null) counts[k] += 1;
    find("#legend").replaceChildren(
      ...fields.map((name, k) =>
        element(
          "li",
          {},
          element(
            "button",
            {
              type: "button",
              "data-field": k,
              "aria-pressed": field === k,
              onclick: () => toggleField(k),
            },
            swatch(scheme.fields[k]),
            name,
            element("small", {}, String(counts[k])),
          ),
        ),
      ),
      datasets.some((dataset) => dataset.placed)
        ? element("li", { class: "placed" }, swatch(scheme.ink), "placed on the map")
        : "",
    );
  }

  function toggleField(k) {
    const on = field !== k;
    clearMarks();
    field = on ? k : null;
    mark(on ? new Set(everyone.filter((i) => datasets[i].field === k)) : null);
    writeLegend();
    find(`[data-field="${k}"]`).focus();
  }

  // -------------------------------------------------------------------------- filter by size

  const sliders = [find("#least"), find("#most")];
  const known = datasets.map((dataset) => dataset.samples).filter((samples) => samples !== null);
  const power = (samples) => Math.log10(Math.max(samples, 1));
  const limits = known.length
    ? [Math.floor(power(Math.min(...known))), Math.ceil(power(Math.max(...known)))]
    : [0, 0];
  if (limits[0] === limits[1]) limits[1] += 1;
  sliders.forEach((slider, end) => {
    Object.assign(slider, { min: limits[0], max: limits[1], step: 0.05, value: limits[end] });
    slider.disabled = !known.length;
    slider.addEventListener("input", () => {
      const values = sliders.map((s) => Number(s.value));
      if (values[0] > values[1]) slider.value = values[1 - end];
      filter();
    });
  });

  function filter() {
    const values = sliders.map((slider) => Number(slider.value));
    const all = values[0] === limits[0] && values[1] === limits[1];
    range = all ? null : values.map((value) => 10 ** value);
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
    hover(null);
    drawBoxes();
    writeCount();
  }

  function writeCount() {
    const shown = everyone.filter(isShown).length;
    const unknown = datasets.length - known.length;
    const note = range && unknown ? ` (${plural(unknown, "dataset")} of unknown size hidden)` : "";
    find("#count").textContent =
      shown === datasets.length
        ? plural(shown, "dataset")
        : `${shown.toLocaleString("en")} of ${plural(datasets.length, "dataset")}${note}`;
  }

  // ------------------------------------------------------------------------------------- start

  const outer = window.frameElement;
  document.documentElement.classList.toggle("framed", Boolean(outer));
  if (outer) {
    const fit = () =>
      (outer.style.height = `${Math.ceil(find("main").getBoundingClientRect().height)}px`);
    new ResizeObserver(fit).observe(find("main"));
    const watch = new MutationObserver(followScheme);
    const attributes = { attributeFilter: ["data-theme", "theme", "data-jp-theme-light"] };
    watch.observe(outer.ownerDocument.documentElement, attributes);
    watch.observe(outer.ownerDocument.body, attributes);
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", followScheme);
  followScheme();
  filter();
  for (const range of [x, y]) range.change.connect(moved);
  for (const side of ["inner_width", "inner_height"]) plot.properties[side].change.connect(resized);
  resized();
  document.documentElement.dataset.ready = "true";
}

startMap();
