/**
 * The film: drawn on the device from a payload, played on one clock.
 *
 * The law of this file: the film has one time, one payload and one state (`waiting`, `playing`, `paused`, `ended`).
 * The payload only gets better: a patch redraws the scenes that it changes, those to come at once, the one that is on
 * by letting the new drawing enter, one that is leaving when it has left. With the same payload, seed, size and time
 * it is always the same picture.
 *
 * @import {Opened} from "../player.js"
 * @import {Scheme} from "./palette.js"
 * @import {Film as Shown, Setting} from "./view.js"
 */

import { html } from "./draw.js";
import { paletteOf } from "./palette.js";
import { CHANGE, LENGTH, SCENES, sceneAt } from "./scenes.js";
import { Score } from "./score.js";
import { Slide } from "./slide.js";
import { Surroundings } from "./surroundings.js";
import { viewsOf } from "./view.js";
import { BRAND } from "./words.js";

export { LENGTH, SCENES };

/**
 * @typedef {object} Options
 * @property {Shown} [payload] what to draw
 * @property {(onPatch: (payload: Shown) => void) => Promise<Shown | Opened>} [open] else, how to ask for it
 * @property {boolean} [autoplay] true
 * @property {boolean} [still] no motion; the viewer's own wish unless given
 * @property {Scheme} [scheme] the viewer's own wish unless given
 * @property {number} [seed] of all chance; 1
 * @property {Setting} [setting]
 * @property {(film: Film) => void} [onChange] the state, the scene or the payload is another
 */

/** @typedef {"waiting" | "playing" | "paused" | "ended"} State */

/** Draw a film into an element, which has a size. @param {HTMLElement} element @param {Options} options */
export function mount(element, options) {
  return new Film(element, options);
}

export class Film {
  /** @type {State} */
  state = "waiting";
  /** @type {Shown} */
  payload = { data: null };
  /** @type {Slide[]} */
  #slides = [];
  #score = new Score(false);
  #options;
  #views = viewsOf({ data: null });
  #index = -1;
  #frame = 0;
  #isGone = false;
  #surroundings;

  /** @param {HTMLElement} element @param {Options} options */
  constructor(element, options) {
    this.#options = options;
    this.stage = html("div", { class: "stage" });
    this.caption = html("p", { class: "unseen", "aria-live": "polite", "data-role": "caption" });
    this.curtain = html("div", { class: "curtain", "aria-hidden": "true" }, html("p", {}, BRAND));
    this.root = html(
      "div",
      { class: "film", "data-state": "waiting" },
      this.stage,
      html("div", { class: "grain" }),
      this.curtain,
      this.caption,
    );
    element.append(this.root);
    this.#surroundings = new Surroundings(this.root, () => this.state !== "waiting" && this.#build());
    this.root.dataset.scheme = this.#scheme;
    this.ready = this.#begin();
  }

