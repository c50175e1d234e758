/** Caches the built web app for use without network. It handles only the web app and its files. */

export type {}; // a module: `self` is this worker's own word here

declare const self: ServiceWorkerGlobalScope;
/** Inserted by scripts/service-worker.mjs. The name identifies exactly these files. */
declare const __BUILT_PAGE__: { name: string; files: { address: string; integrity: string }[] };

const BUILT = __BUILT_PAGE__;
const PREFIX = "tutti-page-";
const CACHE = `${PREFIX}${BUILT.name}`;
const PAGE = "/";
const PAGES = /^\/(r\/[a-z0-9-]{1,50}(\/screen)?\/?)?$/;
const FILES = "/page/";
/** A page that comes later than this comes from the cache. */
const PATIENCE_MS = 3000;
/** This version and the previous one, whose tabs may request more of its files. */
const KEPT_PAGES = 2;

/** Messages of a page: see service_worker_client.ts. */
type Question =
  | { type: "knows"; addresses: string[] }
  | { type: "take-over" }
  | { type: "take-over-if-alone" };

self.addEventListener("install", (event) => event.waitUntil(fetchAll()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("message", (event) => event.waitUntil(answerTo(event)));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate" && PAGES.test(address.pathname)) event.respondWith(page(request));
  else if (address.pathname.startsWith(FILES)) event.respondWith(file(request));
});

/** All files of this page or none: where one isn't what it should be, the server has a newer page already. */
async function fetchAll(): Promise<void> {
  const cache = await caches.open(CACHE);
  try {
    await Promise.all(BUILT.files.map((one) => fetchOne(cache, one)));
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

async function fetchOne(
  cache: Cache,
  { address, integrity }: { address: string; integrity: string },
): Promise<void> {
  const answer = await fetch(address, { integrity, cache: "no-cache", credentials: "omit" });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  await cache.put(address, answer);
}

async function takeOver(): Promise<void> {
  // In the order in which they were made.
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  const tooOld = others.slice(0, Math.max(0, others.length - (KEPT_PAGES - 1)));
  await Promise.all(tooOld.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** From the server, which may have a newer one; from the cache when the server is unavailable, broken, or too slow. */
async function page(request: Request): Promise<Response> {
  const kept = await (await caches.open(CACHE)).match(PAGE);
  const asked = fetch(request);
  if (!kept) return asked;
  const answer = await Promise.race([asked.catch(() => null), tooLate()]);
  return answer && answer.status < 500 ? answer : kept;
}

function tooLate(): Promise<null> {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, null));
}

async function file(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

async function answerTo(event: ExtendableMessageEvent): Promise<void> {
  const question = event.data as Question;
  if (question.type === "knows") {
    const cache = await caches.open(CACHE);
    const found = await Promise.all(question.addresses.map((address) => cache.match(address)));
    event.ports[0]?.postMessage(found.every(Boolean));
  } else if (question.type === "take-over" || (await isAlone())) {
    await self.skipWaiting();
  }
}

/** Whether only the page that sent the message is open. */
async function isAlone(): Promise<boolean> {
  return (await self.clients.matchAll({ type: "window", includeUncontrolled: true })).length <= 1;
}
