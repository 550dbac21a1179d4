/** A page that carries its defaults in itself and asks a gateway of another origin; the test reads `told`. */
import { mount } from "./demo/film.js";
import { open } from "./player.js";

const { without, ...session } = await (await fetch("./session.json")).json();
const told = { asked: performance.now(), opened: null, timings: [], patches: 0, scenes: [] };
globalThis.told = told;

/** @param {(payload: any) => void} onPatch */
async function ask(onPatch) {
  if (without) return session.defaults;
  told.opened = await open({
    ...session,
    onPatch: (_, payload) => {
      told.patches += 1;
      told.scenes.push(globalThis.film.scene.name);
      onPatch(payload);
    },
    onTiming: (timing) => told.timings.push(timing),
  });
  document.documentElement.dataset.source = told.opened.source;
  return told.opened;
}

globalThis.film = mount(document.querySelector("#screen"), { open: ask });
