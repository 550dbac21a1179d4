import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { test } from "node:test";

import { open } from "../../../gateway/web/player.js";
import { chunk, CHUNKED, DEFAULTS, PAYLOAD, pause, reply, standIn, STREAM, STREAMING } from "./stand_in.js";

const QUICK = { template: "morning", budgetMs: 60, graceMs: 60 };
const ROOMY = { template: "morning", budgetMs: 1500, graceMs: 500 };
const { open: _id, budget: _budget, ...SHOWN } = PAYLOAD;

/** An open without its end. */
async function opened(options) {
  const { close, ...rest } = await open(options);
  assert.equal(typeof close, "function");
  return rest;
}

test("a good answer is shown as it came", async (t) => {
  const { url } = await standIn(t, (socket) => socket.write(reply(PAYLOAD)));

  assert.deepEqual(await opened({ ...ROOMY, gateway: url }), { source: "gateway", ...SHOWN });
  assert.deepEqual(await opened({ ...ROOMY, gateway: `${url}/`, version: 3 }), { source: "gateway", ...SHOWN });
});

test("the request is one that no browser asks about first, and the ticket is in its body alone", async (t) => {
  const { url, requests } = await standIn(t, (socket) => socket.write(reply(PAYLOAD)));
  const context = { locale: "en-GB", place: { lat: 51.51, lon: -0.13 } };
  await open({ ...ROOMY, gateway: url, ticket: "a.secret.ticket", context });
  await open({ ...ROOMY, gateway: url, onPatch: () => {} });

  const [plain, stream] = requests;
  assert.equal(plain.line, "POST /v1/open HTTP/1.1");
  assert.equal(plain.headers.get("content-type"), "text/plain;charset=UTF-8");
  assert.deepEqual([plain, stream].map((one) => one.headers.get("accept")), ["application/json", "text/event-stream"]);
  const asked = { template: "morning", ticket: "a.secret.ticket", budget_ms: 1500, context };
  assert.deepEqual(JSON.parse(plain.body), asked);
  assert.deepEqual(JSON.parse(stream.body), { template: "morning", budget_ms: 1500 });
  const ofTheClient = ["connection", "host", "content-length", "accept-encoding", "accept-language", "user-agent"];
  const others = [...plain.headers.keys()].filter((name) => !ofTheClient.includes(name) && !name.startsWith("sec-"));
  // `no-store` makes the client itself say so; it is no header of the page, so nothing is asked about it.
  assert.deepEqual(others, ["accept", "cache-control", "content-type", "pragma"]);
  assert.ok(![...plain.headers].flat().some((one) => one.includes("secret")));
});

test("a browser sends nothing of its own along, and follows nobody", async () => {
  const asked = [];
  const fetch = async (url, init) => (asked.push([url, init]), new Response(JSON.stringify(PAYLOAD)));
  await open({ ...ROOMY, gateway: "https://gateway.example/moment/", fetch });

  const [[url, { body: _body, signal, ...init }]] = asked;
  assert.equal(url, "https://gateway.example/moment/v1/open");
  assert.ok(signal instanceof AbortSignal);
  assert.deepEqual(init, {
    method: "POST",
    headers: { Accept: "application/json" },
    mode: "cors",
    credentials: "omit",
    redirect: "error",
    referrerPolicy: "no-referrer",
    cache: "no-store",
    priority: "high",
  });
});

