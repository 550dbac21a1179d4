/** Gateways that are none: raw sockets that say what a test has them say, and remember what they were asked. */
import { createServer } from "node:net";

export const DEFAULTS = {
  template: "morning",
  version: 3,
  data: { temperature: null, price: null, left: null, mood: "unknown", today: "today" },
  variants: { hero: "classic" },
  complete: false,
};

export const PAYLOAD = {
  open: "01KAV1M7Z2QK5W8N3E6R9T4B0X",
  template: "morning",
  version: 3,
  data: { temperature: 4.3, price: null, left: null, mood: "unknown", today: "mañana" },
  variants: { hero: "rainy" },
  signals: {
    weather: { status: "live", took_ms: 12, source: "open-meteo" },
    stock: { status: "default", reason: "timeout", took_ms: 50, source: "shopify" },
    portfolio: { status: "default", reason: "timeout", took_ms: 50, source: "portfolio" },
  },
  defaulted: { price: "timeout", left: "timeout", mood: "timeout" },
  complete: false,
  budget: { total_ms: 60, reserve_ms: 5, used_ms: 12 },
};

export const OFFER = {
  data: { price: "19.90 €", left: 22 },
  signals: { stock: { status: "live", took_ms: 700, source: "shopify" } },
  defaulted: ["price", "left"],
  complete: false,
};

export const MOOD = {
  data: { mood: "up" },
  signals: { portfolio: { status: "live", took_ms: 900, source: "portfolio" } },
  defaulted: ["mood"],
  complete: true,
};

/** A stream as the gateway writes it. */
export const STREAM = [
  `event: payload\ndata: ${JSON.stringify(PAYLOAD)}\n\n`,
  ": still here\n\n",
  `id: 1\nevent: patch\ndata: ${JSON.stringify(OFFER)}\n\n`,
  `id: 2\nevent: patch\ndata: ${JSON.stringify(MOOD)}\n\n`,
  "event: end\ndata: {}\n\n",
].join("");

/** What is left of a head and a body as bytes. */
export function reply(body, { status = "200 OK", type = "application/json", more = "" } = {}) {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const head = `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${bytes.length}\r\n${more}\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

/** The head of a stream that ends with its connection. */
export const STREAMING = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

/** The head of a stream as the gateway writes it, and a part of that: what is cut off is seen to be. */
export const CHUNKED = STREAMING.replace("Connection: close", "Transfer-Encoding: chunked");
export const chunk = (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
export const LAST_CHUNK = "0\r\n\r\n";

/** A server for one test; `answer(socket, request)` is called once a request is here whole. */
export async function standIn(test, answer) {
  const sockets = new Set();
  const requests = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    let heard = "";
    socket.on("data", (bytes) => {
      heard += bytes;
      const [head, body] = heard.split("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (body === undefined || Buffer.byteLength(body) < length) return;
      heard = "";
      const [line, ...headers] = head.split("\r\n");
      const request = { line, headers: new Headers(headers.map((one) => one.split(/: (.*)/s, 2))), body };
      requests.push(request);
      answer(socket, request);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  test.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${server.address().port}`, requests, sockets };
}

/** A `fetch` whose answer comes in exactly these chunks. */
export function inChunks(chunks, type = "text/event-stream") {
  const pieces = chunks.map((one) => (typeof one === "string" ? new TextEncoder().encode(one) : one));
  const body = () =>
    new ReadableStream({ pull: (to) => (pieces.length ? to.enqueue(pieces.shift()) : to.close()) }, { highWaterMark: 0 });
  return async () => new Response(body(), { headers: { "Content-Type": type } });
}

/** The options of an open, and what it told. */
export function watched(more) {
  const seen = { patches: [], payloads: [], timings: [] };
  const ended = new Promise((resolve) => (seen.resolve = resolve));
  const onTiming = (timing) => {
    seen.timings.push(timing);
    if (timing.ended !== null) seen.resolve();
  };
  const onPatch = (patch, payload) => {
    seen.patches.push(patch);
    seen.payloads.push(payload);
  };
  const options = { gateway: "", template: "morning", defaults: DEFAULTS, budgetMs: 1500, onPatch, onTiming, ...more };
  return { options, seen, ended };
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
