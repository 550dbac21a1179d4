/**
 * The last minute, as this page has seen it.
 *
 * @import {Status, Tick} from "./feed.js"
 */

export const LENGTH = 60;

/** @type {readonly Status[]} */
export const STATUSES = ["live", "fresh", "stale", "default"];

/** @typedef {{asks: number, calls: number, statuses: Record<Status, number>, reasons: [string, number][]}} Sums */

export class Window {
  /** @type {Tick[]} */
  #ticks = [];

  /** Take in a second; the one of a minute ago goes. @param {Tick} tick */
  add(tick) {
    this.#ticks.push(tick);
    if (this.#ticks.length > LENGTH) this.#ticks.shift();
  }

  /** Forget it all: between two feeds nobody knows what went on. */
  clear() {
    this.#ticks = [];
  }

  /** How many seconds it knows of. */
  get seconds() {
    return this.#ticks.length;
  }

  /** A number of each second, the latest last, with nothing for those it does not know. @param {(tick: Tick) => number} of */
  series(of) {
    return [...Array(LENGTH - this.#ticks.length).fill(0), ...this.#ticks.map(of)];
  }

  /** @param {(tick: Tick) => number} of */
  sum(of) {
    return this.#ticks.reduce((sum, tick) => sum + of(tick), 0);
  }

  /** What one source was asked, all in all; the most frequent reason first. @param {string} name @returns {Sums} */
  of(name) {
    const statuses = { live: 0, fresh: 0, stale: 0, default: 0 };
    /** @type {Map<string, number>} */
    const reasons = new Map();
    let calls = 0;
    for (const source of this.#ticks.flatMap(({ sources }) => sources.filter((one) => one.name === name))) {
      calls += source.calls ?? 0;
      for (const status of STATUSES) statuses[status] += source.statuses[status];
      for (const [reason, count] of Object.entries(source.reasons)) reasons.set(reason, (reasons.get(reason) ?? 0) + count);
    }
    const asks = STATUSES.reduce((sum, status) => sum + statuses[status], 0);
    return { asks, calls, statuses, reasons: [...reasons].sort(([, one], [, other]) => other - one) };
  }
}
