/** The third scene: the circle of the house, and what its member has gathered; for a stranger, a way in. */

import { html, mix, svg } from "../draw.js";
import { EASE } from "../score.js";
import { drawStars } from "./heavens.js";
import { odometer } from "./odometer.js";

/** @import {Board} from "../board.js" */
/** @import {PointsView} from "../view.js" */

/** The metals that tiers are named after: light, middle, dark. @type {[RegExp, [string, string, string]][]} */
const METALS = [
  [/bronze|copper/i, ["#f3c9a4", "#b9754a", "#6d3c20"]],
  [/silver|steel/i, ["#ffffff", "#b9c2cc", "#68727e"]],
  [/gold/i, ["#fff0bd", "#d9a83c", "#86601a"]],
  [/platin|diamond/i, ["#ffffff", "#c9d6e6", "#7d8ea8"]],
];
/** @type {[string, string, string]} */
const PLAIN = ["#ffe3cc", "#d98a5e", "#8a4a2b"];

/** @param {Board} board @param {PointsView} view @param {HTMLElement} copy */
export function drawPoints(board, view, copy) {
  const { width, height, isTall, palette } = board;
  const [x, y] = isTall ? [width * 0.5, height * 0.66] : [width * 0.73, height * 0.5];
  board.add("rect", {
    width,
    height,
    fill: board.linear([
      [0, mix(palette.top, board.isDark ? "#05060f" : "#ffffff", 0.3)],
      [0.6, palette.top],
      [1, palette.middle],
    ]),
  });
  if (board.isDark) drawStars(board, 1);
  board.glow(x, y, 620, palette.glow, board.isDark ? 0.34 : 0.85);
  const isKnown = view.points !== null || view.tier !== null;
  const metal = METALS.find(([name]) => name.test(view.tier ?? ""))?.[1] ?? PLAIN;
  const r = isTall ? 235 : 255;
  drawOrbits(board, x, y, r, metal, isKnown);
  if (isKnown) drawSeal(board, x, y, r * 0.62, metal, view.tier);
  else drawDoor(board, x, y, r * 0.62, metal);
  write(board, view, copy);
}

/**
 * @param {Board} board
 * @param {number} x
 * @param {number} y
 * @param {number} r
 * @param {string[]} metal
 * @param {boolean} isWhole
 */
function drawOrbits(board, x, y, r, metal, isWhole) {
  const colour = board.isDark ? metal[1] : mix(metal[1], metal[2], 0.45);
  for (let ring = 0; ring < 4; ring += 1) {
    const radius = r + ring * 46;
    const line = {
      cx: x,
      cy: y,
      r: radius,
      fill: "none",
      stroke: colour,
      "stroke-width": 2.4 - ring * 0.4,
      opacity: 0.85 - ring * 0.18,
    };
    const arc = board.add("circle", {
      ...line,
      pathLength: 100,
      "stroke-dasharray": isWhole ? "100 0" : `${84 - ring * 9} 100`,
      transform: `rotate(${-90 + ring * 34} ${x} ${y})`,
    });
    board.part.fade(arc, { at: 150 * ring, lasts: 800 });
    board.part.move(
      arc,
      { strokeDasharray: ["0 100", isWhole ? "100 0" : `${84 - ring * 9} 100`] },
      { at: 150 * ring, lasts: 2200, easing: EASE.soft },
    );
    if (!isWhole && ring > 0) continue;
    const moon = board.add(
      "g",
      {},
      svg("circle", { cx: x + radius, cy: y, r: 9 - ring * 1.4, fill: ring % 2 ? metal[0] : colour }),
    );
    moon.style.transformOrigin = `${x}px ${y}px`;
    moon.setAttribute("opacity", "0.95");
    // A stranger's one stands where the first ring is open: the place that is kept.
    const from = isWhole ? 40 + ring * 107 : 205;
    board.part.move(
      moon,
      { transform: [`rotate(${from - 60}deg)`, `rotate(${from + 36}deg)`] },
      { lasts: 5200, easing: "cubic-bezier(0.2, 0.7, 0.4, 1)" },
    );
  }
}

/**
 * @param {Board} board
 * @param {number} x
 * @param {number} y
 * @param {number} r
 * @param {string[]} metal
 * @param {string | null} tier
 */
