/**
 * The row of figures at the top: how much, how well, how fast, how loaded.
 *
 * @import {Tick} from "./feed.js"
 * @import {Window} from "./window.js"
 */

import { give, html, svg, write } from "./dom.js";
import { LENGTH } from "./window.js";
import { LEVELS, millis, share, whole } from "./words.js";

const NOTHING = "\u2013";
const TOP = 24;

/** A line of the last minute; it says nothing that the figure above it does not. */
class Spark {
  #path = svg("path", { class: "line" });
  #area = svg("path", { class: "area" });
  element = svg(
    "svg",
    { class: "spark", viewBox: `0 0 ${LENGTH - 1} ${TOP}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    this.#area,
    this.#path,
  );

  /** @param {number[]} series @param {number} most what reaches the top, at least */
  draw(series, most) {
    const highest = Math.max(most, ...series);
    const points = series.map((value, at) => `${at} ${(TOP - 1 - (value / highest) * (TOP - 2)).toFixed(2)}`);
    give(this.#path, { d: `M${points.join("L")}` });
    give(this.#area, { d: `M0 ${TOP}L${points.join("L")}L${LENGTH - 1} ${TOP}Z` });
  }
}

/** One figure: its name, what it is, and a word about it. */
class Figure {
  value = html("span", { class: "value" }, NOTHING);
  about = html("span", { class: "about" }, "\u00a0");

  /** @param {string} name @param {...Element} more */
  constructor(name, ...more) {
    this.element = html("div", { class: "figure" }, html("dt", {}, name), html("dd", {}, this.value, this.about, ...more));
  }

  /** @param {string} value @param {string} about */
  say(value, about) {
    write(this.value, value);
    write(this.about, about);
  }
}

export class Figures {
  #rate = new Spark();
  #lack = new Spark();
  #steps = html("span", { class: "steps", "aria-hidden": "true" }, ...LEVELS.map(() => html("i")));
  #opens = new Figure("Opens a second", this.#rate.element);
  #complete = new Figure("Complete", this.#lack.element);
  #took = ["p50", "p95", "p99"].map((name) => html("span", { "data-quantile": name }, NOTHING));
  #answered = new Figure("Answered within, ms");
  #level = new Figure("Level of load", this.#steps);
  #flight = new Figure("In flight");
  #lag = new Figure("Loop lag, ms");

  /** @param {HTMLElement} list */
  constructor(list) {
    const table = this.#took.map((value, at) => html("span", { class: "quantile" }, value, html("small", {}, ["p50", "p95", "p99"][at] ?? "")));
    this.#answered.value.replaceChildren(...table);
    this.#level.value.classList.add("word");
    list.append(...[this.#opens, this.#complete, this.#answered, this.#level, this.#flight, this.#lag].map((one) => one.element));
  }

  /** @param {Tick} tick @param {Window} window */
  draw({ opens, load }, window) {
    const answered = window.sum((tick) => tick.opens.answered);
    const incomplete = window.sum((tick) => tick.opens.incomplete);
    this.#opens.say(whole(opens.answered), `${whole(answered)} in ${window.seconds}\u202fs`);
    this.#rate.draw(window.series((tick) => tick.opens.answered), 1);
    this.#complete.say(share(answered - incomplete, answered), `${whole(incomplete)} incomplete in ${window.seconds}\u202fs`);
    this.#lack.draw(window.series((tick) => tick.opens.incomplete), 1);
    for (const [at, name] of /** @type {const} */ (["p50", "p95", "p99"]).entries()) {
      write(/** @type {Node} */ (this.#took[at]), opens.took.samples ? millis(opens.took[name]) : NOTHING);
    }
    write(this.#answered.about, opens.took.samples ? `the latest ${whole(opens.took.samples)} opens` : "no open yet");
    const [word, off] = LEVELS[load.level] ?? ["", ""];
    this.#level.say(`${load.level} ${word}`, off);
    give(this.#level.element, { "data-level": load.level });
    for (const [at, step] of [...this.#steps.children].entries()) give(step, { "data-on": at <= load.level });
    this.#flight.say(whole(load.in_flight), `limit ${whole(load.limit)}, streams ${whole(load.streams)}`);
    this.#lag.say(millis(load.lag_ms), `${whole(load.refused)} refused so far`);
  }
}
