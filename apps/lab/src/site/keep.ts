/** Has the site kept for when there is no network, once the page is loaded. */
import { file, inFolders } from '../parts/address.ts';

/** Registers the service worker, where this is the site and the browser has them. */
export function keepOffline(): void {
  if (!inFolders() || !('serviceWorker' in navigator)) return;
  const register = (): void => {
    // Without it the page works as well, but for offline.
    navigator.serviceWorker.register(file('sw.js')).catch(() => undefined);
  };
  if (document.readyState === 'complete') register();
  else addEventListener('load', register);
}
