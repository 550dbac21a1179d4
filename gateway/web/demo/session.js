/**
 * What a film is opened with: whom it is for, the ticket, and the defaults that the page carries in itself.
 *
 * @import {Defaults} from "../player.js"
 */

/** @typedef {{id: string, name: string, about: string}} Persona */
/**
 * @typedef {object} Session
 * @property {string} template
 * @property {number} [version]
 * @property {string | null} ticket
 * @property {Record<string, any>} context
 * @property {number} [budgetMs]
 * @property {Defaults} defaults
 */

const PATIENCE_MS = 1500;

/**
 * The template's document of defaults, as a brand's page carries it: the film needs nothing else to play.
 *
 * @type {Defaults}
 */
const DEFAULTS = {
  template: "morning",
  version: 3,
  data: {
    temperature: null,
    sky: "unknown",
    is_day: null,
    stock_left: null,
    price: null,
    currency: null,
    availability: null,
    points: null,
    tier: null,
    mood: "unknown",
    change_pct: null,
    basis: "unknown",
    today: "today",
    daypart: "day",
  },
  variants: { hero: "classic", offer: "see_in_store" },
  complete: false,
};

/**
 * The session of one viewer; without a gateway, or where it has none to give, somebody whom nobody knows.
 *
 * @param {string} [persona]
 * @returns {Promise<Session>}
 */
export async function sessionOf(persona) {
  const asked = persona ? `?persona=${encodeURIComponent(persona)}` : "";
  const session = await fetched(`./session${asked}`);
  if (typeof session?.template === "string" && session.defaults?.data) return session;
  const { locale, timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return { template: DEFAULTS.template, ticket: null, context: { locale, timezone: timeZone }, defaults: DEFAULTS };
}

/** Who may be chosen; nobody where there is no choice. @returns {Promise<Persona[]>} */
export async function personas() {
  const listed = (await fetched("./personas"))?.personas;
  return Array.isArray(listed)
    ? listed.filter(({ id, name }) => typeof id === "string" && typeof name === "string")
    : [];
}

/** Where the viewer is, as the device itself says it. @param {Record<string, any>} context */
export function placeText(context) {
  const { lat, lon } = context?.place ?? {};
  if (!Number.isFinite(lat) || !Number.isFinite(lon)) return null;
  const degrees = (/** @type {number} */ value, /** @type {string} */ signs) =>
    `${Math.abs(value).toFixed(1)}\u00b0\u202f${signs[value < 0 ? 1 : 0]}`;
  return `${degrees(lat, "NS")} ${degrees(lon, "EW")}`;
}

/** @param {string} path @returns {Promise<any>} null where there is none */
async function fetched(path) {
  try {
    const response = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
