/**
 * The service worker: keeps the site, so that it opens without a network. What belongs to a version is fetched once, when that version is first
 * seen, and served from there; a new version waits until no page of the old one is open, so that no page meets files of another. What is kept on
 * demand (data, the API) is kept when it is first asked for. The build puts `thalwegSite` before this text.
 */

/** What the build says: a name that changes with any file, and the addresses to keep from the start. */
declare const thalwegSite: { readonly version: string; readonly files: readonly string[] };

/** What a service worker has besides a page's names, as far as it is used here. */
interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Extendable {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const scope = new URL('./', location.href).href;
const cacheName = `thalweg ${scope} ${thalwegSite.version}`;

async function install(): Promise<void> {
  const cache = await caches.open(cacheName);
  await cache.addAll(thalwegSite.files.map((file) => new Request(new URL(file, scope), { cache: 'reload' })));
}

async function tidy(): Promise<void> {
  const old = (await caches.keys()).filter((one) => one.startsWith(`thalweg ${scope} `) && one !== cacheName);
  await Promise.all(old.map((one) => caches.delete(one)));
}

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(request, { ignoreSearch: request.mode === 'navigate' });
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  if (response.status === 200) await cache.put(request, response.clone());
  return response;
}

addEventListener('install', (event) => (event as Extendable).waitUntil(install()));
addEventListener('activate', (event) => (event as Extendable).waitUntil(tidy()));
addEventListener('fetch', (event) => {
  const { request } = event as Fetching;
  if (request.method === 'GET' && request.url.startsWith(scope)) (event as Fetching).respondWith(answer(request));
});
