/** The colours of a film: by the light of the hour, the sky, and the viewer's choice of a light or a dark page. */

import { mix } from "./draw.js";

/** @typedef {"dawn" | "morning" | "day" | "evening" | "dusk" | "night" | "calm"} Light */
/** @typedef {"clear" | "cloud" | "rain" | "snow" | "fog" | "thunder" | "wind" | "dust" | "unknown"} Weather */
/** @typedef {"light" | "dark"} Scheme */
/**
 * @typedef {object} Palette
 * @property {Scheme} scheme
 * @property {boolean} isNight whether stars may be seen
 * @property {string} top the sky overhead
 * @property {string} middle
 * @property {string} low the sky at the horizon
 * @property {string} land the nearest hills
 * @property {string} pine what grows on them
 * @property {string} glow sun, moon and what they touch
 * @property {string} cloud
 * @property {string} ink text
 * @property {string} accent
 */

/** @type {Record<Scheme, Record<Light, [top: string, middle: string, low: string, land: string, glow: string]>>} */
const SKIES = {
  light: {
    dawn: ["#bcc6e6", "#ecdbe4", "#ffd6bd", "#746f99", "#fff1dd"],
    morning: ["#a9cdec", "#e9e8e2", "#ffdfb4", "#5f7a8c", "#fff6df"],
    day: ["#93c8f0", "#cfe7f5", "#f7f2e2", "#547f86", "#fffdf2"],
    evening: ["#c4bfe8", "#fbdccb", "#ffc299", "#7d6687", "#fff0d2"],
    dusk: ["#aab0dc", "#d6c6e0", "#f6c9c0", "#5f5f8f", "#fff3e8"],
    night: ["#a9b6da", "#c6cfe7", "#e2e5f0", "#55648c", "#ffffff"],
    calm: ["#e3dcd8", "#f3e9df", "#fbdcc0", "#8f8390", "#fff8ea"],
  },
  dark: {
    dawn: ["#10173a", "#3a3262", "#8f5264", "#0b0e24", "#ffd9b8"],
    morning: ["#0d2345", "#2c4a6b", "#8c6450", "#081524", "#ffe2b0"],
    day: ["#0b2c50", "#1b4f73", "#4d7480", "#06192a", "#fff3cf"],
    evening: ["#1b1946", "#552f5a", "#9b4f40", "#110d25", "#ffc98f"],
    dusk: ["#11133c", "#322862", "#74426a", "#0b0c24", "#ffd5c4"],
    night: ["#060a1e", "#0f1b3d", "#243763", "#040712", "#e8efff"],
    calm: ["#15162b", "#28274a", "#6b4a59", "#0c0d1d", "#ffd9bd"],
  },
};

/**
 * What the weather does to the sky: towards which colour, and how far.
 *
 * @type {Record<Scheme, Partial<Record<Weather, [string, number]>>>}
 */
const VEILS = {
  light: {
    cloud: ["#d3dae2", 0.45],
    rain: ["#a9bccd", 0.72],
    snow: ["#c3d0e4", 0.55],
    fog: ["#dcdcda", 0.72],
    thunder: ["#b3b2ca", 0.74],
    wind: ["#cfdde2", 0.35],
    dust: ["#e2cfae", 0.6],
  },
  dark: {
    cloud: ["#252f3d", 0.4],
    rain: ["#15283b", 0.62],
    snow: ["#2a3a58", 0.5],
    fog: ["#3a3f47", 0.62],
    thunder: ["#1a1830", 0.72],
    wind: ["#1f3540", 0.35],
    dust: ["#4a3a26", 0.6],
  },
};

const INKS = { light: "#14172b", dark: "#faf5ea" };
const ACCENTS = { light: "#9c3d17", dark: "#ffb787" };

/**
 * The light by what the weather says of day and night, else by the part of the day.
 *
 * @type {Record<string, Record<string, Light>>}
 */
const LIGHTS = {
  true: { morning: "morning", afternoon: "day", evening: "evening", night: "dawn", day: "day" },
  false: { morning: "dawn", afternoon: "dusk", evening: "dusk", night: "night", day: "night" },
  null: { morning: "morning", afternoon: "day", evening: "evening", night: "night" },
};

/** @param {boolean | null} isDay @param {string} daypart @returns {Light} */
export function lightOf(isDay, daypart) {
  return LIGHTS[String(isDay)]?.[daypart] ?? "calm";
}

/** @param {Light} light @param {Weather} weather @param {Scheme} scheme @returns {Palette} */
export function paletteOf(light, weather, scheme) {
  const [veil, share] = VEILS[scheme][weather] ?? ["#000000", 0];
  const [top, middle, low, land, glow] = SKIES[scheme][light];
  const isDark = scheme === "dark";
  const sky = {
    top: mix(top, veil, share),
    middle: mix(middle, veil, share),
    low: mix(low, veil, share * (weather === "rain" ? 0.85 : 0.7)),
  };
  // Snow lies on the hills, not on the pines.
  const ground =
    weather === "snow" ? (isDark ? mix(sky.low, "#c9d8ff", 0.3) : "#f7f9fd") : mix(land, veil, share * 0.25);
  return {
    scheme,
    isNight: light === "night" || light === "dusk" || light === "dawn" || light === "calm",
    ...sky,
    land: ground,
    pine: weather === "snow" ? mix(land, sky.middle, 0.2) : ground,
    glow,
    cloud: isDark ? mix(sky.middle, "#c3cfe6", 0.24) : mix(sky.middle, "#ffffff", 0.78),
    ink: INKS[scheme],
    accent: ACCENTS[scheme],
  };
}
