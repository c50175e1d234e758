/**
 * Registers the service worker, and reports a newer version of the web app on the server.
 *
 * Over plain http from another machine browsers have no service workers; the web app works there without one.
 */

const ADDRESS = "/service-worker.js";
const SETTLE_MS = 1000;
/** How often a page that stays open looks for a newer one. */
const LOOK_EVERY_MS = 60 * 60 * 1000;

/**
 * A browser may delay the change while the old worker is busy, and a closing tab counts for a moment, so the message
 * is repeated.
 */
const ASK_TIMES = 5;
const ASK_EVERY_MS = 3000;
/** A reload gets the newer page from the server anyhow, whichever worker is in charge. */
const RELOAD_AFTER_MS = 1500;

/** What to do when the server has a newer page: `reload` takes over to it. */
export type Offer = (reload: () => void) => void;

/** Returns immediately, and never fails: a browser that can't is left alone. */
export function keepPageForLater(offer: Offer = () => {}): void {
  if (!import.meta.env.PROD || !window.isSecureContext || !("serviceWorker" in navigator)) return;
  const begin = () => setTimeout(() => register(offer).catch(() => {}), SETTLE_MS);
  // What the page shows comes first, with all that it loads for that.
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin, { once: true });
}

async function register(offer: Offer): Promise<void> {
  const registration = await navigator.serviceWorker.register(ADDRESS);
  const consider = (worker: ServiceWorker) => void considerNewer(worker, offer);
  if (registration.waiting) consider(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => {
      // Without a controller it is the first worker, which replaces none.
      if (worker.state === "installed" && navigator.serviceWorker.controller) consider(worker);
    });
  });
  setInterval(() => {
    if (registration.waiting) consider(registration.waiting);
    else registration.update().catch(() => {});
  }, LOOK_EVERY_MS);
}

/** Of a worker that waits: is its page newer than this one, or is it this one, and only the worker newer? */
async function considerNewer(worker: ServiceWorker, offer: Offer): Promise<void> {
  if (await knows(worker, ownFiles())) {
    askRepeatedly(worker, "take-over-if-alone");
    return;
  }
  offer(() => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    setTimeout(() => location.reload(), RELOAD_AFTER_MS);
    askRepeatedly(worker, "take-over");
  });
}

function askRepeatedly(worker: ServiceWorker, type: "take-over" | "take-over-if-alone"): void {
  let asked = 0;
  const ask = () => {
    if (worker.state === "installed" && asked < ASK_TIMES) worker.postMessage({ type });
    else clearInterval(timer);
    asked += 1;
  };
  const timer = setInterval(ask, ASK_EVERY_MS);
  ask();
}

function ownFiles(): string[] {
  const scripts = [...document.querySelectorAll<HTMLScriptElement>("script[src]")].map((one) => one.src);
  const styles = [...document.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet]")].map(
    (one) => one.href,
  );
  return [...scripts, ...styles].filter((address) => address.startsWith(`${location.origin}/`));
}

function knows(worker: ServiceWorker, addresses: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event: MessageEvent<boolean>) => resolve(event.data);
    worker.postMessage({ type: "knows", addresses }, [port2]);
  });
}
