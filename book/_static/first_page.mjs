// The two boxes of the first page: the playground of the chapters, with no widget manager to load.

import playground from "./offline/playground.js";

/** As much of a widget's model as the playground uses. */
function createModel(state) {
  const handlers = [];
  return {
    get: (name) => state[name],
    set(changes) {
      const changed = Object.keys(changes).filter((name) => state[name] !== changes[name]);
      Object.assign(state, changes);
      for (const [event, handle] of handlers) if (changed.includes(event)) handle();
    },
    on: (event, handle) => handlers.push([event.replace("change:", ""), handle]),
    save_changes() {},
  };
}

const corners = { lower: [[0.1, 0.3], [0.3, 0.1]], upper: [[0.4, 0.5], [0.9, 0.7]] };
const model = createModel({
  ...corners,
  _start: corners,
  names: ["guitars", "instruments"],
  mode: "free",
  first: 0,
  second: 1,
  temperature: 0,
});
playground.initialize({ model });
playground.render({ model, el: document.getElementById("first-boxes") });
