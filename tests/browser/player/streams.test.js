import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";

import { open } from "../../../gateway/web/player.js";
import {
  chunk, CHUNKED, DEFAULTS, inChunks, LAST_CHUNK, MOOD, OFFER, PAYLOAD, pause, reply, standIn, STREAM, watched,
} from "./stand_in.js";

const WHOLE = { ...PAYLOAD.data, ...OFFER.data, ...MOOD.data };
const PATCH = (document) => `event: patch\ndata: ${JSON.stringify(document)}\n\n`;
const FIRST = STREAM.slice(0, STREAM.indexOf("\n\n") + 2);
const END = "event: end\ndata: {}\n\n";

/** A stream in these chunks, played to its end. */
async function played(chunks, more = {}) {
  const { options, seen, ended } = watched({ fetch: inChunks(chunks), ...more });
  const shown = await open(options);
  await ended;
  return { shown, ...seen, last: seen.payloads.at(-1) ?? shown };
}

test("the payload, then a patch a late signal, each a new payload whole", async () => {
  const { shown, patches, payloads, last } = await played([STREAM]);

  assert.deepEqual([shown.source, shown.data, shown.complete], ["gateway", PAYLOAD.data, false]);
  assert.deepEqual(patches, [OFFER, MOOD]);
  assert.deepEqual(payloads[0].data, { ...PAYLOAD.data, ...OFFER.data });
  assert.deepEqual(payloads[0].defaulted, { mood: "timeout" });
  assert.deepEqual([last.data, last.defaulted, last.complete], [WHOLE, {}, true]);
  assert.deepEqual(last.signals, { ...PAYLOAD.signals, ...OFFER.signals, ...MOOD.signals });
});

test("no patch is told before the caller has the payload, though both came at once", async () => {
  const order = [];
  const onPatch = () => order.push("patch");
  const { options, ended } = watched({ fetch: inChunks([STREAM]), onPatch });
  order.push((await open(options)).source);
  await ended;

  assert.deepEqual(order, ["gateway", "patch", "patch"]);
});

const BYTES = new TextEncoder().encode(STREAM);

test("wherever the bytes are cut, inside a character too, the same comes of them", async () => {
  const cut = async (at) => {
    const { shown, patches, last } = await played([BYTES.slice(0, at), BYTES.slice(at)]);
    assert.deepEqual([shown.data, patches, last.data], [PAYLOAD.data, [OFFER, MOOD], WHOLE], `cut at ${at}`);
  };
  await Promise.all(Array.from({ length: BYTES.length + 1 }, (_, at) => cut(at)));
  const { patches, last } = await played([...BYTES].map((byte) => Uint8Array.of(byte)));
  assert.deepEqual([patches, last.data], [[OFFER, MOOD], WHOLE]);
});

for (const [name, end] of Object.entries({ CRLF: "\r\n", CR: "\r" })) {
  test(`lines may end with ${name}, in one piece and byte by byte`, async () => {
    const bytes = new TextEncoder().encode(STREAM.replaceAll("\n", end));
    for (const chunks of [[bytes], [...bytes].map((byte) => Uint8Array.of(byte))]) {
      const { patches, last } = await played(chunks);
      assert.deepEqual([patches, last.data], [[OFFER, MOOD], WHOLE]);
    }
  });
}

test("what ends with the connection counts if it is whole, and not if it is not", async () => {
  const [whole, half] = await Promise.all(
    ["\r\r", "\r"].map((end) => played([(FIRST + PATCH(MOOD)).trimEnd().replaceAll("\n", "\r") + end])),
  );

  assert.deepEqual([whole.patches, half.patches, half.shown.source], [[MOOD], [], "gateway"]);
});

test("the rest of the format: a byte order mark, comments, other fields and events, data in several lines", async () => {
  const [head, tail] = [JSON.stringify(MOOD).slice(0, 9), JSON.stringify(MOOD).slice(9)];
  const odd = [
    "\ufeff: welcome\n\nretry: 10\n\nevent: news\ndata: {}\n\ndata: {}\n\nevent: patch\n\n",
    `nonsense\nevent:payload\nid:7\ndata:${JSON.stringify(PAYLOAD)}\n\n`,
    `event: patch\ndata: ${head}\ndata: ${tail}\n\n`,
    `event: end\ndata\n\n${END}`,
  ];
  const { shown, patches, last } = await played([odd.join("")]);

  assert.deepEqual([shown.source, patches, last.data.mood], ["gateway", [MOOD], "up"]);
});

