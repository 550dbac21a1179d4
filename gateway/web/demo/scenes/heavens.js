/** What stands in the sky: sun, moon, stars; or, where nothing is known of it, calm arcs of light. */

import { dot, mix, svg } from "../draw.js";
import { EASE } from "../score.js";

/** @import {Board} from "../board.js" */

/** Where sun and moon stand, clear of the words. @param {Board} board @returns {[x: number, y: number]} */
export function place({ width, height, isTall }) {
  return isTall ? [width * 0.7, height * 0.56] : [width * 0.76, height * 0.34];
}

/** @param {Board} board @param {number} veiled 0 a bare sun, 1 only its light */
export function drawSun(board, veiled) {
  const [x, y] = place(board);
  const group = board.add("g");
  const { glow, scheme } = board.palette;
  const light = board.glow(x, y, 520, glow, scheme === "dark" ? 0.55 - 0.25 * veiled : 0.95 - 0.3 * veiled);
  const face = svg("circle", {
    cx: x,
    cy: y,
    r: 92,
    fill: board.linear([
      [0, "#fffdf4"],
      [1, mix(glow, "#ffb35c", scheme === "dark" ? 0.45 : 0.5)],
    ]),
  });
  face.setAttribute("opacity", String(1 - 0.85 * veiled));
  group.append(light, face);
  light.style.transformOrigin = `${x}px ${y}px`;
  board.part.loop(
    light,
    { transform: ["scale(0.96)", "scale(1.06)"] },
    { lasts: 3600, easing: EASE.sway, returns: true },
  );
  board.part.move(group, { transform: ["translateY(90px)", "none"] }, { lasts: 4200 });
}

/** @param {Board} board @param {number} veiled */
export function drawMoon(board, veiled) {
  const [x, y] = place(board);
  const { glow, top, scheme } = board.palette;
  const group = board.add("g");
  const light = board.glow(x, y, 420, glow, scheme === "dark" ? 0.34 : 0.8);
  const shade = scheme === "dark" ? mix(glow, top, 0.3) : mix("#ffffff", top, 0.38);
  const face = svg("g", { opacity: 1 - 0.72 * veiled });
  face.append(
    svg("circle", {
      cx: x,
      cy: y,
      r: 84,
      fill: board.linear([
        [0, "#ffffff"],
        [1, mix("#ffffff", shade, 0.6)],
      ]),
    }),
    svg("path", {
      d: dot(x - 26, y - 18, 20) + dot(x + 22, y + 26, 27) + dot(x + 32, y - 30, 11) + dot(x - 30, y + 36, 9),
      fill: shade,
      opacity: 0.5,
    }),
  );
  group.append(light, face);
  board.part.move(group, { transform: ["translateY(60px)", "none"] }, { lasts: 4200 });
}

/** @param {Board} board @param {number} [share] of the height that they fill */
export function drawStars(board, share = 0.62) {
  const colour = board.isDark ? "#ffffff" : mix(board.palette.middle, "#ffffff", 0.9);
  for (let group = 0; group < 3; group += 1) {
    let path = "";
    for (let star = 0; star < 34; star += 1) {
      path += dot(board.between(0, board.width), board.between(0, board.height * share), board.between(0.8, 2.5));
    }
    const stars = board.add("path", { d: path, fill: colour, opacity: 0.75 });
    board.part.loop(
      stars,
      { opacity: [0.35, 0.95] },
      { lasts: 1900 + 700 * group, easing: EASE.sway, returns: true, ahead: 600 * group },
    );
  }
}

/** A rising of plain arcs: the house's own sign for a sky that nobody told of. @param {Board} board */
export function drawArcs(board) {
  const { width, height, palette, isTall } = board;
  const [x, y] = isTall ? [width * 0.5, height * 0.8] : [width * 0.72, height * 0.84];
  board.glow(x, y, 760, palette.glow, board.isDark ? 0.42 : 0.9);
  const warm = board.isDark ? "#f0a878" : "#f2a36b";
  for (let ring = 5; ring >= 0; ring -= 1) {
    const r = 120 + ring * 92;
    const fill = board.linear([
      [0, mix(palette.glow, warm, 0.8 - ring * 0.12), 0.5 - ring * 0.06],
      [0.62, palette.glow, 0],
    ]);
    const arc = board.add("circle", { cx: x, cy: y, r, fill });
    arc.style.transformOrigin = `${x}px ${y}px`;
    const edge = board.add("circle", {
      cx: x,
      cy: y,
      r,
      fill: "none",
      stroke: board.isDark ? palette.glow : mix(warm, palette.land, 0.25),
      "stroke-width": 1.5,
      opacity: 0.7 - ring * 0.1,
    });
    edge.style.transformOrigin = arc.style.transformOrigin;
    for (const part of [arc, edge]) {
      board.part.move(part, { transform: ["scale(0.7)", "none"] }, { at: ring * 110, lasts: 2600 });
      board.part.fade(part, { at: ring * 110, lasts: 1200 });
    }
  }
}
