/** The first scene: good morning, and the sky over it. */

import { html } from "../draw.js";
import { drawArcs, drawMoon, drawStars, drawSun } from "./heavens.js";
import { drawLand } from "./land.js";
import { drawClouds, drawFog, drawLightning, drawRain, drawSnow, drawWind } from "./weather.js";

/** @import {Board} from "../board.js" */
/** @import {SkyView} from "../view.js" */

/** @typedef {(board: Board, strength: number) => void} Stroke */

/** What hides sun, moon and stars, and how far. @type {Record<string, number>} */
const VEILS = { clear: 0, cloud: 0.35, wind: 0.15, rain: 1, snow: 0.55, fog: 0.7, thunder: 1, dust: 0.5 };

/**
 * Before the hills and after them.
 *
 * @type {Record<string, [behind: Stroke, before: Stroke]>}
 */
const WEATHERS = {
  clear: [(board, strength) => strength && drawClouds(board, 0), () => {}],
  cloud: [drawClouds, () => {}],
  rain: [(board) => drawClouds(board, 1), drawRain],
  snow: [(board) => drawClouds(board, 0.4), drawSnow],
  fog: [() => {}, (board) => drawFog(board)],
  thunder: [(board) => (drawClouds(board, 1), drawLightning(board)), (board) => drawRain(board, 0.9)],
  wind: [(board) => drawClouds(board, 0.5, 3), (board) => drawWind(board)],
  dust: [() => {}, (board) => drawFog(board, board.isDark ? "#7a6040" : "#e8cf9f")],
  unknown: [drawArcs, () => {}],
};

/** @param {Board} board @param {SkyView} view @param {HTMLElement} copy */
export function drawSky(board, view, copy) {
  board.sky();
  drawLights(board, view);
  const [behind, before] = WEATHERS[view.sky];
  behind(board, view.strength);
  drawLand(board);
  before(board, view.strength);
  write(board, view, copy);
}

/** @param {Board} board @param {SkyView} view */
function drawLights(board, { sky, light }) {
  if (sky === "unknown") {
    if (light === "night") drawStars(board);
    return;
  }
  const isNight = light === "night" || light === "dusk" || light === "dawn";
  const veiled = VEILS[sky];
  if (isNight && veiled < 0.5) drawStars(board);
  if (veiled === 1) return;
  if (isNight) drawMoon(board, veiled);
  else drawSun(board, veiled);
}

/** @param {Board} board @param {SkyView} view @param {HTMLElement} copy */
function write(board, view, copy) {
  const eyebrow = html("p", { class: "eyebrow" }, view.eyebrow);
  const greeting = html("h2", { class: "display" }, view.greeting);
  const weather = html("div", { class: "weather" });
  if (view.degrees !== null) {
    const shown = html("span", { "aria-hidden": "true" }, view.degrees, html("span", { class: "unit" }, "\u00b0"));
    const said = html("span", { class: "unseen" }, `${view.degrees} degrees Celsius`);
    weather.append(html("p", { class: "degrees" }, shown, said));
  }
  if (view.condition) weather.append(html("p", { class: "lead" }, view.condition));
  copy.append(eyebrow, greeting, weather);
  if (view.credit) copy.append(html("p", { class: "credit" }, view.credit));
  board.enter(copy, 250, 260);
}
