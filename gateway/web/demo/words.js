/** What the film says: a payload in, words out. Nothing is said that the payload does not carry. */

/** @typedef {import("./palette.js").Weather} Weather */

export const BRAND = "Larkmoor";
export const PRODUCT = "The Dawn Flask";

/**
 * Each condition of the weather: how it is drawn, how strongly, and what it is called.
 *
 * @type {Record<string, [Weather, number, string]>}
 */
export const SKIES = {
  clear: ["clear", 0, "Clear skies"],
  mainly_clear: ["clear", 0.3, "Mostly clear"],
  partly_cloudy: ["cloud", 0.45, "Partly cloudy"],
  overcast: ["cloud", 1, "Overcast"],
  fog: ["fog", 1, "Fog"],
  drizzle: ["rain", 0.4, "Drizzle"],
  freezing_drizzle: ["rain", 0.4, "Freezing drizzle"],
  rain: ["rain", 1, "Rain"],
  freezing_rain: ["rain", 0.9, "Freezing rain"],
  rain_showers: ["rain", 0.8, "Passing showers"],
  sleet: ["snow", 0.6, "Sleet"],
  snow: ["snow", 1, "Snow"],
  snow_grains: ["snow", 0.5, "Fine snow"],
  snow_showers: ["snow", 0.8, "Snow showers"],
  thunderstorm: ["thunder", 1, "Thunderstorms"],
  thunderstorm_hail: ["thunder", 1, "Thunder and hail"],
  wind: ["wind", 1, "Windy"],
  dust: ["dust", 1, "Dust in the air"],
  smoke: ["dust", 1, "Smoke in the air"],
};

/** @type {Record<string, string>} */
const GREETINGS = {
  morning: "Good morning.",
  afternoon: "Good afternoon.",
  evening: "Good evening.",
  night: "A still night.",
};

/** @type {Record<string, string>} */
const WHEN = { morning: "this morning", afternoon: "this afternoon", evening: "this evening", night: "tonight" };

/** Per hero: above the product's name, and below. @type {Record<string, [string, string]>} */
const HEROES = {
  rainy: ["For the wet way in", "Sealed twice. The rain stays outside."],
  snowy: ["For cold hands", "Twelve hours warm, in any snow."],
  sunny: ["For the long way round", "Take the bright side of the street."],
  classic: ["From the house", "Made to be carried every day."],
};

/** What a shop says, in the few words that are true of it. @type {Record<string, string>} */
const SHELVES = {
  InStock: "In stock",
  OnlineOnly: "In stock online",
  InStoreOnly: "In our stores",
  LimitedAvailability: "The last ones",
  BackOrder: "Order now, sent soon",
  PreOrder: "Ready to pre-order",
  PreSale: "Ready to pre-order",
  MadeToOrder: "Made to order",
  OutOfStock: "Sold out for now",
  SoldOut: "Sold out for now",
  Reserved: "Reserved",
  Discontinued: "Now a collector's piece",
};

/** @type {Record<string, string>} */
const INVITATIONS = {
  last_ones: "Yours, while it lasts",
  in_stock: "Ready when you are",
  see_in_store: "See it in store",
};

/** @type {Record<string, string>} */
const BASES = { today: "so far today", last_close: "at the last close" };

/** @type {Record<string, [word: string, spoken: string]>} */
const MOODS = { up: ["Up", "is up"], down: ["Down", "is down"], flat: ["Level", "is level"] };

/** @param {string} daypart */
export const greeting = (daypart) => GREETINGS[daypart] ?? "Hello.";

/** @param {string} daypart */
export const when = (daypart) => WHEN[daypart] ?? "today";

/** @param {string} hero */
export const heroWords = (hero) => HEROES[hero] ?? HEROES.classic;

/** @param {string} offer */
export const invitation = (offer) => INVITATIONS[offer] ?? INVITATIONS.see_in_store;

/**
 * How the shelf stands; nothing where nothing is known. "Only so many" is said of a real count of a scarce article.
 *
 * @param {string | null} availability
 * @param {number | null} left
 */
export function shelfWords(availability, left) {
  if (availability === null) return "";
  if (availability === "LimitedAvailability" && left !== null && left > 0) return `Only ${left} left`;
  if (availability === "InStock" && left !== null && left > 0) return `${left} in stock`;
  return SHELVES[availability] ?? "";
}

/**
 * What stands under a member's points, or in place of them.
 *
 * @param {number | null} points
 * @param {string | null} tier
 */
export function circleLine(points, tier) {
  if (points !== null) return points > 0 ? "yours to spend." : "and a good place to start.";
  return tier === null ? "Mornings add up here. Come in." : "Good to see you again.";
}

/** @param {string} basis */
export const basisWords = (basis) => BASES[basis] ?? "";

/** @param {string} mood */
export const moodWords = (mood) => MOODS[mood] ?? null;

/** @param {string} text */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