/** What comes of everything that is no answer: [what the gateway does, why, status]. */
const without = (name) => ({ ...PAYLOAD, [name]: undefined });
const EVIL = {
  "an HTTP error": [reply({ title: "oops" }, { status: "500 Internal Server Error" }), "refused", 500],
  "an HTTP error with a payload in it": [reply(PAYLOAD, { status: "503 Service Unavailable" }), "refused", 503],
  "an unknown template": [reply({}, { status: "404 Not Found", type: "application/problem+json" }), "refused", 404],
  "no HTTP": [Buffer.from("SSH-2.0-OpenSSH_9.2\r\n\r\n"), "unreachable"],
  "no JSON": [reply("<html>hello</html>", { type: "text/html" }), "garbage"],
  "an empty body": [reply(""), "garbage"],
  "JSON cut short": [reply(JSON.stringify(PAYLOAD).slice(0, 200)), "garbage"],
  "JSON that is no object": [reply("[1]"), "garbage"],
  null: [reply("null"), "garbage"],
  "another template": [reply({ ...PAYLOAD, template: "evening" }), "garbage"],
  "a field missing": [reply({ ...PAYLOAD, data: { ...PAYLOAD.data, mood: undefined } }), "garbage"],
  "data that is a list": [reply({ ...PAYLOAD, data: [] }), "garbage"],
  "no variants": [reply(without("variants")), "garbage"],
  "no signals": [reply(without("signals")), "garbage"],
  "no word on what is defaulted": [reply(without("defaulted")), "garbage"],
  "no word on whether it is complete": [reply(without("complete")), "garbage"],
  "bytes that are no UTF-8": [reply(Buffer.from(JSON.stringify(PAYLOAD), "latin1")), "garbage"],
  "a compressed body that is none": [reply(PAYLOAD, { more: "Content-Encoding: gzip\r\n" }), "unreachable"],
  "two megabytes": [reply(`"${"x".repeat(2 << 20)}"`), "garbage"],
  "a stream without a payload": [Buffer.from(`${STREAMING}event: end\ndata: {}\n\n`), "garbage", undefined, "ends"],
  "a stream of nonsense": [Buffer.from(`${STREAMING}event: payload\ndata: nonsense\n\n`), "garbage"],
  "an empty stream": [Buffer.from(STREAMING), "garbage", undefined, "ends"],
  "an event without end": [Buffer.from(`${STREAMING}data: ${"x".repeat(2 << 20)}`), "garbage"],
};

for (const [name, [bytes, why, status, ends]] of Object.entries(EVIL)) {
  test(`${name}: the defaults, ${why}`, async (t) => {
    const { url } = await standIn(t, (socket) => (ends ? socket.end(bytes) : socket.write(bytes)));
    const options = { ...ROOMY, gateway: url };
    const told = status === undefined ? { why } : { why, status };

    for (const onPatch of [undefined, () => assert.fail("a patch of nothing")]) {
      const shown = await opened({ ...options, defaults: DEFAULTS, onPatch });
      const defaulted = Object.fromEntries(Object.keys(DEFAULTS.data).map((field) => [field, why]));
      assert.deepEqual(shown, { source: "defaults", ...DEFAULTS, signals: {}, defaulted, ...told });
    }
    if (name === "a field missing") return; // who brings no defaults cannot know
    const nothing = { data: null, variants: {}, signals: {}, defaulted: {}, complete: false };
    assert.deepEqual(await opened(options), { source: "none", template: "morning", ...nothing, ...told });
  });
}

test("a version that was not asked for is no answer", async (t) => {
  const { url } = await standIn(t, (socket) => socket.write(reply(PAYLOAD)));

  assert.equal((await open({ ...ROOMY, gateway: url, version: 2 })).why, "garbage");
});

test("nobody listens there: unreachable at once", async () => {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  const began = performance.now();

  const shown = await open({ ...ROOMY, budgetMs: 20_000, gateway: `http://127.0.0.1:${port}`, defaults: DEFAULTS });
  assert.deepEqual([shown.source, shown.why], ["defaults", "unreachable"]);
  assert.ok(performance.now() - began < 10_000);
});

for (const gateway of ["no url", "http://", undefined, null]) {
  test(`an address that is none (${gateway}) rejects nothing`, async () => {
    assert.equal((await open({ ...ROOMY, gateway, defaults: DEFAULTS })).why, "unreachable");
  });
}

/** What never ends, or ends too early: [how, why]. */
const STALLED = {
  "silence after the request": [() => {}, "slow"],
  "half a head": [(socket) => socket.write("HTTP/1.1 200 OK\r\nContent-"), "slow"],
  "a head and no body": [(socket) => socket.write(reply(PAYLOAD).subarray(0, 90)), "slow"],
  "half a body": [(socket) => socket.write(reply(PAYLOAD).subarray(0, 300)), "slow"],
  "a stream that only beats": [(socket) => socket.write(`${STREAMING}: beat\n\n`), "slow"],
  "half a payload of a stream": [(socket) => socket.write(STREAMING + STREAM.slice(0, 90)), "slow"],
  "a reset": [(socket) => socket.resetAndDestroy(), "unreachable"],
  "a body cut short": [(socket) => socket.end(reply(PAYLOAD).subarray(0, 300)), "unreachable"],
  "a stream cut short before its payload": [
    (socket) => socket.end(CHUNKED + chunk(STREAM.slice(0, 90))),
    "unreachable",
  ],
};

