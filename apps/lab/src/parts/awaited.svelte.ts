/** What promises come to, as state of a component. Knows no promise. */
import { still } from './still.ts';

/** What `make` comes to, made again whenever what it reads before its first `await` changes; until then `first`. Call inside a component. */
export function awaited<T>(make: () => Promise<T>, first: T): { readonly value: T } {
  let value = $state.raw(still()?.known(make.toString(), make) ?? first);
  let wanted = 0;
  $effect(() => {
    const mine = ++wanted;
    // A later request overtakes this one.
    void make().then((found) => {
      if (mine === wanted) value = found;
    });
  });
  return {
    get value() {
      return value;
    },
  };
}
