/** The buttons under the film, its keys, and where it stands. */

import { html, svg } from "./draw.js";
import { SCENES } from "./scenes.js";

/** @import {Film} from "./film.js" */

/** @type {Record<string, string>} */
const SHAPES = {
  play: "M8 5.2v13.6L19 12z",
  pause: "M7 5h3.6v14H7zM13.4 5H17v14h-3.6z",
  previous: "M6 5h2.4v14H6zM19 5v14L9.4 12z",
  next: "M15.6 5H18v14h-2.4zM5 5v14l9.6-7z",
  replay: "M12 5V1.6L6.6 6 12 10.4V7.2a5.3 5.3 0 1 1-5.3 5.3H4.5A7.5 7.5 0 1 0 12 5z",
  info: [
    "M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 1 0 0-19zm0 2a7.5 7.5 0 1 1 0 15 7.5 7.5 0 1 1 0-15z",
    "M11 10.6h2V17h-2zM12 6.8a1.35 1.35 0 1 1 0 2.7 1.35 1.35 0 1 1 0-2.7z",
  ].join(""),
};

/** Where a key is for something else than the film. */
const TYPING = "input, select, textarea, [contenteditable]";

export class Controls {
  /** @param {HTMLElement} element @param {{film: () => Film | null, onInfo: () => void}} how */
  constructor(element, { film, onInfo }) {
    this.film = film;
    this.scenes = SCENES.map(({ title }, index) => {
      const button = html(
        "button",
        { type: "button", class: "scene", "aria-label": `Scene ${index + 1}: ${title}` },
        html("span", { class: "filled" }),
      );
      button.addEventListener("click", () => film()?.seek(SCENES[index].from));
      return button;
    });
    this.toggle = control("pause", "Pause", () => film()?.toggle());
    this.info = control("info", "What was live", onInfo);
    this.info.setAttribute("aria-expanded", "false");
    this.info.setAttribute("aria-controls", "panel");
    element.append(
      html("div", { class: "scenes", role: "group", "aria-label": "Scenes" }, ...this.scenes),
      control("previous", "Previous scene", () => film()?.step(-1)),
      this.toggle,
      control("next", "Next scene", () => film()?.step(1)),
      control("replay", "Replay", () => film()?.replay()),
      this.info,
    );
    element.hidden = false;
    document.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** @param {Film} film */
  show(film) {
    const isPlaying = film.state === "playing";
    this.toggle.setAttribute("aria-label", isPlaying ? "Pause" : "Play");
    this.toggle.querySelector("path")?.setAttribute("d", SHAPES[isPlaying ? "pause" : "play"]);
    const now = SCENES.indexOf(film.scene);
    for (const [index, button] of this.scenes.entries()) {
      button.dataset.state = index < now ? "seen" : index === now ? "on" : "to-come";
      if (index === now) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const film = this.film();
    const target = /** @type {Element} */ (event.target);
    if (!film || event.ctrlKey || event.metaKey || event.altKey || target.matches?.(TYPING)) return;
    const isButton = target.matches?.("button, a, summary");
    /** @type {Record<string, (() => void) | false>} */
    const keys = {
      " ": !isButton && (() => film.toggle()),
      k: () => film.toggle(),
      ArrowLeft: () => film.step(-1),
      ArrowRight: () => film.step(1),
      r: () => film.replay(),
    };
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}

/** @param {string} shape @param {string} name @param {() => void} act */
function control(shape, name, act) {
  const icon = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: SHAPES[shape] }));
  const button = html("button", { type: "button", class: `control ${shape}`, "aria-label": name, title: name }, icon);
  button.addEventListener("click", act);
  return button;
}
