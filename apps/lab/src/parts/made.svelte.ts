/**
 * What an experiment computes, taken when it is there: in a browser again whenever what it follows from changes, the last one asked for winning;
 * where pages are written beforehand, before the page is written. Call inside a component.
 */
import { still } from './still.ts';

/** Makes it and hands it to `take`. The name is needed where pages are written: one for each experiment of a page. */
export function made<T>(name: string, make: () => Promise<T>, take: (value: T) => void): void {
  const writer = still();
  if (writer !== undefined) {
    const value = writer.known(name, make);
    if (value !== undefined) take(value);
    return;
  }
  let asked = 0;
  $effect(() => {
    const mine = ++asked;
    void make().then((value) => {
      if (mine === asked) take(value);
    });
  });
}
