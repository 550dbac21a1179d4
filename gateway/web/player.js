/**
 * The player's side of one open: asks the gateway once, and resolves in time with something to show.
 *
 * The law of this file: `open` resolves once, within budget and grace, and never rejects. What it resolved with does
 * not change; a late patch makes a new payload. Variants never change. Nothing is kept but, for the life of the page,
 * which gateways' streams are held back on the way. The ticket travels in the body of that one request.
 *
 * @import {FromGateway, Nothing, Opened, Options, Patch, Payload, Timing, Why} from "./player.d.ts"
 */

const BUDGET_MS = 400;
const GRACE_MS = 150;
const LATE_MS = 30_000;
const TOGETHER_MS = 50; // payload and end within this, and both late: they were held back
const MOST_CHARACTERS = 1 << 20; // of an answer, or of one event

/** @type {Set<string>} */
const heldBack = new Set();

/** @type {typeof import("./player.d.ts").open} */
export function open(options) {
  return new Opening(options).first;
}

/** Why there is no payload. */
class Miss extends Error {
  /** @param {Why} why @param {number} [status] */
  constructor(why, status) {
    super(why);
    this.why = why;
    this.status = status;
  }
}

class Opening {
  /** @type {(opened: Opened) => void} */
  #resolve = () => {};
  /** @type {Payload | Nothing | null} */
  #shown = null;
  #isOver = false;
  #isStream = false;
  #abort = new AbortController();
  #options;
  #budget;
  #timer;
  /** @type {Promise<void> | null} the caller has what `open` resolved with */
  #told = null;
  /** @type {Timing} */
  #timing = {
    started: performance.now(),
    headers: null,
    payload: null,
    opened: 0,
    patches: [],
    ended: null,
    server: [],
    buffered: false,
  };

  /** @param {Options} options */
  constructor(options) {
    const { budgetMs = BUDGET_MS, graceMs = GRACE_MS, signal } = options;
    this.#options = options;
    this.#budget = budgetMs;
    /** @type {Promise<Opened>} */
    this.first = new Promise((resolve) => (this.#resolve = resolve));
    this.#timer = setTimeout(() => this.#giveUp("slow"), budgetMs + graceMs);
    signal?.addEventListener("abort", this.#onAbort);
    if (signal?.aborted) this.#onAbort();
    else this.#run();
  }

  #onAbort = () => {
    this.#giveUp("aborted");
    this.#end();
  };

  async #run() {
    const policy = watchPolicy(this.#options.gateway);
    try {
      const response = await this.#send();
      this.#timing.headers = this.#now();
      this.#timing.server = metrics(response.headers.get("server-timing") ?? "");
      this.#isStream = /^text\/event-stream\b/i.test(response.headers.get("content-type") ?? "");
      if (!response.ok) throw new Miss("refused", response.status);
      for await (const { name, data } of this.#isStream ? events(response) : whole(response)) {
        if (this.#told) await this.#told;
        if (this.#isOver || name === "end") break;
        if (name === "payload") this.#onPayload(read(data));
        if (name === "patch" && this.#timing.payload !== null) this.#onPatch(read(data));
      }
      if (this.#timing.payload === null) throw new Miss("garbage");
    } catch (error) {
      if (error instanceof Miss) this.#giveUp(error.why, error.status);
      else this.#giveUp((await policy.isViolated()) ? "blocked" : "unreachable");
    } finally {
      policy.end();
      if (this.#told) await this.#told;
      this.#end();
    }
  }

  /** One simple request: no preflight, no cookie, no redirect that would carry the ticket elsewhere. */
  #send() {
    const { gateway, template, version, ticket, context, onPatch, fetch = globalThis.fetch } = this.#options;
    const asked = { template, version, ticket: ticket ?? undefined, budget_ms: this.#budget, context };
    let body;
    try {
      body = JSON.stringify(asked);
    } catch (error) {
      surface(error); // the caller's own slip; the viewer still gets something to show
      throw new Miss("unreachable");
    }
    return fetch(`${gateway.replace(/\/+$/, "")}/v1/open`, {
      method: "POST",
      body,
      headers: { Accept: onPatch && !heldBack.has(gateway) ? "text/event-stream" : "application/json" },
      mode: "cors",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      priority: "high",
      signal: this.#abort.signal,
    });
  }

  /** @param {any} payload */
  #onPayload(payload) {
    if (this.#timing.payload !== null) return;
    if (!isPayload(payload, this.#options)) throw new Miss("garbage");
    this.#timing.payload = this.#now();
    if (this.#shown === null) {
      const { template, version, data, variants, signals, defaulted, complete } = payload;
      this.#show({ source: "gateway", template, version, data, variants, signals, defaulted, complete });
      return;
    }
    // Too late to be the answer: what it knows enters as a patch, and the variants stay.
    this.#timing.buffered = this.#isStream && payload.budget?.used_ms <= this.#budget;
    const known = Object.keys(this.#shown.data ?? {});
    const defaulted = known.filter((name) => !Object.hasOwn(payload.defaulted, name));
    const data = Object.fromEntries(defaulted.map((name) => [name, payload.data[name]]));
    this.#onPatch({ data, signals: payload.signals, defaulted, complete: payload.complete }, payload.defaulted);
  }

  /** @param {any} patch @param {Record<string, string>} [reasons] why the rest shows its default, where that is new */
  #onPatch(patch, reasons) {
    const shown = this.#shown;
    if (!shown?.data || !isPatch(patch, shown.data)) return;
    const defaulted = { ...(reasons ?? shown.defaulted) };
    for (const name of patch.defaulted) delete defaulted[name];
    const now = {
      ...shown,
      data: { ...shown.data, ...patch.data },
      signals: { ...shown.signals, ...patch.signals },
      defaulted,
      complete: patch.complete,
    };
    this.#shown = now;
    this.#timing.patches.push(this.#now());
    tell(() => this.#options.onPatch?.(patch, now));
  }

  /** @param {Why} why @param {number} [status] */
  #giveUp(why, status) {
    if (this.#shown !== null) return;
    const shown = fallback(this.#options, why, status);
    this.#show(shown);
    if (why !== "slow" || !shown.data || !this.#options.onPatch) this.#end();
  }

  /** @param {Payload | Nothing} shown */
  #show(shown) {
    this.#shown = shown;
    this.#timing.opened = this.#now();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#end, (this.#options.lateMs ?? LATE_MS) - this.#timing.opened);
    this.#resolve({ ...shown, close: this.#end });
    this.#told = new Promise((resolve) => setTimeout(resolve)).then(() => this.#tellTiming());
  }

  #end = () => {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#abort.abort();
    const timing = this.#timing;
    timing.ended = this.#now();
    timing.buffered &&= timing.payload !== null && timing.ended - timing.payload < TOGETHER_MS;
    if (timing.buffered) heldBack.add(this.#options.gateway);
    this.#told?.then(() => this.#tellTiming());
  };

  #tellTiming() {
    const { patches, server, ...rest } = this.#timing;
    tell(() => this.#options.onTiming?.({ ...rest, patches: [...patches], server: [...server] }));
  }

  #now() {
    return performance.now() - this.#timing.started;
  }
}

/** @param {Options} options @param {Why} why @param {number} [status] @returns {Payload | Nothing} */
function fallback({ template, defaults }, why, status) {
  const missed = { why, ...(status === undefined ? {} : { status }) };
  if (!isRecord(defaults) || defaults.template !== template || !isRecord(defaults.data)) {
    const empty = { data: null, variants: {}, signals: {}, defaulted: {} };
    return { source: "none", template, ...empty, complete: false, ...missed };
  }
  const { version, data, variants } = defaults;
  const defaulted = Object.fromEntries(Object.keys(data).map((name) => [name, why]));
  return { source: "defaults", template, version, data, variants, signals: {}, defaulted, complete: false, ...missed };
}

/** An answer that is no stream, as one event. @param {Response} response */
async function* whole(response) {
  let data = "";
  for await (const text of texts(response)) if ((data += text).length > MOST_CHARACTERS) throw new Miss("garbage");
  yield { name: "payload", data };
}

/** The events of a stream; one that it does not end is none. @param {Response} response */
async function* events(response) {
  let rest = "";
  let event = { name: "message", data: "" };
  for await (const text of texts(response)) {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/); // a CR at the end may be half of a CRLF: it waits
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      if (field === "event") event.name = value;
      if (field === "data") event.data += (event.data && "\n") + value;
      if (line !== "") continue;
      if (event.data) yield event;
      event = { name: "message", data: "" };
    }
    if (rest.length + event.data.length > MOST_CHARACTERS) throw new Miss("garbage");
  }
  if (rest === "\r" && event.data) yield event;
}

/** The body as text, whatever the chunks. @param {Response} response */
async function* texts({ body }) {
  if (!body) return;
  const reader = body.getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  /** @param {Uint8Array} [bytes] */
  const decoded = (bytes) => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      throw new Miss("garbage");
    }
  };
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield decoded(part.value);
    yield decoded();
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** @param {string} text */
function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Miss("garbage");
  }
}

/** @param {unknown} value @returns {value is Record<string, any>} */
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {unknown} payload @param {Options} options @returns {payload is FromGateway & {budget?: any}} */
function isPayload(payload, { template, version, defaults }) {
  return (
    isRecord(payload) &&
    payload.template === template &&
    (version === undefined || payload.version === version) &&
    [payload.data, payload.variants, payload.signals, payload.defaulted].every(isRecord) &&
    typeof payload.complete === "boolean" &&
    Object.keys(defaults?.data ?? {}).every((name) => Object.hasOwn(payload.data, name))
  );
}

/** @param {unknown} patch @param {Record<string, unknown>} shown @returns {patch is Patch} */
function isPatch(patch, shown) {
  return (
    isRecord(patch) &&
    isRecord(patch.data) &&
    isRecord(patch.signals) &&
    Array.isArray(patch.defaulted) &&
    typeof patch.complete === "boolean" &&
    Object.keys(patch.data).every((name) => Object.hasOwn(shown, name))
  );
}

/** The metrics of a `Server-Timing` header. @param {string} header @returns {Timing["server"]} */
function metrics(header) {
  return [...header.matchAll(/([\w.-]+)((?:\s*;\s*\w+=(?:"[^"]*"|[^\s;,"]*))*)/g)].map(([, name, rest]) => ({
    name,
    duration: Number(/dur=([\d.]+)/.exec(rest)?.[1] ?? 0),
    description: /desc="?([^";]*)/.exec(rest)?.[1].trim() ?? "",
  }));
}

/** Whether the page's own policy forbade the call: a browser tells it by an event. @param {string} gateway */
function watchPolicy(gateway) {
  const page = globalThis.document;
  let isViolated = false;
  /** @param {SecurityPolicyViolationEvent} event */
  const hear = ({ effectiveDirective, disposition, blockedURI }) => {
    const isOurs = blockedURI.startsWith(new URL(gateway, page.baseURI).origin);
    isViolated ||= isOurs && effectiveDirective === "connect-src" && disposition === "enforce";
  };
  page?.addEventListener("securitypolicyviolation", hear);
  return {
    isViolated: async () => {
      if (page) await new Promise((resolve) => setTimeout(resolve)); // the failure may come before the event
      return isViolated;
    },
    end: () => page?.removeEventListener("securitypolicyviolation", hear),
  };
}

/** Call the caller's own function; what it throws is its page's error, not ours. @param {() => void} call */
function tell(call) {
  try {
    call();
  } catch (error) {
    surface(error);
  }
}

/** @param {unknown} error */
function surface(error) {
  setTimeout(() => {
    throw error;
  });
}
