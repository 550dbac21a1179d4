/**
 * The lab's knobs: one for how each stand-in vendor goes wrong, one for how long it takes.
 *
 * @typedef {{mode: string, latency_ms: number | {p50: number, p99: number} | null}} Knob
 */

import { give, html } from "./dom.js";
import { LATENCIES, MODES } from "./words.js";

const FAULTS = "../-/lab/faults";

/** @param {readonly (readonly [string, string])[]} choices @param {string} label */
function choice(choices, label) {
  const options = choices.map(([value, words]) => html("option", { value }, words));
  return html("select", { "aria-label": label }, ...options);
}

class KnobOf {
  #mode;
  #latency;

  /** @param {string} source @param {(words: string) => void} say */
  constructor(source, say) {
    this.source = source;
    this.say = say;
    this.#mode = choice(MODES, `How ${source} goes wrong`);
    this.#latency = choice(LATENCIES, `How long ${source} takes`);
    this.#mode.addEventListener("change", () => void this.#turn());
    this.#latency.addEventListener("change", () => void this.#turn());
    this.element = html("fieldset", { "data-knob": source }, html("legend", {}, source), this.#mode, this.#latency);
  }

  /** Show how it stands. @param {Knob} knob */
  draw({ mode, latency_ms: latency }) {
    this.#mode.value = mode;
    const value = typeof latency === "number" ? String(latency) : "";
    if (![...this.#latency.options].some((option) => option.value === value)) {
      this.#latency.append(html("option", { value }, `${value} ms`)); // set by somebody else
    }
    this.#latency.value = value;
    give(this.element, { "data-broken": mode !== "ok" });
  }

  async #turn() {
    const latency = this.#latency.value;
    const body = { mode: this.#mode.value, ...(latency === "" ? {} : { latency_ms: Number(latency) }) };
    const headers = { "Content-Type": "application/json" };
    const knob = await asked(`${FAULTS}/${this.source}`, { method: "PUT", headers, body: JSON.stringify(body) });
    if (knob) this.draw(knob);
    this.say(knob ? `${this.source} ${this.#mode.selectedOptions[0]?.textContent}` : "The lab does not answer.");
  }
}

/** The knobs of a lab; whether there are any. @param {HTMLElement} place @param {(words: string) => void} say */
export async function showKnobs(place, say) {
  /** @type {Record<string, Knob> | null} */
  const all = await asked(FAULTS);
  if (!all) return false;
  const knobs = Object.keys(all).map((source) => new KnobOf(source, say));
  /** @param {Record<string, Knob>} standing */
  const draw = (standing) => {
    for (const knob of knobs) {
      const now = standing[knob.source];
      if (now) knob.draw(now);
    }
  };
  const mend = html("button", { type: "button", class: "mend" }, "Mend all");
  mend.addEventListener("click", async () => {
    const standing = await asked(FAULTS, { method: "DELETE" });
    if (standing) draw(standing);
    say(standing ? "All vendors work." : "The lab does not answer.");
  });
  draw(all);
  place.replaceChildren(...knobs.map(({ element }) => element), mend);
  return true;
}

/** @param {string} url @param {RequestInit} [how] @returns {Promise<any>} null where there is no answer */
async function asked(url, how) {
  try {
    const response = await fetch(url, { cache: "no-store", ...how });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

