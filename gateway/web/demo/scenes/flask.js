/** The product: a flask, in the colour of the morning. */

import { mix, svg } from "../draw.js";
import { BRAND } from "../words.js";

/** @import {Board} from "../board.js" */

/** Per hero: the body, and the sling. @type {Record<string, [body: string, sling: string]>} */
const COLOURS = {
  rainy: ["#2d6178", "#e8b04a"],
  snowy: ["#e9e2d4", "#b8432f"],
  sunny: ["#e59a2f", "#29465b"],
  classic: ["#3c5147", "#c98a5a"],
};

const BODY =
  "M-82 -300C-82 -348 -52 -352 -50 -392V-414H50V-392C52 -352 82 -348 82 -300V-26Q82 0 56 0H-56Q-82 0 -82 -26Z";

/**
 * A flask that stands on its own 0 0, 560 high.
 *
 * @param {Board} board
 * @param {string} hero
 * @param {number} [share] how much of it is seen, 0 to 1
 */
export function flask(board, hero, share = 1) {
  const [colour, sling] = COLOURS[hero] ?? COLOURS.classic;
  const shaded = board.linear(
    [
      [0, mix(colour, "#05060a", 0.5)],
      [0.16, mix(colour, "#05060a", 0.12)],
      [0.34, mix(colour, "#ffffff", 0.34)],
      [0.46, mix(colour, "#ffffff", 0.06)],
      [0.78, mix(colour, "#05060a", 0.2)],
      [0.95, mix(colour, "#05060a", 0.52)],
      [1, mix(colour, "#ffffff", 0.05)],
    ],
    { x2: 1, y2: 0 },
  );
  const steel = board.linear(
    [
      [0, "#6f7478"],
      [0.2, "#dfe3e6"],
      [0.38, "#ffffff"],
      [0.55, "#9aa1a6"],
      [0.85, "#5c6267"],
      [1, "#a9afb3"],
    ],
    { x2: 1, y2: 0 },
  );
  const wood = board.linear(
    [
      [0, "#4d2f1d"],
      [0.3, "#a06b43"],
      [0.42, "#bd8458"],
      [0.7, "#7d4f30"],
      [1, "#432817"],
    ],
    { x2: 1, y2: 0 },
  );
  const name = svg(
    "text",
    {
      x: 0,
      y: 0,
      transform: "translate(-14 -62) rotate(-90)",
      class: "engraved",
      fill: mix(colour, hero === "snowy" ? "#3a2c22" : "#ffffff", 0.72),
    },
    BRAND.toLowerCase(),
  );
  return svg(
    "g",
    { opacity: share },
    svg("path", {
      d: "M52 -404C168 -420 176 -236 84 -196",
      fill: "none",
      stroke: mix(sling, "#05060a", 0.2),
      "stroke-width": 11,
      "stroke-linecap": "round",
    }),
    svg("path", { d: BODY, fill: shaded }),
    svg("path", {
      d: "M-82 -300C-82 -348 -52 -352 -50 -392H50C52 -352 82 -348 82 -300Z",
      fill: "#ffffff",
      opacity: 0.05,
    }),
    svg("rect", { x: -82, y: -34, width: 164, height: 5, fill: "#05060a", opacity: 0.16 }),
    svg("rect", { x: -53, y: -424, width: 106, height: 17, rx: 5, fill: steel }),
    svg("path", { d: "M-50 -424V-496Q-50 -516 -30 -516H30Q50 -516 50 -496V-424Z", fill: wood }),
    svg("rect", { x: -50, y: -440, width: 100, height: 4, fill: "#2a170b", opacity: 0.35 }),
    svg("circle", { cx: 52, cy: -404, r: 9, fill: sling }),
    svg("circle", { cx: 82, cy: -196, r: 9, fill: sling }),
    svg("path", {
      d: "M-44 -330C-54 -318 -58 -306 -58 -290V-60",
      fill: "none",
      stroke: "#ffffff",
      "stroke-width": 7,
      "stroke-linecap": "round",
      opacity: 0.28,
    }),
    name,
  );
}

/** Only its outline: one that is no longer there. @param {string} colour */
export function outline(colour) {
  const line = {
    fill: "none",
    stroke: colour,
    "stroke-width": 3,
    "stroke-dasharray": "3 11",
    "stroke-linecap": "round",
    opacity: 0.55,
  };
  return svg(
    "g",
    {},
    svg("path", { d: BODY, ...line }),
    svg("path", { d: "M-50 -424V-496Q-50 -516 -30 -516H30Q50 -516 50 -496V-424", ...line }),
  );
}