  get time() {
    return Math.min(LENGTH, Math.max(0, this.#score.time));
  }

  get scene() {
    return SCENES[Math.max(0, this.#index)];
  }

  get views() {
    return this.#views;
  }

  play() {
    if (this.state === "ended") this.seek(0);
    if (this.state === "waiting") return;
    this.#score.play();
    this.#become("playing");
    this.#tick();
  }

  pause() {
    if (this.state !== "playing") return;
    this.#score.pause();
    this.#become("paused");
  }

  toggle() {
    if (this.state === "playing") this.pause();
    else this.play();
  }

  replay() {
    this.seek(0);
    this.play();
  }

  /** @param {number} time milliseconds of the film */
  seek(time) {
    if (this.state === "waiting") return;
    const asked = Math.min(LENGTH, Math.max(0, Number.isFinite(time) ? time : 0));
    for (const slide of this.#slides) if (slide.isLate) this.#draw(slide);
    this.#score.seek(asked);
    if (asked >= LENGTH) this.#end();
    else if (this.state === "ended") this.#become("paused");
    this.#show();
  }

  /** To the beginning of another scene: 1 the next, -1 the one before. @param {number} by */
  step(by) {
    const index = Math.min(SCENES.length - 1, Math.max(0, this.#index + by));
    const isEnd = by > 0 && this.#index === SCENES.length - 1;
    this.seek(isEnd ? LENGTH : SCENES[index].from);
  }

  /** Take a better payload. @param {Shown} payload */
  patch(payload) {
    if (this.#isGone) return;
    this.payload = payload;
    this.#views = viewsOf(payload, this.#options.setting);
    if (this.state === "waiting") return;
    for (const slide of this.#slides) {
      if (slide.state === "leaving") continue; // it is redrawn when it has left
      if (slide.state !== "on") this.#draw(slide);
      else if (slide.isNews(this.#views[slide.scene.name]))
        this.#draw(slide, this.state === "playing" ? this.time : slide.scene.from);
    }
    this.#say();
    this.#options.onChange?.(this);
  }

  /** Take it from the page. */
  destroy() {
    this.#isGone = true;
    this.#surroundings.end();
    cancelAnimationFrame(this.#frame);
    this.#score.pause();
    this.root.remove();
  }

  async #begin() {
    const { payload, open, autoplay = true } = this.#options;
    const patched = (/** @type {Shown} */ better) => this.patch(better);
    /** @type {Shown} */
    const first = payload ?? (await open?.(patched).catch(() => null)) ?? { data: null };
    if (this.#isGone) return this;
    this.payload = first;
    this.#views = viewsOf(first, this.#options.setting);
    this.#become("paused");
    this.#build();
    this.curtain.hidden = true;
    if (autoplay) this.play();
    return this;
  }

  /** Everything anew, at the same time: the first picture, another size, other colours. */
  #build() {
    const time = this.time;
    const wasPlaying = this.#score.isPlaying;
    this.#score.pause();
    this.#score = new Score(this.#options.still ?? this.#surroundings.isStill);
    this.#score.seek(time);
    this.#slides = SCENES.map((scene) => new Slide(scene, this.#score));
    this.root.dataset.scheme = this.#scheme;
    for (const slide of this.#slides) this.#draw(slide);
    this.stage.replaceChildren(...this.#slides.map(({ root }) => root));
    this.#index = -1;
    if (wasPlaying) this.#score.play();
    this.#show();
  }

  /** @param {Slide} slide @param {number | null} [at] */
  #draw(slide, at = null) {
    const { sky } = this.#views;
    const palette = paletteOf(sky.light, sky.sky, this.#scheme);
    slide.draw(
      this.#views[slide.scene.name],
      { ...this.#surroundings.size, palette, seed: this.#options.seed ?? 1 },
      at,
    );
  }

  get #scheme() {
    return this.#options.scheme ?? this.#surroundings.scheme;
  }

  #tick = () => {
    cancelAnimationFrame(this.#frame);
    if (this.state !== "playing" || this.#isGone) return;
    this.#show();
    this.#frame = requestAnimationFrame(this.#tick);
  };

  /** Bring what is on, what is leaving and what is said in line with the time. */
  #show() {
    const index = sceneAt(this.time);
    for (const [n, slide] of this.#slides.entries()) {
      const { from, to } = slide.scene;
      const isLeaving = n === index - 1 && this.time < to + CHANGE;
      const was = slide.state;
      slide.state = n === index ? "on" : isLeaving ? "leaving" : this.time < from ? "before" : "after";
      if (was === "leaving" && slide.state !== "leaving" && slide.isNews(this.#views[slide.scene.name]))
        this.#draw(slide);
    }
    if (this.time >= LENGTH && this.state === "playing") this.#end();
    if (index === this.#index) return;
    this.#index = index;
    this.root.dataset.scene = this.scene.name;
    this.#say();
    this.#options.onChange?.(this);
  }

  #end() {
    this.#score.pause();
    this.#become("ended");
  }

  /** The scene in words, for who hears the film. */
  #say() {
    const { spoken } = this.#views[this.scene.name];
    if (this.caption.textContent !== spoken) this.caption.textContent = spoken;
  }

  /** @param {State} state */
  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.root.dataset.state = state;
    this.#options.onChange?.(this);
  }
}
