/** Mounts a race of a page of text. */
import { mount } from 'svelte';
import Live from './Live.svelte';

/** Shows the race that `place` names, in the place of what stands there. */
export function show(place: HTMLElement): void {
  const setup = place.dataset['race'];
  if (setup === undefined) return;
  place.replaceChildren();
  mount(Live, { target: place, props: { setup } });
}
