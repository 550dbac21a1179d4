/**
 * The film for a camera: one at a time, standing still in the middle of each of its scenes.
 *
 * @import {Opened} from "../player.js"
 * @import {Film} from "../demo/film.js"
 */

import { mount, SCENES } from "../demo/film.js";
import { placeText } from "../demo/session.js";

/**
 * @typedef {object} Shown
 * @property {string} scene
 * @property {string} title
 * @property {string} spoken
 * @property {string} content all that the scene tells
 * @property {string} picture all that it is drawn from: of what it tells, and of the light of the whole film
 */

/** @type {Film | null} */
let film = null;

/**
 * Set up the film of one payload.
 *
 * @param {Opened} payload
 * @param {Record<string, any>} context
 * @param {boolean} hasGrain its grain is lovely, and nothing that a small file can hold
 * @returns {Promise<Shown[]>}
 */
async function show(payload, context, hasGrain) {
  film?.destroy();
  const screen = /** @type {HTMLElement} */ (document.getElementById("screen"));
  const setting = { locale: context.locale, place: placeText(context) };
  film = mount(screen, { payload, setting, autoplay: false, still: false, scheme: "light", seed: 1 });
  const { views } = await film.ready;
  const { sky, light } = views.sky;
  const grain = film.root.querySelector(".grain");
  if (grain instanceof HTMLElement) grain.hidden = !hasGrain;
  return SCENES.map(({ name, title }) => ({
    scene: name,
    title,
    spoken: views[name].spoken,
    content: JSON.stringify(views[name]),
    picture: JSON.stringify([name, views[name], sky, light]),
  }));
}

/** Stand still in the middle of a scene. @param {string} name */
async function stand(name) {
  const scene = SCENES.find((one) => one.name === name);
  if (!film || !scene) throw new Error("there is no such scene");
  film.seek((scene.from + scene.to) / 2);
  await document.fonts.ready;
}

Object.assign(globalThis, { camera: { show, stand } });
document.documentElement.dataset.camera = "ready";
