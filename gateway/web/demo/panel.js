/**
 * What a viewer of the demo may want to know: what was live, what was not and why, and for whom else it can be shown.
 *
 * @import {Opened, Payload, SignalEntry, Timing} from "../player.js"
 * @import {Persona} from "./session.js"
 */

import { html } from "./draw.js";

/** @typedef {{opened: Opened | Payload, timing: Timing | null, budgetMs: number}} Shown */

/** Why the defaults are shown, in words. @type {Record<string, string>} */
const WHY = {
  unreachable: "the gateway could not be reached",
  blocked: "this page may not call the gateway",
  slow: "the gateway was too slow",
  refused: "the gateway refused",
  garbage: "the answer was no payload",
  aborted: "it was called off",
};

export class Panel {
  #element;
  #say = html("div", { class: "summary", "data-role": "summary" });
  #rows = html("tbody");
  #credits = html("p", { class: "credits" });
  #people = html("fieldset", { class: "people" });

  /** @param {HTMLElement} element @param {{onClose: () => void, onOpen: (persona: string | null) => void}} how */
  constructor(element, { onClose, onOpen }) {
    this.#element = element;
    this.onOpen = onOpen;
    const close = html("button", { type: "button", class: "close" }, "Close");
    const again = html("button", { type: "button", class: "again" }, "Open again");
    close.addEventListener("click", onClose);
    again.addEventListener("click", () => onOpen(this.chosen));
    const names = html(
      "tr",
      {},
      ...["Signal", "Came as", "Why", "Took"].map((name) => html("th", { scope: "col" }, name)),
    );
    const table = html(
      "table",
      {},
      html("caption", { class: "unseen" }, "The signals of this open"),
      html("thead", {}, names),
      this.#rows,
    );
    const head = html("div", { class: "head" }, html("h2", {}, "What was live"), again, close);
    element.append(head, this.#say, table, this.#credits, this.#people);
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") onClose();
    });
  }

  get isOpen() {
    return !this.#element.hidden;
  }

  set isOpen(isOpen) {
    this.#element.hidden = !isOpen;
    if (isOpen) this.#element.querySelector("button")?.focus();
  }

  get chosen() {
    return this.#people.querySelector("input:checked")?.getAttribute("value") ?? null;
  }

  /** @param {Persona[]} personas @param {string | null} chosen */
  offer(personas, chosen) {
    this.#people.hidden = personas.length === 0;
    const choices = personas.map(({ id, name, about }, index) => {
      const input = html("input", { type: "radio", name: "persona", value: id });
      input.checked = chosen === null ? index === 0 : chosen === id;
      input.addEventListener("change", () => this.onOpen(id));
      return html("label", {}, input, html("span", {}, html("strong", {}, name), html("small", {}, about ?? "")));
    });
    this.#people.replaceChildren(html("legend", {}, "Shown to"), ...choices);
  }

  /** @param {Shown} shown */
  show({ opened, timing, budgetMs }) {
    this.#say.replaceChildren(...summary(opened, timing, budgetMs).map((line) => html("p", {}, line)));
    const signals = Object.entries(opened.signals);
    this.#rows.replaceChildren(...signals.map(([name, entry]) => row(name, entry)));
    this.#element.toggleAttribute("data-empty", signals.length === 0);
    const credits = signals.flatMap(([, { attribution }]) => (attribution ? [attribution] : []));
    this.#credits.replaceChildren(...credits.map(({ text, url }) => credit(text, url)));
  }
}

/** What came, and when. @param {Shown["opened"]} opened @param {Timing | null} timing @param {number} budgetMs */
function summary(opened, timing, budgetMs) {
  const signals = Object.values(opened.signals);
  if (opened.source !== "gateway" && signals.length === 0) return [`The film's own defaults: ${WHY[opened.why]}.`];
  const real = signals.filter(({ status }) => status !== "default").length;
  const fields = Object.keys(opened.defaulted).length;
  const lack =
    ["Nothing shows its default.", "One field shows its default."][fields] ?? `${fields} fields show their default.`;
  const took = Math.round(timing?.payload ?? timing?.opened ?? budgetMs);
  const patches = timing?.patches.length ?? 0;
  const late = ["", " Patched once since."][patches] ?? ` Patched ${patches} times since.`;
  return [`${real} of ${signals.length} signals are real. ${lack}`, `Answered in ${took} ms of ${budgetMs}.${late}`];
}

/** @param {string} name @param {SignalEntry} entry */
function row(name, { status, reason, took_ms, age_ms, source }) {
  const chip = html("span", { class: "status", "data-status": status }, status);
  const age = status === "fresh" || status === "stale" ? `${Math.round((age_ms ?? 0) / 1000)} s old` : "";
  const took = `${Math.round(took_ms)}\u202fms`;
  const cells = [chip, [reason, age].filter(Boolean).join(", ") || "\u2013", took].map((cell) => html("td", {}, cell));
  return html(
    "tr",
    { "data-signal": name },
    html("th", { scope: "row" }, name, html("small", {}, source ?? "")),
    ...cells,
  );
}

/** @param {string} text @param {string} url */
function credit(text, url) {
  if (!/^https:\/\//.test(url)) return html("span", {}, text);
  return html("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, text);
}
