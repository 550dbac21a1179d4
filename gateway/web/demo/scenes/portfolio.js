/**
 * The fourth scene: the portfolio as a ridge under the light. It rises, falls or lies level; unknown, it is a
 * horizon.
 */

import { dot, html, mix, smooth, svg } from "../draw.js";
import { EASE } from "../score.js";
import { drawStars } from "./heavens.js";

/** @import {Board} from "../board.js" */
/** @import {PortfolioView} from "../view.js" */

/** @typedef {[number, number]} Point */

const STEPS = 26;

/**
 * Where the line begins and ends, and how restless it is, as shares of the height.
 *
 * @type {Record<string, [from: number, to: number, unrest: number]>}
 */
const COURSES = { up: [0.2, -0.24, 0.034], down: [-0.11, 0.15, 0.026], flat: [0, 0, 0.012] };

/** @param {Board} board @param {PortfolioView} view @param {HTMLElement} copy */
export function drawPortfolio(board, view, copy) {
  board.sky();
  if (board.isDark && board.palette.isNight) drawStars(board, 0.5);
  const course = COURSES[view.mood];
  if (course) drawCourse(board, view.mood, course);
  else drawHorizon(board);
  write(board, view, copy);
}

/** @param {Board} board @param {string} mood @param {[number, number, number]} course */
function drawCourse(board, mood, course) {
  const { width, height, palette, isTall, isDark, part } = board;
  const points = courseOf(board, course);
  const [endX, endY] = points[points.length - 1];
  drawLight(board, mood, endX, endY);
  drawBack(board, points);
  const path = smooth(points);
  const fall = height * ({ up: 0.07, down: -0.02, flat: 0.02 }[mood] ?? 0);
  const near = mix(palette.low, palette.land, isDark ? 0.75 : 0.62);
  const ground = board.add("path", {
    d: `${smooth([...points, [width * 0.94, endY + fall * 0.4], [width * 1.02, endY + fall]])}V${height}H0Z`,
    fill: board.linear([
      [0, mix(near, palette.glow, 0.18), 0.96],
      [0.7, palette.land],
    ]),
  });
  part.fade(ground, { at: 300, lasts: 1800 });
  part.move(ground, { transform: ["translateY(60px)", "none"] }, { at: 0, lasts: 2600 });
  const colour = isDark ? "#fff1dc" : mix(palette.ink, palette.accent, 0.25);
  const line = board.add("path", {
    d: path,
    fill: "none",
    stroke: colour,
    "stroke-width": isTall ? 7 : 6,
    "stroke-linecap": "round",
    pathLength: 100,
    "stroke-dasharray": "100 100",
  });
  part.move(line, { transform: ["translateY(60px)", "none"] }, { lasts: 2600 });
  part.move(line, { strokeDashoffset: [100, 0] }, { at: 200, lasts: 2600, easing: EASE.soft });
  const end = board.add(
    "g",
    {},
    svg("circle", { cx: endX, cy: endY, r: 30, fill: colour, opacity: 0.18 }),
    svg("circle", { cx: endX, cy: endY, r: 13, fill: colour }),
    svg("circle", { cx: endX, cy: endY, r: 5, fill: isDark ? palette.land : "#ffffff" }),
  );
  part.fade(end, { at: 2300, lasts: 600 });
}

/**
 * The points of the line, restless in between and exact at both ends.
 *
 * @param {Board} board
 * @param {[number, number, number]} course
 * @returns {Point[]}
 */
function courseOf(board, [from, to, unrest]) {
  const { width, height, isTall } = board;
  const level = height * (isTall ? 0.67 : 0.66);
  const reach = Math.min(height, 1.25 * width); // a narrow film is no reason for a steep line
  const last = width * (isTall ? 0.84 : 0.86);
  let drift = 0;
  return Array.from({ length: STEPS + 1 }, (_, step) => {
    const share = step / STEPS;
    drift = drift * 0.6 + board.between(-1, 1);
    const calm = Math.sin(Math.PI * share) ** 0.6;
    const bend = share * share * (3 - 2 * share);
    return [
      share * (last + 12) - 12,
      level + reach * (from + (to - from) * (0.35 * share + 0.65 * bend) + drift * unrest * calm),
    ];
  });
}

/**
 * The sun, by how it goes: over the end of a rising line, on a level one, behind a falling one.
 *
 * @param {Board} board
 * @param {string} mood
 * @param {number} x
 * @param {number} y
 */
