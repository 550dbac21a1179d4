/**
 * One open: each signal against the budget.
 *
 * @import {Open, Signal} from "./feed.js"
 */

import { html } from "./dom.js";
import { age, clock, millis } from "./words.js";

/** @type {readonly (readonly [kind: string, words: string])[]} */
const COLUMNS = [
  ["signal", "Signal"],
  ["lane", "When"],
  ["came", "Came as"],
  ["took", "Took, ms"],
];

/** @param {Open} open */
export function waterfall(open) {
  const { total_ms: total, used_ms: used, signals } = open;
  const scale = Math.max(total, used) * 1.03;
  /** @param {number} ms */
  const at = (ms) => `${((100 * Math.min(ms, scale)) / scale).toFixed(2)}%`;
  const words = open.complete ? "Complete" : "Incomplete";
  const table = html(
    "table",
    { class: "waterfall" },
    html("caption", { class: "unseen" }, `Open ${open.id}: ${words}, ${millis(used)} of ${millis(total)} ms`),
    html("colgroup", {}, ...COLUMNS.map(([kind]) => html("col", { class: kind }))),
    html("thead", { class: "unseen" }, html("tr", {}, ...COLUMNS.map(([, words]) => html("th", { scope: "col" }, words)))),
    html("tbody", {}, ...signals.map((signal) => lane(signal, at))),
  );
  table.style.setProperty("--budget", at(total));
  table.style.setProperty("--used", at(used));
  return html("li", { class: "open", "data-complete": String(open.complete), "data-open": open.id }, head(open, words), table);
}

/** @param {Open} open @param {string} words */
function head(open, words) {
  const { id, level, signals, stream, template, total_ms: total, used_ms: used, version } = open;
  const real = signals.filter(({ status }) => status !== "default").length;
  const tags = [stream ? "stream" : "", level > 0 ? `level ${level}` : ""].filter(Boolean);
  return html(
    "div",
    { class: "head" },
    html("span", { class: "verdict" }, words),
    html("span", {}, `${real} of ${signals.length} signals`),
    html("span", { class: "template" }, `${template} ${version}`),
    html("code", { title: `open ${id}` }, id.slice(-8)),
    ...tags.map((tag) => html("span", { class: "tag" }, tag)),
    html("time", { datetime: new Date(open.at_ms).toISOString() }, clock(open.at_ms)),
    html("span", { class: "used", "data-over": used > total ? "" : null }, html("b", {}, millis(used)), ` of ${millis(total)}\u202fms`),
  );
}

/** @param {Signal} signal @param {(ms: number) => string} at */
function lane({ name, source, status, reason, start_ms: start, took_ms: took, age_ms: old }, at) {
  const bar = html("span", { class: "bar", "data-status": status });
  bar.style.setProperty("--start", at(start));
  bar.style.setProperty("--took", at(took));
  const why = [reason, status === "fresh" || status === "stale" ? `${age(old)} old` : null].filter(Boolean).join(", ");
  return html(
    "tr",
    { "data-signal": name },
    html("th", { scope: "row", title: source }, name),
    html("td", { class: "lane" }, bar),
    html("td", { class: "came", "data-status": status }, html("b", {}, status), why ? html("span", {}, ` ${why}`) : ""),
    html("td", { class: "took" }, millis(took)),
  );
}
