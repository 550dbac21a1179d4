/** Weather that moves: a few large layers each, so that a phone draws them without effort. */

import { dot, mix } from "../draw.js";
import { EASE } from "../score.js";

/** @import {Board} from "../board.js" */

/** Of rain and snow: three distances, nearest last. */
const DISTANCES = [0.45, 0.7, 1];
const SLANT = -0.16;

/** @param {Board} board @param {number} strength */
export function drawRain(board, strength) {
  const { width, height, isDark } = board;
  const colour = isDark ? "#dbe8ff" : "#41566f";
  for (const near of DISTANCES) {
    const long = 16 + 40 * near;
    let path = "";
    for (let drop = 0; drop < (60 + 130 * strength) * (1.4 - 0.7 * near); drop += 1) {
      const size = long * board.between(0.7, 1.2);
      const [x, y] = [board.between(0, width * 1.25), board.between(0, height)];
      path += `M${x.toFixed(1)} ${y.toFixed(1)}l${(SLANT * size).toFixed(1)} ${size.toFixed(1)}`;
    }
    const stroke = {
      fill: "none",
      stroke: colour,
      "stroke-width": 0.7 + 1.1 * near,
      "stroke-linecap": "round",
      opacity: (isDark ? 0.18 : 0.2) + 0.22 * near,
    };
    fall(board, path, stroke, 1500 / (0.5 + near) / (0.7 + 0.3 * strength), SLANT * height);
  }
}

/** @param {Board} board @param {number} strength */
export function drawSnow(board, strength) {
  const { width, height, isDark } = board;
  for (const near of DISTANCES) {
    let path = "";
    for (let flake = 0; flake < (26 + 46 * strength) * (1.5 - 0.8 * near); flake += 1) {
      path += dot(
        board.between(-60, width + 60),
        board.between(0, height),
        board.between(1.6, 2.6) + 4.2 * near * board.chance(),
      );
    }
    const fill = { fill: "#ffffff", opacity: (isDark ? 0.35 : 0.62) + 0.35 * near };
    const sway = fall(board, path, fill, 15_000 - 7600 * near, 0);
    board.part.loop(
      sway,
      { transform: ["translateX(-26px)", "translateX(26px)"] },
      { lasts: 3400 + 900 * near, easing: EASE.sway, returns: true },
    );
  }
}

/**
 * Let a sheet as high as the board fall without a seam.
 *
 * @param {Board} board
 * @param {string} path
 * @param {Record<string, string | number>} paint
 * @param {number} lasts
 * @param {number} aside
 */
function fall(board, path, paint, lasts, aside) {
  const outer = board.add("g");
  const sheet = outer.appendChild(board.add("g"));
  sheet.append(
    board.add("path", { d: path, ...paint }),
    board.add("path", { d: path, ...paint, transform: `translate(${-aside} ${-board.height})` }),
  );
  board.part.loop(
    sheet,
    { transform: ["translate(0px, 0px)", `translate(${aside}px, ${board.height}px)`] },
    { lasts, ahead: lasts / 3 },
  );
  return outer;
}

/** @param {Board} board @param {number} strength @param {number} [speed] */
export function drawClouds(board, strength, speed = 1) {
  const { width, height, isTall } = board;
  const many = Math.round(3 + 4 * strength);
  for (let index = 0; index < many; index += 1) {
    const size = board.between(0.75, 1.35) * (isTall ? 0.8 : 1);
    const x = width * ((isTall ? 0.1 : 0.52) + (index / many) * (isTall ? 0.95 : 0.5)) + board.between(-90, 90);
    const y = height * (isTall ? board.between(0.44, 0.6) : board.between(0.12, 0.46));
    const group = board.add("g", { opacity: board.between(0.7, 1) });
    group.append(cloud(board, x, y, size));
    board.part.loop(
      group,
      { transform: ["translateX(-40px)", "translateX(70px)"] },
      { lasts: (16_000 - 1400 * index) / speed, easing: EASE.sway, returns: true, ahead: 3000 * index },
    );
  }
}

/** @param {Board} board @param {number} x @param {number} y @param {number} size */
function cloud(board, x, y, size) {
  const { palette } = board;
  const puffs = [
    [-120, 8, 52],
    [-58, -26, 72],
    [28, -46, 92],
    [112, -12, 62],
    [168, 14, 40],
  ];
  const path = puffs.map(([dx, dy, r]) => dot(x + dx * size, y + dy * size, Math.round(r * size))).join("");
  const fill = board.linear([
    [0, palette.cloud, 0.95],
    [0.55, mix(palette.cloud, palette.middle, 0.35), 0.75],
    [0.86, palette.middle, 0],
  ]);
  return board.add("path", { d: path, fill });
}

/** @param {Board} board @param {string} [colour] */
export function drawFog(board, colour = board.palette.cloud) {
  const { width, height } = board;
  for (let band = 0; band < 6; band += 1) {
    const y = height * (0.4 + band * 0.1);
    const fill = board.radial([
      [0, colour, 0.85],
      [0.6, colour, 0.4],
      [1, colour, 0],
    ]);
    const shape = board.add("ellipse", {
      cx: width * board.between(0.2, 0.8),
      cy: y,
      rx: width * 0.72,
      ry: height * 0.085,
      fill,
    });
    const away = band % 2 ? 1 : -1;
    board.part.loop(
      shape,
      { transform: [`translateX(${-90 * away}px)`, `translateX(${110 * away}px)`] },
      { lasts: 9000 + 900 * band, easing: EASE.sway, returns: true, ahead: 2000 * band },
    );
  }
}

/** @param {Board} board */
export function drawWind(board) {
  const { width, height, isDark } = board;
  for (let gust = 0; gust < 9; gust += 1) {
    const [x, y, long] = [board.between(-0.2, 0.7) * width, board.between(0.3, 0.72) * height, board.between(260, 560)];
    const curl = `M${x} ${y}c${long * 0.3} -34 ${long * 0.6} 30 ${long} -6`;
    const line = board.add("path", {
      d: curl,
      fill: "none",
      stroke: isDark ? "#ffffff" : "#ffffff",
      "stroke-width": 3,
      "stroke-linecap": "round",
      opacity: isDark ? 0.3 : 0.75,
    });
    board.part.loop(
      line,
      { transform: ["translateX(-420px)", `translateX(${width}px)`] },
      { lasts: board.between(3200, 5200), ahead: board.between(0, 5000) },
    );
  }
}

/** One far, double flash every few seconds: slower than what may harm. @param {Board} board */
export function drawLightning(board) {
  const { width, height, isTall } = board;
  const [x, y] = isTall ? [width * 0.66, height * 0.42] : [width * 0.72, height * 0.2];
  const light = board.glow(x, y + 90, 560, "#fff7e0", 0.9);
  const bolt = board.add("path", { d: `M${x} ${y}l-54 132h40l-30 118 96 -152h-46l38 -98z`, fill: "#fff3cf" });
  for (const part of [light, bolt]) {
    part.setAttribute("opacity", part === bolt ? "0.95" : "0.5");
    const frames = { opacity: [0, 0, 0.95, 0.2, 0.8, 0, 0], offset: [0, 0.3, 0.33, 0.38, 0.43, 0.6, 1] };
    board.part.loop(part, frames, { lasts: 3400 });
  }
}
