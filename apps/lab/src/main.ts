/** Starts the app: the colours of the reports, the style sheets, the page that the address means, in the place of what was written for it. */
import { mount } from 'svelte';
import App from './App.svelte';
import { beginsWithFormulas, prepare } from './pages.ts';
import { inFolders, pageAt, settle } from './parts/address.ts';
import { typesetter } from './parts/typeset.svelte.ts';
import { keepOffline } from './site/keep.ts';
import './style.css';

settle();
// Relative addresses would mean other places once one has gone to another page.
for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel=icon], link[rel=manifest]')) link.setAttribute('href', link.href);
const target = document.getElementById('app');
const first = pageAt(location) ?? '';

/** Puts the app in the place of what was written for the page, once all of it is there. */
function start(target: HTMLElement): void {
  target.replaceChildren();
  mount(App, { target, props: { first } });
  // What `npm run bench:lab` waits for: all that is shown answers.
  requestAnimationFrame(() => performance.mark('alive'));
}
if (target !== null) {
  typesetter.take(target);
  // A page of the site comes with its formulas and with a style sheet of the colours. One that cannot be fetched says so itself.
  const comes = inFolders()
    ? []
    : [import('./draw/colours.ts').then(({ adoptColours }) => adoptColours()), beginsWithFormulas(first) ? typesetter.fetch() : undefined];
  void Promise.all([prepare(first).catch(() => undefined), ...comes]).then(() => start(target));
}
keepOffline();
