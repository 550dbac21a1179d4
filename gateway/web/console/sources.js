/**
 * The table of sources: what asks of them came to, how long they take, and what the guards make of them.
 *
 * @import {Source, Tick} from "./feed.js"
 * @import {Sums, Window} from "./window.js"
 */

import { give, html, write } from "./dom.js";
import { STATUSES } from "./window.js";
import { BREAKERS, age, millis, rated, whole } from "./words.js";

const NOTHING = "\u2013";

/** The columns after the name: heading, class, and what stands there. @type {readonly [string, string, string][]} */
const COLUMNS = [
  ["mix", "mix", "Asks"],
  ["live", "number", "Live"],
  ["fresh", "number", "Fresh"],
  ["stale", "number", "Stale"],
  ["default", "number", "Default"],
  ["reasons", "reasons", "Reasons"],
  ["calls", "number apart", "Calls/s"],
  ["p50", "number", "p50"],
  ["p95", "number", "p95"],
  ["p99", "number", "p99"],
  ["out", "number", "Out"],
  ["breaker", "guard apart", "Breaker"],
  ["quota", "guard", "Quota"],
];

class Row {
  /** @type {Map<string, HTMLElement>} */
  #cells = new Map();
  #parts = STATUSES.map((status) => html("span", { class: "bar", "data-status": status }));

  /** @param {Source} source */
  constructor({ name, kind }) {
    const cells = COLUMNS.map(([key, kind]) => {
      const cell = html("td", { class: kind });
      this.#cells.set(key, cell);
      return cell;
    });
    const note = kind === "connector" ? "" : kind === "derived" ? "derived" : "not loaded";
    const head = html("th", { scope: "row" }, name, note ? html("small", {}, note) : "");
    this.element = html("tr", { "data-source": name }, head, ...cells);
    this.total = html("span", { class: "total" }, "0");
    this.#cell("mix").append(html("span", { class: "stack", "aria-hidden": "true" }, ...this.#parts), this.total);
  }

  /** @param {Source} source @param {Sums} sums @param {number} seconds */
  draw(source, sums, seconds) {
    write(this.total, whole(sums.asks));
    for (const [at, status] of STATUSES.entries()) {
      const count = sums.statuses[status];
      this.#parts[at]?.style.setProperty("--part", String(count));
      write(this.#cell(status), count ? whole(count) : NOTHING);
      give(this.#cell(status), { "data-status": count ? status : null });
    }
    const reasons = sums.reasons.map(([reason, count]) => `${reason} ${whole(count)}`).join(", ") || NOTHING;
    write(this.#cell("reasons"), reasons);
    give(this.#cell("reasons"), { title: reasons === NOTHING ? null : reasons });
    this.#called(source, sums.calls / Math.max(1, seconds));
  }

  /** @param {Source} source @param {number} rate */
  #called({ breaker, in_flight: out, last_failure: failure, latency_ms: latency, quota }, rate) {
    if (!latency) return;
    write(this.#cell("calls"), rated(rate));
    for (const name of /** @type {const} */ (["p50", "p95", "p99"])) {
      write(this.#cell(name), latency.samples ? millis(latency[name]) : NOTHING);
    }
    write(this.#cell("out"), whole(out ?? 0));
    write(this.#cell("breaker"), BREAKERS[breaker ?? ""] ?? NOTHING);
    const last = failure ? `last failure: ${[failure.reason, failure.cause].filter(Boolean).join(", ")}` : null;
    give(this.#cell("breaker"), { "data-breaker": breaker, title: last });
    write(this.#cell("quota"), quotaWords(quota));
    give(this.#cell("quota"), { "data-closed": Boolean(quota && quota.closed_for > 0) });
  }

  /** @param {string} key @returns {HTMLElement} */
  #cell(key) {
    return /** @type {HTMLElement} */ (this.#cells.get(key));
  }
}

export class Sources {
  /** @type {Map<string, Row>} */
  #rows = new Map();
  #body = html("tbody");

  /** @param {HTMLElement} table */
  constructor(table) {
    const heads = COLUMNS.map(([, kind, words]) => html("th", { scope: "col", class: kind }, words));
    const caption = html("caption", { class: "unseen" }, "Each source: asks by status and reason, latency, breaker, quota");
    table.append(caption, html("thead", {}, html("tr", {}, html("th", { scope: "col" }, "Source"), ...heads)), this.#body);
  }

  /** @param {Tick} tick @param {Window} window */
  draw({ sources }, window) {
    const names = sources.map(({ name }) => name);
    if (names.join() !== [...this.#rows.keys()].join()) {
      this.#rows = new Map(sources.map((source) => [source.name, new Row(source)]));
      this.#body.replaceChildren(...[...this.#rows.values()].map(({ element }) => element));
    }
    for (const source of sources) this.#rows.get(source.name)?.draw(source, window.of(source.name), window.seconds);
  }
}

/** @param {Source["quota"]} quota */
function quotaWords(quota) {
  if (!quota) return NOTHING;
  if (quota.closed_for > 0) return `closed ${age(quota.closed_for * 1000)}`;
  return quota.tokens === null ? "no limit" : `${whole(Math.max(0, quota.tokens))} left`;
}