/** What must change nothing: each stands between the payload and a good patch. */
const ODD = {
  "a second payload": FIRST.replace("4.3", "40.3"),
  "a field that the template does not have": PATCH({ ...OFFER, data: { price: "1.00", secret: 1 } }),
  "a field of Object": PATCH({ ...OFFER, data: { toString: "x" } }),
  "a field named __proto__": `event: patch\ndata: ${JSON.stringify(OFFER).replace('"price"', '"__proto__"')}\n\n`,
  "no data": PATCH({ ...OFFER, data: undefined }),
  "data that is null": PATCH({ ...OFFER, data: null }),
  "no signals": PATCH({ ...OFFER, signals: undefined }),
  "no list of fields": PATCH({ ...OFFER, defaulted: { price: "timeout" } }),
  "no word on whether it is complete": PATCH({ ...OFFER, complete: undefined }),
  "a list": PATCH([]),
  "no data line": "event: patch\n\n",
};

for (const [name, odd] of Object.entries(ODD)) {
  test(`a patch that is none changes nothing, and the next one counts: ${name}`, async () => {
    const { patches, last } = await played([FIRST, odd, PATCH(MOOD), END]);

    assert.deepEqual([patches, last.data], [[MOOD], { ...PAYLOAD.data, mood: "up" }]);
    assert.equal({}.price, undefined);
  });
}

test("a patch before the payload is none, and what stands after the end is not read", async () => {
  const { patches } = await played([PATCH(OFFER), FIRST, PATCH(MOOD), END, PATCH(OFFER)]);

  assert.deepEqual(patches, [MOOD]);
});

test("nor is it one while the defaults are shown", async (t) => {
  const { url } = await standIn(t, async (socket) => {
    await pause(250);
    socket.write(CHUNKED + chunk(PATCH(OFFER) + FIRST + PATCH(MOOD) + END) + LAST_CHUNK);
  });
  const { options, seen, ended } = watched({ gateway: url, budgetMs: 60, graceMs: 60 });
  await open(options);
  await ended;

  assert.deepEqual(seen.patches.map((one) => one.defaulted), [["temperature", "today"], ["mood"]]);
});

test("variants stay as they are, whatever a patch says; what open resolved with is never changed", async () => {
  const { shown, last } = await played([FIRST, PATCH({ ...OFFER, variants: { hero: "sunny" } }), END]);

  assert.deepEqual([shown.data, shown.variants, last.variants], [PAYLOAD.data, { hero: "rainy" }, { hero: "rainy" }]);
});

test("a patch that is no JSON ends the stream, and what is shown stays", async () => {
  const { shown, patches } = await played([FIRST, "event: patch\ndata: {\n\n", PATCH(MOOD), END]);

  assert.deepEqual([shown.source, patches], ["gateway", []]);
});

test("a gateway that is killed after its payload takes nothing with it", async (t) => {
  const { url } = await standIn(t, (socket) => socket.end(CHUNKED + chunk(FIRST) + chunk(PATCH(OFFER).slice(0, 40))));
  const { options, seen, ended } = watched({ gateway: url });
  const shown = await open(options);
  await ended;

  assert.deepEqual([shown.source, shown.data, seen.patches], ["gateway", PAYLOAD.data, []]);
});

test("a plain answer to who asked for a stream is an answer", async () => {
  const { shown, patches, timings } = await played([JSON.stringify(PAYLOAD)], {
    fetch: inChunks([JSON.stringify(PAYLOAD)], "application/json"),
  });

  assert.deepEqual([shown.source, patches, timings.length], ["gateway", [], 2]);
});

for (const how of ["close", "signal"]) {
  test(`${how} ends what comes late: no patch any more, and the connection is given up`, async (t) => {
    let isGone = false;
    const { url } = await standIn(t, async (socket) => {
      socket.on("close", () => (isGone = true));
      socket.write(CHUNKED + chunk(FIRST) + chunk(PATCH(OFFER)));
      await pause(100);
      if (!socket.destroyed) socket.write(chunk(PATCH(MOOD)));
    });
    const ending = new AbortController();
    const { options, seen, ended } = watched({ gateway: url, signal: ending.signal });
    const shown = await open(options);
    while (seen.patches.length === 0) await pause(1);
    if (how === "close") shown.close();
    else ending.abort();
    await ended;
    await pause(150);

    assert.deepEqual([seen.patches, isGone, seen.timings.length], [[OFFER], true, 2]);
    assert.deepEqual(getEventListeners(ending.signal, "abort"), []);
  });
}

test("closed at once, nothing is told at all", async () => {
  const { options, seen, ended } = watched({ fetch: inChunks([STREAM]) });
  (await open(options)).close();
  await ended;
  await pause(20);

  assert.deepEqual(seen.patches, []);
});

