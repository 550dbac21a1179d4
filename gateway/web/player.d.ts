/** The player's side of one open: asked once, answered in time, whatever happens to the gateway. */

/** A value of a payload. */
export type Value = null | boolean | number | string | Value[] | { [name: string]: Value };

/** How one signal came, as the gateway tells it. */
export interface SignalEntry {
  status: "live" | "fresh" | "stale" | "default";
  reason?: string;
  as_of?: string;
  age_ms?: number;
  took_ms: number;
  source: string;
  attribution?: { text: string; url: string };
}

/** The document of `GET /v1/templates/{id}/defaults`, carried inline by the page. */
export interface Defaults {
  template: string;
  version: number;
  data: Record<string, Value>;
  variants: Record<string, string>;
  complete: false;
}

/** What came late: each field it names replaces the old value whole. Variants never change. */
export interface Patch {
  data: Record<string, Value>;
  signals: Record<string, SignalEntry>;
  /** The fields that show their default no longer. */
  defaulted: string[];
  complete: boolean;
}

/**
 * Why the gateway's answer is not shown:
 * `unreachable` no connection, or one that broke, or an answer that this page may not read;
 * `blocked` the page's own Content-Security-Policy forbids the call; `slow` nothing whole within the budget and the
 * grace; `refused` an HTTP status that is no 2xx; `garbage` an answer that is no payload of this template; `aborted`
 * the caller's signal.
 */
export type Why = "unreachable" | "blocked" | "slow" | "refused" | "garbage" | "aborted";

/** What every payload has, wherever it is from. */
interface Shown {
  data: Record<string, Value>;
  variants: Record<string, string>;
  signals: Record<string, SignalEntry>;
  /** Each field that shows its default, and why: the gateway's reason, or this player's. */
  defaulted: Record<string, string>;
  complete: boolean;
}

/** The gateway's answer. */
export interface FromGateway extends Shown {
  source: "gateway";
  template: string;
  version: number;
}

/** The inline defaults, because the gateway did not answer. */
export interface FromDefaults extends Shown {
  source: "defaults";
  template: string;
  version: number;
  why: Why;
  /** The HTTP status of a refusal. */
  status?: number;
}

/** Nothing: the gateway did not answer, and no defaults of this template were given. */
export interface Nothing {
  source: "none";
  template: string;
  data: null;
  variants: Record<string, never>;
  signals: Record<string, never>;
  defaulted: Record<string, never>;
  complete: false;
  why: Why;
  status?: number;
}

export type Payload = FromGateway | FromDefaults;

/** A payload, or nothing, and the end of listening for what comes late. */
export type Opened = (Payload | Nothing) & { close(): void };

/** Where the time went: milliseconds since `started`, null for what did not happen. */
export interface Timing {
  /** `performance.now()` at the call. */
  started: number;
  headers: number | null;
  /** When the gateway's payload was here, in time or not. */
  payload: number | null;
  /** When `open` resolved. */
  opened: number;
  /** When each patch was applied. */
  patches: number[];
  ended: number | null;
  /** The metrics of the `Server-Timing` header, where this page may read it. */
  server: { name: string; duration: number; description: string }[];
  /** Something between gateway and page held the stream back; the next open of this page asks for plain JSON. */
  buffered: boolean;
}

export interface Options {
  /** The origin of the gateway, with a path where a proxy gives it one; "" is the page's own. */
  gateway: string;
  template: string;
  version?: number;
  /** The signed ticket. It travels in the body alone. */
  ticket?: string | null;
  context?: Record<string, unknown>;
  /** The time that the gateway may take; 400. */
  budgetMs?: number;
  /** What the network may take on top of it; 150. */
  graceMs?: number;
  /** How long to listen for what comes late, at most; 30 000. */
  lateMs?: number;
  defaults?: Defaults | null;
  /** Called for each late signal, after `open` has resolved, with the whole payload as it is now. */
  onPatch?: (patch: Patch, payload: Payload) => void;
  /** Called when `open` resolves, and once more when nothing can come any more. */
  onTiming?: (timing: Timing) => void;
  /** Ends everything: before the answer `open` resolves with the defaults, after it no patch is delivered. */
  signal?: AbortSignal | null;
  /** Another `fetch`. */
  fetch?: typeof globalThis.fetch;
}

/**
 * One Moment of Open. Resolves within `budgetMs + graceMs`, and never rejects.
 */
export function open(options: Options): Promise<Opened>;
