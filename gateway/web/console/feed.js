/**
 * The feed of the admin port: what it tells every second, and that it is there at all.
 *
 * @typedef {{p50: number, p95: number, p99: number, samples: number}} Quantiles in milliseconds
 * @typedef {"live" | "fresh" | "stale" | "default"} Status
 * @typedef {"waiting" | "live" | "draining" | "lost"} State
 */
/**
 * @typedef {object} Source
 * @property {string} name
 * @property {"connector" | "derived" | "broken"} kind a derived one is reckoned, not called: it has none of what is optional
 * @property {Record<Status, number>} statuses asks since the last tick
 * @property {Record<string, number>} reasons
 * @property {number} [calls] since the last tick
 * @property {{reason: string | null, cause: string | null} | null} [last_failure]
 * @property {"closed" | "half_open" | "open"} [breaker]
 * @property {number} [in_flight]
 * @property {{tokens: number | null, closed_for: number} | null} [quota] seconds, and tokens where there is a bucket
 * @property {Quantiles} [latency_ms]
 */
/**
 * @typedef {object} Signal
 * @property {string} name
 * @property {string} source
 * @property {Status} status
 * @property {string | null} reason
 * @property {number} start_ms
 * @property {number} took_ms
 * @property {number} age_ms
 */
/**
 * @typedef {object} Open
 * @property {string} id
 * @property {string} template
 * @property {number} version
 * @property {number} at_ms Unix time
 * @property {number} total_ms
 * @property {number} reserve_ms
 * @property {number} collected_ms
 * @property {number} used_ms
 * @property {number} level
 * @property {boolean} complete
 * @property {boolean} stream
 * @property {Signal[]} signals
 */
/**
 * @typedef {object} Tick
 * @property {boolean} draining
 * @property {{answered: number, incomplete: number, prefetches: number, patches: number, took: Quantiles}} opens
 * @property {{level: number, limit: number, in_flight: number, lag_ms: number, refused: number, streams: number}} load
 * @property {Source[]} sources
 * @property {Open[]} sample
 */
/** @typedef {{film: string, lab: boolean, tick: Tick}} Begin */
/** @typedef {{onBegin: (begin: Begin) => void, onTick: (tick: Tick) => void, onState: (state: State) => void}} Listener */

const AGAIN_MS = 3000;

/** Listen, for as long as the page is there. @param {string} url @param {Listener} listener */
export function listen(url, listener) {
  const source = new EventSource(url);
  /** @param {(document: any) => void} take */
  const read = (take) => (/** @type {MessageEvent<string>} */ event) => take(JSON.parse(event.data));
  const lost = () => {
    listener.onState("lost");
    source.close();
    setTimeout(() => listen(url, listener), AGAIN_MS);
  };
  /** @param {Tick} tick */
  const stateOf = (tick) => listener.onState(tick.draining ? "draining" : "live");
  source.addEventListener(
    "begin",
    read((/** @type {Begin} */ begin) => {
      listener.onBegin(begin);
      stateOf(begin.tick);
    }),
  );
  source.addEventListener(
    "tick",
    read((/** @type {Tick} */ tick) => {
      listener.onTick(tick);
      stateOf(tick);
    }),
  );
  source.addEventListener("end", lost);
  source.addEventListener("error", lost);
}
