/** The second scene: the one thing that the house recommends, and how its shelf stands. */

import { html, mix, svg } from "../draw.js";
import { EASE } from "../score.js";
import { flask, outline } from "./flask.js";
import { drawRain, drawSnow } from "./weather.js";

/** @import {Board} from "../board.js" */
/** @import {OfferView} from "../view.js" */

/** @typedef {{x: number, y: number, scale: number}} Spot where the flask stands */

/**
 * What is behind it, and what lies on its table, per hero.
 *
 * @type {Record<string, [behind: (board: Board, spot: Spot) => void, before: (board: Board, spot: Spot) => void]>}
 */
const HEROES = {
  rainy: [(board, spot) => drawDisc(board, spot, "#8fb2c4", 0.5), drawRipples],
  snowy: [(board, spot) => drawDisc(board, spot, "#ffffff", 0.8), () => {}],
  sunny: [(board, spot) => drawDisc(board, spot, "#ffc766", 0.9), () => {}],
  classic: [drawArch, () => {}],
};

/** What stands beside it, per offer. @type {Record<string, (board: Board, spot: Spot, hero: string) => void>} */
const SHELVES = {
  in_stock: (board, spot, hero) => beside(board, spot, () => flask(board, hero, 0.42)),
  last_ones: (board, spot) => beside(board, spot, () => outline(board.palette.ink)),
  see_in_store: () => {},
};

/** @param {Board} board @param {OfferView} view @param {HTMLElement} copy */
export function drawOffer(board, view, copy) {
  const { width, height, isTall } = board;
  board.sky();
  const spot = isTall
    ? { x: width * 0.5, y: height * 0.535, scale: Math.min(1.12, (height * 0.36) / 560) }
    : { x: width * 0.72, y: height * 0.8, scale: 1.12 };
  const [behind, before] = HEROES[view.hero] ?? HEROES.classic;
  behind(board, spot);
  drawTable(board, spot);
  before(board, spot);
  (SHELVES[view.offer] ?? SHELVES.see_in_store)(board, spot, view.hero);
  stand(board, spot, flask(board, view.hero));
  if (view.hero === "snowy") drawSnow(board, 0.25);
  if (view.hero === "rainy") drawRain(board, 0.1);
  write(board, view, copy);
}

/** @param {Board} board @param {Spot} spot @param {SVGGElement} product */
function stand(board, { x, y, scale }, product) {
  const shadow = board.radial([
    [0, "#05060a", board.isDark ? 0.6 : 0.34],
    [0.6, "#05060a", 0.12],
    [1, "#05060a", 0],
  ]);
  board.add("ellipse", { cx: x, cy: y, rx: 190 * scale, ry: 30 * scale, fill: shadow });
  const arrival = board.add("g", {}, svg("g", { transform: `translate(${x} ${y}) scale(${scale})` }, product));
  board.part.fade(arrival, { at: 250, lasts: 700 });
  board.part.move(arrival, { transform: ["translateY(70px)", "none"] }, { at: 250, lasts: 1700 });
}

/** @param {Board} board @param {Spot} spot @param {() => SVGGElement} make */
function beside(board, { x, y, scale }, make) {
  for (const [index, side] of [-1, 1].entries()) {
    const place = `translate(${x + side * 205 * scale} ${y - 26 * scale}) scale(${scale * 0.74})`;
    const group = board.add("g", {}, svg("g", { transform: place }, make()));
    board.part.fade(group, { at: 900 + 160 * index, lasts: 900 });
    board.part.move(
      group,
      { transform: [`translateX(${-side * 60}px)`, "none"] },
      { at: 900 + 160 * index, lasts: 1500 },
    );
  }
}

