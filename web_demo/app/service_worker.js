/*
 * Keeps the site. The modules come in at once; the recogniser and the one WebAssembly file that
 * this browser runs, when they are first fetched. A new version waits until the old pages are
 * closed, so that no page ever mixes two.
 */

importScripts("site_files.js"); // SITE_VERSION and SITE_SHELL, written by the build

const CACHE = `keras-w2v2-${SITE_VERSION}`;

self.addEventListener("install", (event) => {
  const requests = SITE_SHELL.map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOldVersions().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && url.startsWith(self.registration.scope)) {
    event.respondWith(keptOrFetched(event.request));
  }
});

async function forgetOldVersions() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("keras-w2v2-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function keptOrFetched(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreSearch: true });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}
