/**
 * Runs in a page before its own scripts: what a viewer would notice, and what a policy or a measure of the browser would.
 * Everything is only added to, and read by the test as `recorded`.
 */
(() => {
  const recorded = { errors: [], violations: [], shifts: [], states: [], scenes: [], captions: [], odd: [], texts: [] };
  globalThis.recorded = recorded;
  const ODD = /null|NaN|undefined|\[object/;

  addEventListener("error", ({ message }) => recorded.errors.push(String(message)));
  addEventListener("unhandledrejection", ({ reason }) => recorded.errors.push(`rejected: ${reason}`));
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
    recorded.violations.push(`${effectiveDirective} ${blockedURI}`),
  );
  new PerformanceObserver((list) => {
    for (const { value, startTime, sources } of list.getEntries()) {
      const moved = sources.map(({ node }) => node?.className?.baseVal ?? node?.className ?? node?.nodeName ?? "gone");
      recorded.shifts.push({ value, startTime, moved });
    }
  }).observe({ type: "layout-shift", buffered: true });

  const texts = new Set();
  const odd = new Set();
  const hear = (text, where) => {
    texts.add(text);
    if (ODD.test(text)) odd.add(`${where}: ${text}`);
  };
  const add = (list, value) => {
    if (value && list.at(-1)?.value !== value) list.push({ value, at: performance.now() });
  };

  /** Each text that is in the page, and each attribute: a drawing says NaN there. */
  const look = () => {
    const root = document.documentElement;
    if (!root) return;
    const nodes = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = nodes.currentNode; node; node = nodes.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) hear(node.data, node.parentNode?.nodeName);
      else for (const { name, value } of node.attributes) hear(value, name);
    }
    recorded.texts = [...texts];
    recorded.odd = [...odd];
    const film = document.querySelector(".film");
    add(recorded.states, film?.dataset.state);
    add(recorded.scenes, film?.dataset.scene);
    add(recorded.captions, film?.querySelector("[data-role=caption]")?.textContent);
  };
  const watching = { subtree: true, childList: true, characterData: true, attributes: true };
  new MutationObserver(look).observe(document, watching);

  /** What is in the page now. */
  globalThis.texts = () => {
    const all = [];
    const nodes = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
    while (nodes.nextNode()) all.push(nodes.currentNode.data);
    return all;
  };

  /** The film's own time: all its animations share it. */
  globalThis.filmTime = () => Math.max(0, ...document.getAnimations().map(({ currentTime }) => Number(currentTime)));

  /** Let the film stand in a scene, so long after its beginning, by the keys that a viewer has. */
  globalThis.standIn = async (index, milliseconds) => {
    const press = (key) => document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    const film = document.querySelector(".film");
    if (film.dataset.state === "playing") press("k");
    for (let step = 0; step < 4; step += 1) press("ArrowLeft");
    for (let step = 0; step < index; step += 1) press("ArrowRight");
    const until = globalThis.filmTime() + milliseconds;
    press("k");
    while (globalThis.filmTime() < until) await new Promise(requestAnimationFrame);
    press("k");
  };
})();