/** @param {Board} board @param {Spot} spot */
function drawTable(board, { x, y, scale }) {
  const { width, height, palette } = board;
  const colour = board.isDark ? mix(palette.low, palette.top, 0.55) : mix(palette.low, palette.land, 0.2);
  const top = y - 62 * scale;
  const fill = board.linear([
    [0, mix(colour, palette.glow, 0.16)],
    [1, mix(colour, palette.top, 0.45)],
  ]);
  board.add("rect", { y: top, width, height: height - top, fill });
  const light = board.radial([
    [0, palette.glow, board.isDark ? 0.2 : 0.7],
    [1, palette.glow, 0],
  ]);
  board.add("ellipse", { cx: x, cy: y, rx: 520 * scale, ry: 120 * scale, fill: light });
}

/** @param {Board} board @param {Spot} spot @param {string} colour @param {number} strength */
function drawDisc(board, { x, y, scale }, colour, strength) {
  const r = 300 * scale;
  const centre = y - 290 * scale;
  board.glow(x, centre, r * 1.9, colour, board.isDark ? strength * 0.4 : strength * 0.7);
  const face = board.linear([
    [0, mix(board.palette.middle, colour, board.isDark ? 0.6 : 0.85)],
    [1, mix(board.palette.low, colour, 0.1)],
  ]);
  const disc = board.add("circle", { cx: x, cy: centre, r, fill: face });
  disc.style.transformOrigin = `${x}px ${centre}px`;
  board.part.move(disc, { transform: ["scale(0.86)", "none"] }, { lasts: 2600 });
}

/** @param {Board} board @param {Spot} spot */
function drawArch(board, { x, y, scale }) {
  const { palette, isDark } = board;
  const [half, top] = [250 * scale, y - 380 * scale];
  const arch = (/** @type {number} */ by) =>
    `M${x - half + by} ${y}V${top}A${half - by} ${half - by} 0 0 1 ${x + half - by} ${top}V${y}Z`;
  const outer = board.add("path", {
    d: arch(0),
    fill: mix(palette.middle, isDark ? "#ffffff" : palette.land, isDark ? 0.1 : 0.16),
  });
  const inner = board.add("path", {
    d: arch(26 * scale),
    fill: board.linear([
      [0, mix(palette.low, palette.glow, isDark ? 0.18 : 0.7)],
      [1, mix(palette.low, palette.accent, 0.25)],
    ]),
  });
  for (const [index, part] of [outer, inner].entries()) {
    board.part.move(part, { transform: [`translateY(${60 + 50 * index}px)`, "none"] }, { lasts: 2200 });
  }
}

/** @param {Board} board @param {Spot} spot */
function drawRipples(board, { x, y, scale }) {
  for (let ring = 0; ring < 3; ring += 1) {
    const ripple = board.add("ellipse", {
      cx: x,
      cy: y + 8,
      rx: 330 * scale,
      ry: 50 * scale,
      fill: "none",
      stroke: board.palette.glow,
      "stroke-width": 3,
      opacity: 0.5 - 0.12 * ring,
    });
    ripple.style.transformOrigin = `${x}px ${y + 8}px`;
    board.part.loop(
      ripple,
      { transform: ["scale(0.35)", "scale(1.25)"], opacity: [0.6, 0] },
      { lasts: 3000, easing: EASE.out, ahead: 1000 * ring },
    );
  }
}

/** @param {Board} board @param {OfferView} view @param {HTMLElement} copy */
function write(board, view, copy) {
  copy.append(
    html("p", { class: "eyebrow" }, view.eyebrow),
    html("h2", { class: "title" }, view.name),
    html("p", { class: "lead" }, view.line),
  );
  const facts = html("div", { class: "facts" });
  if (view.price) facts.append(html("p", { class: "price" }, view.price));
  if (view.shelf) facts.append(html("p", { class: view.isScarce ? "chip scarce" : "chip" }, view.shelf));
  if (facts.childElementCount > 0) copy.append(facts);
  copy.append(html("p", { class: "invitation" }, view.invitation));
  board.enter(copy, 350, 200);
}
