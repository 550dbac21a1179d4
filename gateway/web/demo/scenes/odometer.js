/** A number that counts up by rolling its digits: its width is that of its last state from the beginning. */

import { html } from "../draw.js";

/** @import {Part} from "../score.js" */

const ROUNDS = 10; // digits on a wheel

/**
 * The wheels that show a formatted number; what is no digit stands still. Its text has to
 * stand beside them, for who cannot see.
 *
 * @param {Part} part
 * @param {string} text
 * @param {number} at
 */
export function odometer(part, text, at) {
  const wheels = html("span", { class: "wheels", "aria-hidden": "true" });
  const digits = [...text].filter(isDigit).length;
  let turned = 0;
  for (const sign of text) {
    if (!isDigit(sign)) {
      wheels.append(html("span", { class: "sign" }, sign));
      continue;
    }
    const wheel = html("span", { class: "wheel" });
    // The first digit rolls to its value once, each later one a whole round more.
    const steps = Number(sign) + (turned > 0 || digits === 1 ? ROUNDS * Math.min(turned, 2) : 0);
    for (let step = 0; step <= steps; step += 1) wheel.append(html("span", {}, String(step % ROUNDS)));
    part.move(wheel, { transform: ["none", `translateY(${-steps}em)`] }, { at: at + 90 * turned, lasts: 1900 });
    wheels.append(html("span", { class: "window" }, wheel));
    turned += 1;
  }
  return wheels;
}

/** @param {string} sign */
function isDigit(sign) {
  return /^[0-9]$/.test(sign);
}
