/**
 * The console: what the feed tells, shown once a second.
 *
 * @import {Begin, State, Tick} from "./feed.js"
 */

import { byId, give, write } from "./dom.js";
import { listen } from "./feed.js";
import { Figures } from "./figures.js";
import { showKnobs } from "./knobs.js";
import { Opens } from "./opens.js";
import { Sources } from "./sources.js";
import { Window } from "./window.js";
import { BREAKERS, LEVELS } from "./words.js";

/** @type {Record<State, string>} */
const STATES = {
  waiting: "Connecting",
  live: "Ready",
  draining: "Draining: no new opens are wanted",
  lost: "No feed; trying again",
};

const figures = new Figures(byId("figures"));
const sources = new Sources(byId("sources"));
const opens = new Opens();
const minute = new Window();
/** @type {Map<string, string>} what was said of the load and of each breaker */
const standing = new Map();

/** Say it to who cannot see it change. @param {string} words */
function say(words) {
  write(byId("said"), words);
}

/** Say what has changed; nothing of what is so from the start. @param {string} name @param {string} words */
function notice(name, words) {
  const before = standing.get(name);
  standing.set(name, words);
  if (before !== undefined && before !== words) say(`${name}: ${words}`);
}

/** @param {Tick} tick */
function draw(tick) {
  figures.draw(tick, minute);
  sources.draw(tick, minute);
  notice("Level of load", LEVELS[tick.load.level]?.[0] ?? "");
  for (const { name, breaker } of tick.sources) if (breaker) notice(`Breaker of ${name}`, BREAKERS[breaker] ?? "");
}

/** @param {Begin} begin */
async function begin({ film, lab, tick }) {
  minute.clear();
  draw(tick);
  give(byId("film"), { href: film, hidden: false });
  give(byId("lab"), { hidden: !(lab && (await showKnobs(byId("knobs"), say))) });
  byId("main").classList.remove("unready");
}

listen("../-/events", {
  onBegin: (told) => void begin(told),
  onTick: (tick) => {
    minute.add(tick);
    draw(tick);
    opens.add(tick);
  },
  onState: (state) => {
    give(byId("state"), { "data-state": state });
    write(byId("state-words"), STATES[state]);
    notice("Gateway", STATES[state]);
  },
});
