/** Keeps the page for later without a network. */

const PATIENCE = 5000; // ms

/**
 * Registers the service worker and waits until it sees what the page fetches: what it does not
 * see, it cannot keep.
 *
 * @returns {Promise<boolean>} whether the page will open offline.
 */
export async function keepForOffline() {
  const container = navigator.serviceWorker;
  if (!container) return false;
  try {
    const registration = await container.register("service_worker.js");
    // Active but not in control: the page was reloaded past it, on purpose.
    if (container.controller || registration.active) return Boolean(container.controller);
    const controlled = new Promise((resolve) => {
      container.addEventListener("controllerchange", () => resolve(true), { once: true });
    });
    const tired = new Promise((resolve) => setTimeout(resolve, PATIENCE, false));
    return await Promise.race([controlled, tired]);
  } catch {
    return false; // a private window, or a page that is not secure
  }
}
