/**
 * A payload as the film shows it: one view a scene, of nothing but checked values.
 *
 * What is null, missing, of another type or out of its bounds is not shown; each view says of itself what a viewer who
 * cannot see the film hears.
 *
 * @import {Opened, Payload, Value} from "../player.js"
 * @import {Light, Weather} from "./palette.js"
 */

import { lightOf } from "./palette.js";
import * as words from "./words.js";

/**
 * What is drawn: the part of a payload that the film reads.
 *
 * @typedef {object} Film
 * @property {Record<string, Value> | null} data
 * @property {Record<string, string>} [variants]
 * @property {Payload["signals"]} [signals]
 */
/** @typedef {{locale?: string, place?: string | null}} Setting what the device itself knows */
/** @typedef {{spoken: string, label: string, eyebrow: string}} Said */
/** @typedef {{greeting: string, degrees: string | null, condition: string, credit: string}} SkyWords */
/** @typedef {Said & SkyWords & {sky: Weather, strength: number, light: Light, hero: string}} SkyView */
/** @typedef {{name: string, line: string, price: string, shelf: string, invitation: string}} OfferWords */
/** @typedef {Said & OfferWords & {isScarce: boolean, hero: string, offer: string}} OfferView */
/** @typedef {Said & {points: string | null, unit: string, tier: string | null, line: string}} PointsView */
/** @typedef {"up" | "down" | "flat" | "unknown"} Mood */
/** @typedef {Said & {mood: Mood, figure: string, word: string, line: string}} PortfolioView */
/** @typedef {{sky: SkyView, offer: OfferView, points: PointsView, portfolio: PortfolioView}} Views */

const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const LONGEST_TIER = 24;

/** @param {Film | Opened} film @param {Setting} [setting] @returns {Views} */
export function viewsOf(film, setting = {}) {
  const read = new Reader(film.data ?? {}, film.variants ?? {}, setting);
  return { sky: skyOf(read, film.signals), offer: offerOf(read), points: pointsOf(read), portfolio: portfolioOf(read) };
}

/** The values of a payload, each null unless it is what it should be. */
class Reader {
  /** @param {Record<string, Value>} data @param {Record<string, string>} variants @param {Setting} setting */
  constructor(data, variants, { locale = "en-GB", place = null }) {
    this.data = data;
    this.variants = variants;
    this.locale = locale;
    this.place = place;
  }

  /** @param {string} field */
  text(field) {
    const value = this.data[field];
    return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
  }

  /** @param {string} field */
  number(field) {
    const value = this.data[field];
    return typeof value === "number" && Number.isFinite(value) ? value : null;
  }

  /** A number that travels as text, to be exact. @param {string} field */
  decimal(field) {
    const text = this.text(field);
    return text !== null && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null;
  }

  /** @param {string} field */
  truth(field) {
    const value = this.data[field];
    return typeof value === "boolean" ? value : null;
  }

  /** @param {number} value @param {Intl.NumberFormatOptions} [options] */
  format(value, options) {
    try {
      return new Intl.NumberFormat(this.locale, options).format(value);
    } catch {
      return null; // no such locale or currency
    }
  }
}

/** @param {Reader} read @param {Payload["signals"]} [signals] @returns {SkyView} */
function skyOf(read, signals) {
  const daypart = read.text("daypart") ?? "day";
  const today = read.text("today") ?? "";
  const [sky, strength, condition] = words.SKIES[read.text("sky") ?? ""] ?? ["unknown", 0, ""];
  const temperature = read.number("temperature");
  const degrees = temperature === null ? null : `${Math.round(temperature) || 0}`.replace("-", "\u2212");
  const day = WEEKDAYS.includes(today) ? words.capital(today) : "Today";
  const light = lightOf(read.truth("is_day"), daypart);
  const weather = [condition, degrees === null ? "" : `${degrees} degrees Celsius`].filter(Boolean).join(", ");
  const spoken = [words.greeting(daypart), `${day}${read.place ? `, ${read.place}` : ""}.`, weather && `${weather}.`];
  return {
    eyebrow: [day, read.place].filter(Boolean).join("  \u00b7  "),
    greeting: words.greeting(daypart),
    degrees,
    condition: condition || (degrees === null ? `A few things, kept for you.` : ""),
    credit: sky === "unknown" && degrees === null ? "" : (signals?.weather?.attribution?.text ?? ""),
    sky,
    strength,
    light,
    hero: read.variants.hero ?? "classic",
    spoken: spoken.filter(Boolean).join(" "),
    label: `${condition || "A calm sky"} over quiet hills`,
  };
}

