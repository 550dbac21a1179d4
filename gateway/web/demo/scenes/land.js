/** The hills at the bottom of the sky, with mist between them and pines on the nearest. */

import { mix, smooth, svg } from "../draw.js";

/** @import {Board} from "../board.js" */

const RIDGES = [
  { at: 0.7, sway: 0.05, share: 0.28 },
  { at: 0.78, sway: 0.045, share: 0.52 },
  { at: 0.88, sway: 0.04, share: 1 },
];

/** @param {Board} board @param {{lower?: number}} [how] how much lower than usual, as a share of the height */
export function drawLand(board, { lower = 0 } = {}) {
  const { width, height, palette } = board;
  for (const [index, { at, sway, share }] of RIDGES.entries()) {
    const colour = mix(palette.low, palette.land, share);
    const level = height * (at + lower);
    const heightAt = ridge(board, level, sway * Math.min(height, 1.15 * width));
    const points = Array.from(
      { length: 25 },
      (_, n) => /** @type {[number, number]} */ ([(width * n) / 24, heightAt(n / 24)]),
    );
    const group = board.add("g");
    if (index === 2) group.append(pines(board, heightAt));
    const fill = board.linear([
      [0, colour],
      [1, mix(colour, index === 2 ? palette.land : palette.low, 0.55)],
    ]);
    group.append(svg("path", { d: `${smooth(points)}V${height}H0Z`, fill }));
    board.part.move(group, { transform: [`translateY(${18 + 22 * index}px)`, "none"] }, { lasts: 3200 });
  }
}

/** The height of a ridge along its way from 0 to 1. @param {Board} board @param {number} level @param {number} sway */
function ridge(board, level, sway) {
  const span = Math.max(0.6, board.width / 1600);
  const waves = [1.3 * span, 2.9 * span, 6.1 * span].map((turns, n) => ({
    turns,
    phase: board.between(0, 6.28),
    size: sway / (1 + n * 1.15),
  }));
  return (/** @type {number} */ x) =>
    waves.reduce((y, wave) => y + wave.size * Math.sin(x * wave.turns * 6.28 + wave.phase), level);
}

/** @param {Board} board @param {(x: number) => number} heightAt */
function pines(board, heightAt) {
  let path = "";
  for (let cluster = 0; cluster < 4; cluster += 1) {
    const middle = board.between(0.02, 0.98);
    for (let tree = 0; tree < 7; tree += 1) {
      const x = middle + board.between(-0.055, 0.055);
      path += pine(x * board.width, heightAt(x) + 8, board.between(26, 70));
    }
  }
  return svg("path", { d: path, fill: board.palette.pine });
}

/** @param {number} x @param {number} y @param {number} tall */
function pine(x, y, tall) {
  const wide = tall * 0.2;
  const tiers = [0, 0.28, 0.54].map((from, n) => {
    const [top, foot, half] = [y - tall * (1 - from), y - tall * (0.52 - n * 0.24), wide * (0.55 + n * 0.24)];
    return `M${x.toFixed(1)} ${top.toFixed(1)}L${(x + half).toFixed(1)} ${foot.toFixed(1)}H${(x - half).toFixed(1)}Z`;
  });
  return `${tiers.join("")}M${(x - 1.5).toFixed(1)} ${(y - 6).toFixed(1)}h3v8h-3z`;
}
