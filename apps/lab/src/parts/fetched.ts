/** Parts of the page that are fetched when they are needed: what has come once is there at once. Knows no part. */

const known = new Map<() => Promise<unknown>, unknown>();

/** What `load` fetches: itself where it is there, else the promise of it. `{#await}` of Svelte takes both. */
export function fetched<T>(load: () => Promise<T>): T | Promise<T> {
  if (known.has(load)) return known.get(load) as T;
  return load().then((value) => {
    known.set(load, value);
    return value;
  });
}
