/**
 * What one scene is drawn on: an SVG of the film's own proportions, its colours, its chance and its motions.
 *
 * The shorter side is always 900 units; everything else follows from the proportions, so nothing is ever cropped.
 *
 * @import {Attributes} from "./draw.js"
 * @import {Palette} from "./palette.js"
 * @import {Part} from "./score.js"
 */

import { svg } from "./draw.js";

export const SHORT = 900;

/** @typedef {{width: number, height: number, palette: Palette}} Look */
/** @typedef {[offset: number, colour: string, opacity?: number][]} Stops */

let drawn = 0; // ids are of the whole page, and several films may be on it

export class Board {
  #definitions = svg("defs");
  #id = `film-${++drawn}`;
  #count = 0;
  #told;

  /**
   * @param {Look & {chance: () => number, part: Part, words: Part, told: readonly string[]}} how
   */
  constructor({ width, height, palette, chance, part, words, told }) {
    this.width = width;
    this.height = height;
    this.palette = palette;
    this.chance = chance;
    this.part = part;
    /** The motions of what is written. */
    this.words = words;
    this.#told = told;
    this.isTall = height > width;
    this.isDark = palette.scheme === "dark";
    this.root = svg("svg", { class: "art", viewBox: `0 0 ${width} ${height}`, role: "img" }, this.#definitions);
  }

  /** A number between two. @param {number} least @param {number} most */
  between(least, most) {
    return least + (most - least) * this.chance();
  }

  /**
   * An element on the board, above all that are there.
   *
   * @template {keyof SVGElementTagNameMap} T
   * @param {T} tag
   * @param {Attributes} [attributes]
   * @param {...Node} children
   */
  add(tag, attributes, ...children) {
    const element = svg(tag, attributes, ...children);
    this.root.append(element);
    return element;
  }

  /** Something to refer to, as `url(#…)`. @param {SVGElement} element */
  define(element) {
    const id = `${this.#id}-${++this.#count}`;
    element.setAttribute("id", id);
    this.#definitions.append(element);
    return `url(#${id})`;
  }

  /** @param {Stops} stops @param {Attributes} [attributes] */
  linear(stops, attributes = { x2: 0, y2: 1 }) {
    return this.define(svg("linearGradient", attributes, ...stopsOf(stops)));
  }

  /** @param {Stops} stops @param {Attributes} [attributes] */
  radial(stops, attributes = {}) {
    return this.define(svg("radialGradient", attributes, ...stopsOf(stops)));
  }

  /** The sky, over the whole board. */
  sky() {
    const { top, middle, low } = this.palette;
    this.add("rect", {
      width: this.width,
      height: this.height,
      fill: this.linear([
        [0, top],
        [0.52, middle],
        [0.86, low],
      ]),
    });
  }

  /**
   * Let the lines of a text come up, one after the other, but for those that are there already.
   *
   * @param {HTMLElement} copy
   * @param {number} at
   * @param {number} apart
   */
  enter(copy, at, apart) {
    const lines = [...copy.children];
    for (let index = kept(lines, this.#told); index < lines.length; index += 1) {
      this.words.rise(lines[index], { at: at + apart * index });
    }
  }

  /**
   * A soft light around a point.
   *
   * @param {number} x
   * @param {number} y
   * @param {number} r
   * @param {string} colour
   * @param {number} [strength]
   */
  glow(x, y, r, colour, strength = 1) {
    const fill = this.radial([
      [0, colour, 0.85 * strength],
      [0.3, colour, 0.38 * strength],
      [0.65, colour, 0.1 * strength],
      [1, colour, 0],
    ]);
    return this.add("circle", { cx: x, cy: y, r, fill });
  }
}

/** @param {Stops} stops */
function stopsOf(stops) {
  return stops.map(([offset, colour, opacity = 1]) =>
    svg("stop", { offset, "stop-color": colour, "stop-opacity": opacity }),
  );
}

/**
 * How many lines, from the first on, say what others said in the same place.
 *
 * @param {Element[]} lines
 * @param {readonly string[]} told
 */
export function kept(lines, told) {
  const other = lines.findIndex((line, index) => line.outerHTML !== told[index]);
  return other < 0 ? lines.length : other;
}