/** @param {Reader} read @returns {OfferView} */
function offerOf(read) {
  const { hero = "classic", offer = "see_in_store" } = read.variants;
  const [eyebrow, line] = words.heroWords(hero);
  const [amount, currency] = [read.decimal("price"), read.text("currency")];
  const isPriced = amount !== null && amount >= 0 && currency !== null;
  const price = isPriced ? (read.format(amount, { style: "currency", currency }) ?? "") : "";
  const count = read.number("stock_left");
  const left = Number.isInteger(count) ? count : null;
  const availability = read.text("availability");
  const shelf = words.shelfWords(availability, left);
  const invitation = words.invitation(offer);
  const said = [words.PRODUCT, price, shelf, invitation].filter(Boolean).join(". ");
  return {
    eyebrow,
    name: words.PRODUCT,
    line,
    price,
    shelf,
    isScarce: availability === "LimitedAvailability",
    invitation,
    hero,
    offer,
    spoken: `${eyebrow}: ${said}.`,
    label: `${words.PRODUCT}, standing by itself`,
  };
}

/** @param {Reader} read @returns {PointsView} */
function pointsOf(read) {
  const known = read.number("points");
  // A refund may leave a balance below nothing; what can be spent is never less than none.
  const points = known === null ? null : read.format(Math.max(0, known), { maximumFractionDigits: 2 });
  const tier = read.text("tier")?.slice(0, LONGEST_TIER) ?? null;
  const unit = points === "1" ? "point" : "points";
  const isKnown = points !== null || tier !== null;
  const line = words.circleLine(known, tier);
  const said = points === null ? line : `You have ${points} ${unit}.`;
  return {
    eyebrow: `The ${words.BRAND} Circle`,
    points,
    unit,
    tier,
    line,
    spoken: [`The ${words.BRAND} Circle.`, tier && `${tier} member.`, !isKnown && "Join the Circle.", said]
      .filter(Boolean)
      .join(" "),
    label: tier ? `A seal that reads ${tier}` : isKnown ? "Rings of light" : "A ring of light, open on one side",
  };
}

/** @param {Reader} read @returns {PortfolioView} */
function portfolioOf(read) {
  const when = words.when(read.text("daypart") ?? "day");
  const eyebrow = `Your portfolio, ${when}`;
  const asked = read.text("mood") ?? "unknown";
  const known = words.moodWords(asked);
  if (known === null) {
    const line = "Open it when you are ready.";
    const label = "A calm, level horizon";
    return {
      eyebrow: "Your portfolio",
      mood: "unknown",
      figure: "",
      word: "There when you want it.",
      line,
      spoken: `Your portfolio. ${line}`,
      label,
    };
  }
  const [word, spoken] = known;
  const percent = read.decimal("change_pct");
  const figure = percent === null ? "" : percentText(read, percent);
  const basis = words.basisWords(read.text("basis") ?? "");
  const mood = /** @type {PortfolioView["mood"]} */ (asked);
  const line = (figure ? [word, basis] : [words.capital(basis)]).filter(Boolean).join(", ");
  const said = [
    `Your portfolio ${spoken}`,
    figure && asked !== "flat" ? `by ${figure.replace(/^[+\u2212]/, "")}` : "",
    basis,
  ];
  const label = { up: "A line that rises to the light", down: "A line that falls", flat: "A level line", unknown: "" }[
    mood
  ];
  return {
    eyebrow,
    mood,
    figure,
    word: `${word}.`,
    line: line && `${line}.`,
    spoken: `${said.filter(Boolean).join(" ")}.`,
    label,
  };
}

/**
 * With a sign and two decimals, and no sign before what rounds to nothing.
 *
 * @param {Reader} read
 * @param {number} percent
 */
function percentText(read, percent) {
  const two = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  const size = read.format(Math.abs(percent), two) ?? "";
  const sign = Math.abs(percent) < 0.005 ? "" : percent > 0 ? "+" : "\u2212";
  return size && `${sign}${size}\u202f%`;
}
