/** Numbers and states as an operator reads them. */

/** What is off at each level of load, besides what is off below it. @type {readonly [string, string][]} */
export const LEVELS = [
  ["Normal", "nothing is off"],
  ["Thrifty", "no retries, hedges, refreshes"],
  ["Essential", "optional signals from cache"],
  ["Cached", "nothing is asked"],
  ["Closed", "opens are refused"],
];

/** @type {Record<string, string>} */
export const BREAKERS = { closed: "closed", half_open: "half open", open: "open" };

/** The ways the lab's vendors go wrong. @type {readonly [mode: string, words: string][]} */
export const MODES = [
  ["ok", "works"],
  ["hang", "hangs"],
  ["trickle", "trickles"],
  ["reset", "cuts off"],
  ["error", "fails (500)"],
  ["throttle", "throttles (429)"],
  ["garbage", "sends garbage"],
  ["shape", "sends another shape"],
  ["huge", "sends 100 MB"],
];

/** How long they take, in milliseconds. @type {readonly [latency: string, words: string][]} */
export const LATENCIES = [
  ["", "as usual"],
  ["0", "at once"],
  ["100", "100 ms"],
  ["250", "250 ms"],
  ["500", "500 ms"],
  ["2000", "2 s"],
  ["8000", "8 s"],
];

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat("en", { maximumFractionDigits: 1, minimumFractionDigits: 1 });
const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** @param {number} count */
export const whole = (count) => WHOLE.format(count);

/** A number a second: exact where it is small. @param {number} rate */
export const rated = (rate) => (rate > 0 && rate < 10 ? TENTHS.format(rate) : WHOLE.format(rate));

/** Milliseconds; what is less than one is not nothing. @param {number} ms */
export const millis = (ms) => (ms > 0 && ms < 0.5 ? "<1" : WHOLE.format(ms));

/** A share in per cent; 100 only when it is all, 0 only when it is none. @param {number} part @param {number} all */
export function share(part, all) {
  if (all === 0) return "\u2013";
  const percent = (100 * part) / all;
  const shown = part === all ? 100 : part === 0 ? 0 : Math.min(99.9, Math.max(0.1, percent));
  return `${shown === 100 || shown === 0 ? shown : TENTHS.format(shown)}\u202f%`;
}

/** @param {number} ms Unix time */
export const clock = (ms) => TIME.format(ms);

/** How old a value is. @param {number} ms */
export function age(ms) {
  if (ms < 1000) return `${Math.round(ms)}\u202fms`;
  if (ms < 120_000) return `${Math.round(ms / 1000)}\u202fs`;
  return `${Math.round(ms / 60_000)}\u202fmin`;
}
