/** The scenes of the film, in their order and on their time. */

import { drawOffer } from "./scenes/offer.js";
import { drawPoints } from "./scenes/points.js";
import { drawPortfolio } from "./scenes/portfolio.js";
import { drawSky } from "./scenes/sky.js";

/** @import {Board} from "./board.js" */
/** @import {Views} from "./view.js" */

/** @typedef {keyof Views} SceneName */
/**
 * @typedef {object} Scene
 * @property {SceneName} name
 * @property {string} title
 * @property {number} from milliseconds
 * @property {number} to
 * @property {boolean} isPicture whether its news is what is drawn, and not only what is written
 * @property {(board: Board, view: any, copy: HTMLElement) => void} draw
 */

/** @type {readonly Scene[]} The last one begins when the template says that its fields are needed. */
export const SCENES = [
  { name: "sky", title: "The morning", from: 0, to: 4300, isPicture: false, draw: drawSky },
  { name: "offer", title: "For today", from: 4300, to: 8200, isPicture: false, draw: drawOffer },
  { name: "points", title: "The Circle", from: 8200, to: 12_000, isPicture: true, draw: drawPoints },
  { name: "portfolio", title: "The portfolio", from: 12_000, to: 17_500, isPicture: true, draw: drawPortfolio },
];

export const LENGTH = 17_500;

/** How long one scene takes to give way to the next. */
export const CHANGE = 700;

/** The place of the scene that is on at a time. @param {number} time */
export function sceneAt(time) {
  const index = SCENES.findIndex(({ to }) => time < to);
  return index < 0 ? SCENES.length - 1 : index;
}
