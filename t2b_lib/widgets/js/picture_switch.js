// Pictures to choose from, one at a time: a control for each level of the choice, then the picture.

function createControl(label, slider) {
  const row = document.createElement("label");
  const input = document.createElement(slider ? "input" : "select");
  const chosen = document.createElement("output");
  row.append(label, input, chosen);
  if (slider) Object.assign(input, { type: "range", min: 0, value: 0 });

  // What is chosen of these [name, picture or further options]; they may change with another level.
  function choose(options) {
    const before = slider ? input.valueAsNumber : input.selectedIndex;
    const index = Math.min(Math.max(before, 0), options.length - 1);
    const name = options[index][0];
    if (slider) {
      input.max = options.length - 1;
      input.value = index;
      input.setAttribute("aria-valuetext", name);
      chosen.value = name;
    } else {
      input.replaceChildren(...options.map(([option]) => new Option(option)));
      input.selectedIndex = index;
    }
    return options[index];
  }
  return { row, input, choose };
}

function render({ model, el }) {
  const labels = model.get("labels");
  const controls = labels.map((label, level) =>
    createControl(label, model.get("slider") && level === labels.length - 1),
  );
  const image = document.createElement("img");

  function show() {
    let rest = model.get("options");
    const names = controls.map((control) => {
      const [name, next] = control.choose(rest);
      rest = next;
      return name;
    });
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(new Blob([rest], { type: "image/png" }));
    image.alt = names.join(", ");
  }

  for (const { input } of controls) {
    input.addEventListener(input.type === "range" ? "input" : "change", show);
  }
  el.classList.add("t2b-picture-switch");
  el.append(...controls.map((control) => control.row), image);
  show();
  return () => URL.revokeObjectURL(image.src);
}

export default { render };
