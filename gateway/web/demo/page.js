/**
 * The page of the demo: fetches whom the film is for, opens once, and plays what came.
 *
 * The law of this file: one film at a time, with one open. Another viewer, or another open, ends both before it begins
 * its own; what then still comes for the old one is not shown. The ticket is in one variable, and in one request.
 *
 * @import {Opened, Payload, Timing} from "../player.js"
 * @import {Film} from "./film.js"
 * @import {Session} from "./session.js"
 */

import { open } from "../player.js";
import { Controls } from "./controls.js";
import { mount } from "./film.js";
import { Panel } from "./panel.js";
import { personas, placeText, sessionOf } from "./session.js";

const USUAL_BUDGET_MS = 400;

const screen = part("screen");
/** @type {{film: Film, abort: AbortController} | null} */
let showing = null;
let shows = 0;

const controls = new Controls(part("controls"), {
  film: () => showing?.film ?? null,
  onInfo: () => disclose(!panel.isOpen),
});
const panel = new Panel(part("panel"), { onClose: () => disclose(false), onOpen: (persona) => show(persona) });

/** @param {boolean} isOpen */
function disclose(isOpen) {
  panel.isOpen = isOpen;
  controls.info.setAttribute("aria-expanded", String(isOpen));
  if (!isOpen) controls.info.focus();
}

/** Show the film to one viewer. @param {string | null} persona */
async function show(persona) {
  const turn = ++shows;
  const session = await sessionOf(persona ?? undefined);
  if (turn !== shows) return;
  showing?.abort.abort();
  showing?.film.destroy();
  const abort = new AbortController();
  showing = { abort, film: begin(session, abort.signal) };
}

/** @param {Session} session @param {AbortSignal} signal */
function begin(session, signal) {
  const { budgetMs = USUAL_BUDGET_MS, context } = session;
  /** @type {Timing | null} */
  let timing = null;
  /** @type {Opened | Payload | null} */
  let now = null;
  const tell = () => {
    if (signal.aborted || now === null) return;
    document.documentElement.dataset.source = now.source;
    panel.show({ opened: now, timing, budgetMs });
  };
  return mount(screen, {
    setting: { locale: context.locale, place: placeText(context) },
    onChange: (film) => controls.show(film),
    open: async (onPatch) => {
      now = await open({
        gateway: new URL("..", import.meta.url).href,
        ...session,
        budgetMs,
        signal,
        onPatch: (_, payload) => {
          now = payload;
          onPatch(payload);
          tell();
        },
        onTiming: (told) => {
          timing = told;
          tell();
        },
      });
      tell();
      return now;
    },
  });
}

/** @param {string} id */
function part(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

show(null);
personas().then((listed) => panel.offer(listed, null));