test("a stream held back on the way: defaults in time, what it knew as patches, and plain JSON from then on", async (t) => {
  const { url, requests } = await standIn(t, async (socket, { headers }) => {
    if (headers.get("accept") !== "text/event-stream") return socket.write(reply(PAYLOAD));
    await pause(300);
    return socket.write(CHUNKED + chunk(STREAM) + LAST_CHUNK);
  });
  const { options, seen, ended } = watched({ gateway: url, budgetMs: 60, graceMs: 60 });
  const shown = await open(options);
  await ended;

  assert.deepEqual([shown.source, shown.why, shown.data], ["defaults", "slow", DEFAULTS.data]);
  const known = { temperature: 4.3, today: "mañana" };
  const late = { data: known, signals: PAYLOAD.signals, defaulted: ["temperature", "today"], complete: false };
  assert.deepEqual(seen.patches, [late, OFFER, MOOD]);
  const [first, , last] = seen.payloads;
  assert.deepEqual([first.source, first.defaulted], ["defaults", PAYLOAD.defaulted]);
  assert.deepEqual([last.data, last.defaulted, last.complete], [WHOLE, {}, true]);
  assert.deepEqual(last.variants, DEFAULTS.variants);
  assert.equal(seen.timings.at(-1).buffered, true);

  assert.equal((await open({ ...options, budgetMs: 1500 })).source, "gateway");
  assert.deepEqual(requests.map((one) => one.headers.get("accept")), ["text/event-stream", "application/json"]);
});

/** Streams that come late and were not held back: [how long the gateway took, the pause after the payload]. */
const LATE = { "a gateway that is merely slow": [290, 0], "a network that is merely slow": [12, 150] };

for (const [name, [used_ms, between]] of Object.entries(LATE)) {
  test(`${name} is not taken for one that holds a stream back`, async (t) => {
    const slow = JSON.stringify({ ...PAYLOAD, budget: { ...PAYLOAD.budget, used_ms } });
    const { url, requests } = await standIn(t, async (socket) => {
      await pause(300);
      socket.write(CHUNKED + chunk(FIRST.replace(JSON.stringify(PAYLOAD), slow)));
      await pause(between);
      socket.write(chunk(PATCH(MOOD) + END) + LAST_CHUNK);
    });
    const { options, seen, ended } = watched({ gateway: url, budgetMs: 60, graceMs: 60 });
    await open(options);
    await ended;
    await open({ ...options, signal: AbortSignal.timeout(50) });

    assert.deepEqual([seen.patches.length, seen.timings.at(-1).buffered], [2, false]);
    assert.deepEqual(requests.map((one) => one.headers.get("accept")), ["text/event-stream", "text/event-stream"]);
  });
}

test("a plain answer that is late enters as a patch; rubbish that is late does not", async (t) => {
  for (const [late, expected] of [[PAYLOAD, 1], [{ ...PAYLOAD, template: "evening" }, 0], ["x", 0]]) {
    const { url } = await standIn(t, (socket) => setTimeout(() => socket.write(reply(late)), 250));
    const { options, seen, ended } = watched({ gateway: url, budgetMs: 60, graceMs: 60 });
    const shown = await open(options);
    await ended;

    assert.deepEqual([shown.why, seen.patches.length], ["slow", expected]);
  }
});

test("it does not listen for ever", async (t) => {
  const { url } = await standIn(t, (socket) => socket.write(CHUNKED + chunk(FIRST)));
  const { options, seen, ended } = watched({ gateway: url, lateMs: 150 });
  await open(options);
  await ended;

  assert.ok(seen.timings.at(-1).ended < 10_000);
  assert.equal(seen.patches.length, 0);
});

test("the times are told when open resolves and when all is over", async (t) => {
  const more = 'Server-Timing: total;dur=12, weather;dur=11.5;desc="live", x-y ; desc=odd ; dur=3, alone\r\n';
  const { url } = await standIn(t, async (socket) => {
    socket.write(CHUNKED.replace("\r\n\r\n", `\r\n${more}\r\n`) + chunk(FIRST));
    await pause(30);
    socket.write(chunk(PATCH(MOOD) + END) + LAST_CHUNK);
  });
  const { options, seen, ended } = watched({ gateway: url });
  const before = performance.now();
  await open(options);
  await ended;

  const [first, last] = seen.timings;
  assert.equal(seen.timings.length, 2);
  assert.ok(first.started >= before);
  assert.deepEqual([first.ended, first.patches, first.buffered], [null, [], false]);
  assert.ok(0 < first.headers && first.headers <= first.payload && first.payload <= first.opened);
  assert.ok(last.patches.length === 1 && last.opened < last.patches[0] && last.patches[0] <= last.ended);
  assert.deepEqual(last.server, [
    { name: "total", duration: 12, description: "" },
    { name: "weather", duration: 11.5, description: "live" },
    { name: "x-y", duration: 3, description: "odd" },
    { name: "alone", duration: 0, description: "" },
  ]);
});

test("nothing came: the times say so", async (t) => {
  const { url } = await standIn(t, () => {});
  const { options, seen, ended } = watched({ gateway: url, budgetMs: 30, graceMs: 30, onPatch: undefined });
  await open(options);
  await ended;

  const { headers, payload, opened, server } = seen.timings.at(-1);
  assert.deepEqual([headers, payload, server], [null, null, []]);
  assert.ok(opened >= 55);
});
