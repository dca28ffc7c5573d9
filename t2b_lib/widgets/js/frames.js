// When to draw and when to speak.

import { html, setText } from "./dom.js";

/** Work at most once per animation frame; only the last job of a frame is done. */
export function createFrames(draw) {
  let request = 0;
  let job = null;
  const frame = () => {
    request = 0;
    job?.();
    job = null;
    // The job's own changes ask for a frame too: this one serves them.
    cancelAnimationFrame(request);
    request = 0;
    draw();
  };
  return {
    schedule(next) {
      if (next) job = next;
      request ||= requestAnimationFrame(frame);
    },
    stop: () => cancelAnimationFrame(request),
  };
}

/** A text that a screen reader speaks once the boxes have come to rest. */
export function createAnnouncer(parent) {
  const region = html(parent, "div", { class: "t2b-live", "aria-live": "polite", role: "status" });
  let timer = 0;
  return {
    say(text) {
      clearTimeout(timer);
      timer = setTimeout(() => setText(region, text), 400);
    },
    stop: () => clearTimeout(timer),
  };
}