for (const [name, [act, why]] of Object.entries(STALLED)) {
  test(`${name}: the defaults, ${why}`, async (t) => {
    const { url } = await standIn(t, act);
    const began = performance.now();

    for (const onPatch of [undefined, () => {}]) {
      const options = { ...(why === "slow" ? QUICK : ROOMY), gateway: url, defaults: DEFAULTS, onPatch, lateMs: 200 };
      const shown = await open(options);
      assert.deepEqual([shown.source, shown.why, shown.data], ["defaults", why, DEFAULTS.data]);
      assert.equal((await open({ ...options, defaults: null })).source, "none");
    }
    assert.ok(performance.now() - began < 4000);
  });
}

test("without a word for patches a slow gateway is not waited for any longer", async (t) => {
  let isGone = false;
  const { url } = await standIn(t, (socket) => socket.on("close", () => (isGone = true)));
  await open({ ...QUICK, gateway: url, defaults: DEFAULTS });

  for (let turns = 0; !isGone && turns < 100; turns++) await pause(10);
  assert.ok(isGone);
});

test("a redirect is not followed: the ticket goes nowhere else", async (t) => {
  const elsewhere = await standIn(t, (socket) => socket.write(reply(PAYLOAD)));
  const more = `Location: ${elsewhere.url}/v1/open\r\n`;
  const here = await standIn(t, (socket) => socket.write(reply("", { status: "307 Temporary Redirect", more })));

  const shown = await open({ ...ROOMY, gateway: here.url, ticket: "secret", defaults: DEFAULTS });
  assert.deepEqual([shown.source, shown.why], ["defaults", "unreachable"]);
  assert.equal(elsewhere.requests.length, 0);
});

test("the caller's signal ends it, before the request and during it", async (t) => {
  const { url, requests } = await standIn(t, () => {});
  const before = await open({ ...ROOMY, gateway: url, defaults: DEFAULTS, signal: AbortSignal.abort() });
  await pause(20);
  assert.deepEqual([before.source, before.why, requests.length], ["defaults", "aborted", 0]);

  const during = await open({ ...ROOMY, gateway: url, defaults: DEFAULTS, signal: AbortSignal.timeout(50) });
  assert.deepEqual([during.source, during.why], ["defaults", "aborted"]);
});

test("defaults of another template, or of no shape, are not shown", async (t) => {
  const { url } = await standIn(t, (socket) => socket.destroy());
  for (const defaults of [{ ...DEFAULTS, template: "evening" }, {}, [], "x", { template: "morning" }, null]) {
    assert.equal((await open({ ...ROOMY, gateway: url, defaults })).source, "none");
  }
});

test("an error of the caller's own functions is the page's, and costs no answer", () => {
  const player = new URL("../../../gateway/web/player.js", import.meta.url).href;
  const program = `
    import { open } from ${JSON.stringify(player)};
    const answer = async () => new Response(${JSON.stringify(JSON.stringify(PAYLOAD))});
    process.on("uncaughtException", (error) => console.log("page:", error.message));
    const onTiming = () => { throw new Error("mine"); };
    const shown = await open({ gateway: "", template: "morning", fetch: answer, onTiming });
    console.log(shown.source);
    const circle = {}; circle.self = circle;
    console.log((await open({ gateway: "", template: "morning", fetch: answer, context: circle })).why);`;
  const ran = spawnSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });

  const [first, ...rest] = ran.stdout.trim().split("\n");
  assert.deepEqual([first, ran.stderr, ran.status], ["gateway", "", 0]);
  assert.equal(rest.filter((line) => line === "page: mine").length, 2);
  assert.ok(rest.includes("unreachable") && rest.some((line) => line.startsWith("page: Converting circular")));
});
