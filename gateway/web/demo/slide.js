/**
 * One scene on the page: its drawing, and how a better drawing takes its place.
 *
 * The law of this file: a slide shows one drawing, and for the moment of a change two. A drawing is never altered; a
 * change of the view makes a new one. Both lie exactly upon each other, so nothing on the page is ever moved.
 *
 * @import {Palette} from "./palette.js"
 * @import {Scene} from "./scenes.js"
 * @import {Score} from "./score.js"
 * @import {Said} from "./view.js"
 */

import { Board, kept } from "./board.js";
import { html, seeded } from "./draw.js";
import { CHANGE, LENGTH } from "./scenes.js";

const ENTERING = 900;
const LEAVING = 250;

/** @typedef {{width: number, height: number, palette: Palette, seed: number}} Look */

export class Slide {
  /** @type {HTMLElement | null} */
  #drawing = null;
  #score;
  #key = "";
  /** @type {string[]} the lines that are written */
  #lines = [];

  /** @param {Scene} scene @param {Score} score */
  constructor(scene, score) {
    this.scene = scene;
    this.#score = score;
    this.spoken = "";
    /** Whether the drawing came while its scene was on, and has its beginning then. */
    this.isLate = false;
    this.root = html("section", { class: "slide", "data-scene": scene.name, "aria-label": scene.title });
    this.state = "before";
    if (scene.from > 0) score.part(this, scene.from).fade(this.root, { lasts: CHANGE });
  }

  /** @returns {"before" | "on" | "leaving" | "after"} */
  get state() {
    return /** @type {any} */ (this.root.dataset.state);
  }

  set state(state) {
    if (this.root.dataset.state === state) return;
    this.root.dataset.state = state;
    this.root.hidden = state === "before" || state === "after";
    this.root.inert = state !== "on";
    this.root.setAttribute("aria-hidden", String(state !== "on"));
  }

  /** Whether a view would be another picture than the one that is there. @param {Said} view */
  isNews(view) {
    return JSON.stringify(view) !== this.#key;
  }

  /**
   * Draw the view in place of what is there. With `at` the scene is on: the new drawing begins then, over the old one.
   *
   * @param {Said} view
   * @param {Look} look
   * @param {number | null} [at]
   */
  draw(view, look, at = null) {
    const old = this.#drawing;
    const drawing = html("div", { class: "drawing" });
    const copy = html("div", { class: "copy" });
    const chance = seeded(look.seed + this.scene.from);
    // What is old goes before the new words come; a picture is drawn anew only where the news is in the picture.
    const words = this.#score.part(drawing, at === null ? this.scene.from : at + LEAVING);
    const part = this.scene.isPicture ? words : this.#score.part(drawing, this.scene.from);
    const board = new Board({ ...look, chance, part, words, told: at === null ? [] : this.#lines });
    this.scene.draw(board, view, copy);
    this.#lines = [...copy.children].map((line) => line.outerHTML);
    board.root.setAttribute("aria-label", view.label);
    drawing.append(board.root, copy);
    if (this.scene.to < LENGTH) this.#score.part(drawing, this.scene.to).vanish(copy, { at: -150 });
    this.root.append(drawing);
    this.#drawing = drawing;
    this.#key = JSON.stringify(view);
    this.spoken = view.spoken;
    this.isLate = at !== null;
    if (old) this.#replace(old, drawing, at !== null);
  }

  /** @param {HTMLElement} old @param {HTMLElement} drawing @param {boolean} isSeen */
  #replace(old, drawing, isSeen) {
    const remove = () => {
      this.#score.drop(old);
      old.remove();
    };
    if (!isSeen) return remove();
    // On its own time, so that it also ends while the film is paused.
    old.inert = true;
    old.setAttribute("aria-hidden", "true");
    const lines = [...old.querySelectorAll(".copy > *")];
    for (const line of lines.slice(kept(lines, this.#lines))) {
      line.animate({ opacity: 0 }, { duration: LEAVING, fill: "forwards" });
    }
    const entering = drawing.animate({ opacity: [0, 1] }, { duration: ENTERING, easing: "ease-out" });
    entering.finished.then(remove, remove);
  }
}
