/**
 * All motion of a film on one clock.
 *
 * The law of this file: an animation is made once, with its place in the film's time, and is then only played, paused
 * or sought together with all others; none starts by itself. A film that is sought to an instant therefore always
 * looks the same. Where motion is not wanted, what moves stands at its end, what loops rests, and only fades remain.
 */

/** @typedef {Record<string, (string | number)[]>} Frames each property's values, in turn */
/** @typedef {{at?: number, lasts?: number, easing?: string}} Span milliseconds of the film */

export const EASE = {
  out: "cubic-bezier(0.16, 1, 0.3, 1)",
  soft: "cubic-bezier(0.45, 0, 0.15, 1)",
  sway: "cubic-bezier(0.37, 0, 0.63, 1)",
};

export class Score {
  /** @type {Map<object, Animation[]>} by what they belong to */
  #parts = new Map();
  /** @type {number | null} the document's time at the film's zero, while it plays */
  #began = null;
  #rest = 0;

  /** @param {boolean} isStill no motion, only fades */
  constructor(isStill) {
    this.isStill = isStill;
  }

  get time() {
    return this.#began === null ? this.#rest : documentTime() - this.#began;
  }

  get isPlaying() {
    return this.#began !== null;
  }

  /**
   * What the animations of one owner are made with; times count from `from`.
   *
   * @param {object} owner
   * @param {number} from
   */
  part(owner, from) {
    return new Part(this, owner, from);
  }

  /** @param {object} owner @param {Animation} animation */
  add(owner, animation) {
    animation.persist();
    const own = this.#parts.get(owner) ?? [];
    own.push(animation);
    this.#parts.set(owner, own);
    this.#place(animation);
  }

  /** @param {object} owner */
  drop(owner) {
    for (const animation of this.#parts.get(owner) ?? []) animation.cancel();
    this.#parts.delete(owner);
  }

  play() {
    if (this.#began === null) this.#began = documentTime() - this.#rest;
    this.#placeAll();
  }

  pause() {
    this.#rest = this.time;
    this.#began = null;
    this.#placeAll();
  }

  /** @param {number} time */
  seek(time) {
    this.#rest = time;
    if (this.#began !== null) this.#began = documentTime() - time;
    this.#placeAll();
  }

  #placeAll() {
    for (const own of this.#parts.values()) for (const animation of own) this.#place(animation);
  }

  /** @param {Animation} animation */
  #place(animation) {
    if (this.#began !== null) {
      animation.startTime = this.#began;
      return;
    }
    animation.pause();
    animation.currentTime = this.#rest;
  }
}

/** The animations of one scene, or of one drawing of it. */
export class Part {
  #score;
  #owner;
  #from;

  /** @param {Score} score @param {object} owner @param {number} from */
  constructor(score, owner, from) {
    this.#score = score;
    this.#owner = owner;
    this.#from = from;
  }

  get isStill() {
    return this.#score.isStill;
  }

  /** Becomes visible; the one motion that is always there. @param {Element} element @param {Span} [span] */
  fade(element, span = {}) {
    this.#animate(element, { opacity: [0, 1] }, { lasts: 700, easing: "ease-out", ...span });
  }

  /** Becomes invisible. @param {Element} element @param {Span} [span] */
  vanish(element, span = {}) {
    this.#animate(element, { opacity: [1, 0] }, { lasts: 350, easing: "ease-in", ...span }, "forwards");
  }

  /** Becomes visible while it comes up a little. @param {Element} element @param {Span & {by?: number}} [span] */
  rise(element, { by = 28, ...span } = {}) {
    this.fade(element, { lasts: 900, ...span });
    this.move(element, { transform: [`translateY(${by}px)`, "none"] }, { lasts: 1100, ...span });
  }

  /** Moves once and stays there. @param {Element} element @param {Frames} frames @param {Span} [span] */
  move(element, frames, span = {}) {
    this.#animate(element, this.isStill ? lastOf(frames) : frames, { lasts: 1000, easing: EASE.out, ...span });
  }

  /**
   * Moves on and on from the film's beginning, so that it is under way when its scene begins.
   *
   * @param {Element} element
   * @param {Frames} frames
   * @param {{lasts: number, easing?: string, returns?: boolean, ahead?: number}} how
   */
  loop(element, frames, { lasts, easing = "linear", returns = false, ahead = 0 }) {
    if (this.isStill) return;
    /** @type {PlaybackDirection} */
    const direction = returns ? "alternate" : "normal";
    const timing = { duration: lasts, easing, direction, delay: -ahead, iterations: Infinity };
    this.#score.add(this.#owner, element.animate(/** @type {PropertyIndexedKeyframes} */ (frames), timing));
  }

  /** @param {Element} element @param {Frames} frames @param {Span} span @param {FillMode} [fill] */
  #animate(element, frames, { at = 0, lasts = 0, easing }, fill = "both") {
    const timing = { delay: this.#from + at, duration: lasts, easing, fill };
    this.#score.add(this.#owner, element.animate(/** @type {PropertyIndexedKeyframes} */ (frames), timing));
  }
}

/** What is moved stands at its end, from the beginning. @param {Frames} frames @returns {Frames} */
function lastOf(frames) {
  const rested = Object.entries(frames).map(([name, values]) => [
    name,
    [values[values.length - 1], values[values.length - 1]],
  ]);
  return Object.fromEntries(rested);
}

function documentTime() {
  return Number(document.timeline.currentTime ?? 0);
}
