// Keeps the page for when its server cannot be reached.

/** Written here by vite.config.ts. Their names have their hashes, so that another build has others, and another cache. */
const assets = [];

const page = "./";
const prefix = `thinnet-lab ${registration.scope} `;
const name = prefix + assets.join(" ");

/** What the browser has loaded just now need not come again, but for the page, which may be another meanwhile. */
const files = [new Request(page, { cache: "no-cache" }), ...assets.map((asset) => new Request(asset, { cache: "force-cache" }))];

addEventListener("install", (event) => {
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(files)));
});

/** No page of an older build is open any more. */
addEventListener("activate", (event) => {
  const dropOlder = async () => {
    const older = (await caches.keys()).filter((one) => one.startsWith(prefix) && one !== name);
    await Promise.all(older.map((one) => caches.delete(one)));
  };
  event.waitUntil(dropOlder());
});

/** From the server and kept, or an answer that is no success, or null when there is none. */
async function fetched(request, file, cache) {
  const response = await fetch(request).catch(() => null);
  if (response?.ok) await cache.put(file, response.clone());
  return response;
}

/** The page is the server's newest wherever it can be reached, with whatever tour somebody has put into it. */
async function newest(request, cache) {
  const response = await fetched(request, page, cache);
  return response?.ok ? response : ((await cache.match(page)) ?? response ?? Response.error());
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const file = request.url.replace(/[?#].*/, "");
  const isPage = request.mode === "navigate" && (file === registration.scope || file === `${registration.scope}index.html`);
  const isAsset = file.startsWith(`${registration.scope}assets/`);
  if (request.method !== "GET" || !(isPage || isAsset)) return;
  const answer = async () => {
    const cache = await caches.open(name);
    return isPage ? newest(request, cache) : ((await cache.match(file)) ?? (await fetched(request, file, cache)) ?? Response.error());
  };
  event.respondWith(answer());
});
