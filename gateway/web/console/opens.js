/**
 * The opens that are shown: few enough to be read, the worst of every second before the others.
 *
 * @import {Open, Tick} from "./feed.js"
 */

import { byId, give, html, write } from "./dom.js";
import { waterfall } from "./waterfall.js";
import { whole } from "./words.js";

const SHOWN = 12;
const KEPT = 60;
const NEW_A_TICK = 4;

/** @type {Record<string, [words: string, of: (open: Open) => boolean]>} */
const FILTERS = {
  all: ["All", () => true],
  incomplete: ["Incomplete", ({ complete }) => !complete],
  slow: ["Slow", ({ total_ms: total, used_ms: used }) => used >= 0.75 * total],
};

export class Opens {
  #list = byId("opens");
  #none = byId("none");
  #sampled = byId("sampled");
  #filter = "all";
  #isHeld = false;
  /** @type {Open[]} the newest first */
  #kept = [];
  /** @type {Map<string, Element>} */
  #drawn = new Map();

  constructor() {
    const buttons = Object.entries(FILTERS).map(([key, [words]]) => {
      const button = html("button", { type: "button", "aria-pressed": String(key === this.#filter) }, words);
      button.addEventListener("click", () => {
        this.#filter = key;
        for (const other of buttons) give(other, { "aria-pressed": String(other === button) });
        this.#draw();
      });
      return button;
    });
    byId("filters").append(...buttons);
    const hold = byId("hold");
    hold.addEventListener("click", () => {
      this.#isHeld = !this.#isHeld;
      give(hold, { "aria-pressed": String(this.#isHeld) });
    });
  }

  /** @param {Tick} tick */
  add({ opens, sample }) {
    write(this.#sampled, sampled(opens.answered, sample.length));
    if (this.#isHeld || sample.length === 0) return;
    this.#kept = [...worst(sample), ...this.#kept].slice(0, KEPT);
    this.#draw();
  }

  #draw() {
    const [, isShown] = FILTERS[this.#filter] ?? ["", () => true];
    const shown = this.#kept.filter(isShown).slice(0, SHOWN);
    this.#drawn = new Map(shown.map((open) => [open.id, this.#drawn.get(open.id) ?? waterfall(open)]));
    this.#list.replaceChildren(...this.#drawn.values());
    give(this.#list, { hidden: shown.length === 0 });
    give(this.#none, { hidden: shown.length > 0 });
    if (this.#kept.length > 0) write(this.#none, "None of the latest opens is such a one.");
  }
}

/** The opens of a tick that are worth a place, the latest first. @param {Open[]} sample */
function worst(sample) {
  const ranked = [...sample].sort((one, other) => Number(one.complete) - Number(other.complete) || other.used_ms - one.used_ms);
  return ranked.slice(0, NEW_A_TICK).sort((one, other) => other.at_ms - one.at_ms);
}

/** @param {number} answered @param {number} told */
function sampled(answered, told) {
  if (answered === 0) return "None in the last second.";
  const shown = Math.min(told, NEW_A_TICK);
  return shown < answered ? `${whole(shown)} of the last second\u2019s ${whole(answered)}, the worst first.` : `All of the last second.`;
}
