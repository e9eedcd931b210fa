// Has the browser keep the page's files, so that it opens again without its server.

/** Called when the page is there: its first visit has all of the network until then. */
export function keepForOffline(): void {
  if (!("serviceWorker" in navigator)) return; // browsers have it over https and on the machine itself only
  // Where a browser forbids it, the page needs its server as any other does.
  void navigator.serviceWorker.register("service_worker.js").catch(() => undefined);
}
