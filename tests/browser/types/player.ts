/** What an author of a page sees of the player's types: read by the compiler, never run. */
import { open, type Defaults, type Payload } from "../../../gateway/web/player.js";

declare const defaults: Defaults;

export async function show(ticket: string | null): Promise<string> {
  const opened = await open({
    gateway: "https://gateway.example",
    template: "morning",
    ticket,
    context: { place: { lat: 51.51, lon: -0.13 } },
    defaults,
    onPatch: (patch, payload) => draw(payload, patch.defaulted),
    onTiming: ({ server }) => server.map((metric) => metric.duration),
  });
  // @ts-expect-error there may be nothing to show
  const sky = opened.data.sky;
  if (opened.source === "none") return opened.why;
  draw(opened, Object.keys(opened.defaulted));
  // @ts-expect-error only the defaults say why they are shown
  if (opened.source === "gateway") return opened.why;
  opened.close();
  return String(sky ?? opened.why);
}

// @ts-expect-error whom to ask is not optional
export const nobody = open({ template: "morning" });
// @ts-expect-error a ticket is no number
export const odd = open({ gateway: "", template: "morning", ticket: 7 });

declare function draw(payload: Payload, changed: string[]): void;