function drawLight(board, mood, x, y) {
  const { palette, isDark, part, height } = board;
  const above = { up: 0.03, flat: -0.02, down: -0.07 }[mood] ?? 0;
  const [cx, cy] = [x - (mood === "down" ? 60 : 90), y - height * above];
  const glow = board.glow(cx, cy, 640, palette.glow, isDark ? 0.5 : 0.95);
  const face = board.linear([
    [0, "#fffaf0"],
    [1, mix(palette.glow, "#ff9d5c", mood === "down" ? 0.65 : 0.45)],
  ]);
  const sun = board.add("g", {}, glow, svg("circle", { cx, cy, r: 118, fill: face, opacity: isDark ? 0.9 : 0.95 }));
  part.fade(sun, { at: 0, lasts: 1600 });
  part.move(
    sun,
    { transform: [`translateY(${{ up: 130, flat: 20, down: -60 }[mood] ?? 0}px)`, "none"] },
    { at: 0, lasts: 4200 },
  );
}

/** A second, hazy ridge that goes along with the line. @param {Board} board @param {Point[]} points */
function drawBack(board, points) {
  const { width, height, palette, part } = board;
  const rise = Math.min(height, width) * 0.06;
  const back = points.map(
    ([x, y], n) => /** @type {Point} */ ([x * 1.25, y - rise * (0.25 + Math.sin(n * 0.36) ** 2)]),
  );
  const fill = board.linear([
    [0, mix(palette.low, palette.land, 0.32), 0.7],
    [1, palette.low, 0.2],
  ]);
  const ridge = board.add("path", { d: `${smooth(back)}V${height}H0Z`, fill });
  part.fade(ridge, { at: 100, lasts: 1800 });
  part.move(ridge, { transform: ["translateY(30px)", "none"] }, { at: 0, lasts: 3000 });
  const motes = Array.from({ length: 14 }, () =>
    dot(board.between(0, width), board.between(height * 0.45, height * 0.8), board.between(1.5, 3.5)),
  );
  const dust = board.add("path", { d: motes.join(""), fill: palette.glow, opacity: 0.5 });
  part.loop(
    dust,
    { transform: ["translateY(30px)", "translateY(-40px)"] },
    { lasts: 5200, easing: EASE.sway, returns: true },
  );
}

/** Nothing is known: level bands of light on water. @param {Board} board */
function drawHorizon(board) {
  const { width, height, palette, isTall, isDark, part } = board;
  const [x, y] = [width * (isTall ? 0.5 : 0.7), height * 0.62];
  board.glow(x, y, 640, palette.glow, isDark ? 0.42 : 0.95);
  const face = board.linear([
    [0, "#fffaf0"],
    [1, mix(palette.glow, "#ffb27a", 0.5)],
  ]);
  board.add("circle", { cx: x, cy: y, r: 130, fill: face, opacity: isDark ? 0.85 : 0.95 });
  const water = mix(palette.low, palette.land, isDark ? 0.7 : 0.3);
  board.add("rect", {
    y,
    width,
    height: height - y,
    fill: board.linear([
      [0, mix(water, palette.glow, 0.3)],
      [1, mix(water, palette.land, 0.6)],
    ]),
  });
  for (let band = 0; band < 9; band += 1) {
    const [wide, top] = [(150 - band * 9) * (1 + band * 0.32), y + 16 + band * (12 + band * 2.4)];
    const light = board.add("rect", {
      x: x - wide,
      y: top,
      width: wide * 2,
      height: 3 + band * 0.7,
      rx: 3,
      fill: palette.glow,
      opacity: 0.75 - band * 0.065,
    });
    light.style.transformOrigin = `${x}px ${top}px`;
    part.loop(
      light,
      { transform: ["scaleX(0.72)", "scaleX(1.1)"] },
      { lasts: 2100 + 240 * (band % 4), easing: EASE.sway, returns: true, ahead: 500 * band },
    );
  }
}

/** @param {Board} board @param {PortfolioView} view @param {HTMLElement} copy */
function write(board, view, copy) {
  copy.append(html("p", { class: "eyebrow" }, view.eyebrow));
  copy.append(html("h2", { class: view.figure ? "figure" : "title" }, view.figure || view.word));
  if (view.figure) copy.lastElementChild?.setAttribute("data-mood", view.mood);
  if (view.line) copy.append(html("p", { class: "lead" }, view.line));
  board.enter(copy, 300, 260);
}