function drawSeal(board, x, y, r, [light, middle, dark], tier) {
  const face = board.linear(
    [
      [0, light],
      [0.35, middle],
      [0.55, light],
      [1, dark],
    ],
    { x2: 1, y2: 1 },
  );
  const well = board.linear(
    [
      [0, mix(middle, dark, 0.35)],
      [1, mix(middle, light, 0.35)],
    ],
    { x2: 1, y2: 1 },
  );
  const group = board.add("g");
  const rays = Array.from({ length: 48 }, (_, n) => {
    const [cos, sin] = [Math.cos((n * Math.PI) / 24), Math.sin((n * Math.PI) / 24)];
    return `M${x + cos * r * 0.86} ${y + sin * r * 0.86}L${x + cos * r * 0.94} ${y + sin * r * 0.94}`;
  });
  group.append(
    svg("circle", { cx: x, cy: y + 14, r, fill: "#05060a", opacity: 0.16 }),
    svg("circle", { cx: x, cy: y, r, fill: face }),
    svg("path", { d: rays.join(""), stroke: dark, "stroke-width": 2.5, opacity: 0.55 }),
    svg("circle", { cx: x, cy: y, r: r * 0.8, fill: well }),
    svg("circle", { cx: x, cy: y, r: r * 0.8, fill: "none", stroke: dark, "stroke-width": 2, opacity: 0.5 }),
    sunrise(x, y - r * 0.06, r * 0.36, mix(dark, "#000000", 0.3)),
  );
  if (tier !== null) {
    const size = Math.min(r * 0.2, (r * 1.55) / Math.max(6, tier.length));
    group.append(
      svg(
        "text",
        { x, y: y + r * 0.42, class: "tier", "font-size": size.toFixed(1), fill: mix(dark, "#000000", 0.5) },
        tier.toUpperCase(),
      ),
    );
  }
  group.style.transformOrigin = `${x}px ${y}px`;
  board.part.fade(group, { at: 200, lasts: 700 });
  board.part.move(group, { transform: ["scale(0.8) rotate(-14deg)", "none"] }, { at: 200, lasts: 1900 });
}

/**
 * The house's sign: half a sun over a line.
 *
 * @param {number} x
 * @param {number} y
 * @param {number} r
 * @param {string} colour
 */
function sunrise(x, y, r, colour) {
  const line = { fill: "none", stroke: colour, "stroke-width": Math.max(3, r * 0.09), "stroke-linecap": "round" };
  const half = r * 0.52;
  const ground = `M${x - r * 1.1} ${y + r * 0.16}h${2.2 * r}`;
  const rays = [-70, -35, 0, 35, 70].map((angle) => {
    const [sin, cos] = [Math.sin((angle * Math.PI) / 180), Math.cos((angle * Math.PI) / 180)];
    return `M${x + sin * r * 0.74} ${y - cos * r * 0.74}L${x + sin * r} ${y - cos * r}`;
  });
  return svg("path", {
    ...line,
    d: `M${x - half} ${y}a${half} ${half} 0 0 1 ${2 * half} 0${ground}${rays.join("")}`,
  });
}

/**
 * Where no one is known: an open circle with the house's sign, and light in it.
 *
 * @param {Board} board
 * @param {number} x
 * @param {number} y
 * @param {number} r
 * @param {string[]} metal
 */
function drawDoor(board, x, y, r, metal) {
  const colour = board.isDark ? metal[0] : metal[2];
  const light = board.glow(x, y, r * 1.3, metal[0], board.isDark ? 0.5 : 0.9);
  const sign = board.root.appendChild(sunrise(x, y + r * 0.16, r * 0.56, colour));
  light.style.transformOrigin = `${x}px ${y}px`;
  board.part.loop(
    light,
    { transform: ["scale(0.9)", "scale(1.12)"] },
    { lasts: 2600, easing: EASE.sway, returns: true },
  );
  board.part.fade(sign, { at: 400, lasts: 1200 });
}

/** @param {Board} board @param {PointsView} view @param {HTMLElement} copy */
function write(board, view, copy) {
  copy.append(html("p", { class: "eyebrow" }, view.eyebrow));
  if (view.points !== null) {
    const said = html("span", { class: "unseen" }, `${view.points} ${view.unit}`);
    const figure = html("h2", { class: "figure" }, odometer(board.words, view.points, 350), said);
    figure.style.setProperty("--signs", String(Math.max(4, view.points.length)));
    copy.append(figure);
    copy.append(html("p", { class: "lead" }, `${view.unit}, ${view.line}`));
  } else {
    copy.append(
      html("h2", { class: "title" }, view.tier === null ? "There is a place for you." : `${view.tier} member`),
      html("p", { class: "lead" }, view.line),
    );
  }
  if (view.tier !== null && view.points !== null) copy.append(html("p", { class: "chip" }, `${view.tier} member`));
  if (view.tier === null && view.points === null) copy.append(html("p", { class: "invitation" }, "Join the Circle"));
  board.enter(copy, 250, 180);
}
