/** Where a film is shown: how large, on a light or a dark page, to a viewer who wants motion or none. */

import { SHORT } from "./board.js";

/** @import {Scheme} from "./palette.js" */

const DARK = "(prefers-color-scheme: dark)";
const STILL = "(prefers-reduced-motion: reduce)";

export class Surroundings {
  /** In the units of the drawing. */
  size = { width: SHORT, height: SHORT };
  #element;
  #observer;
  #abort = new AbortController();

  /** @param {HTMLElement} element @param {() => void} onChange */
  constructor(element, onChange) {
    this.#element = element;
    this.#measure();
    this.#observer = new ResizeObserver(() => this.#measure() && onChange());
    this.#observer.observe(element);
    for (const wish of [DARK, STILL]) {
      matchMedia(wish).addEventListener("change", onChange, { signal: this.#abort.signal });
    }
  }

  /** @returns {Scheme} */
  get scheme() {
    return matchMedia(DARK).matches ? "dark" : "light";
  }

  get isStill() {
    return matchMedia(STILL).matches;
  }

  end() {
    this.#abort.abort();
    this.#observer.disconnect();
  }

  /** Whether the size is another. */
  #measure() {
    const { clientWidth, clientHeight } = this.#element;
    const unit = Math.min(clientWidth, clientHeight) / SHORT;
    if (unit === 0) return false;
    const [width, height] = [Math.round(clientWidth / unit), Math.round(clientHeight / unit)];
    if (width === this.size.width && height === this.size.height) return false;
    this.size = { width, height };
    return true;
  }
}
