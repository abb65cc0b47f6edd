/** What a browser adds to a page of text: races that move, and search. */
import { keepOffline } from './keep.ts';
import '../style.css';
import './text.css';
import 'katex/dist/katex.min.css';

/** Puts a living race into the place of its picture when it comes into view. */
function enliven(place: HTMLElement): void {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    void import('./live.ts').then(({ show }) => show(place));
  });
  observer.observe(place);
}

for (const place of document.querySelectorAll<HTMLElement>('[data-race]')) enliven(place);
const search = document.querySelector<HTMLInputElement>('#search');
if (search !== null) void import('./search.ts').then(({ serve }) => serve(search));
keepOffline();
