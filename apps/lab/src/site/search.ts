/** The page of search: what is typed is looked for in all pages, and the address keeps it. */
import { asked, file, to } from '../parts/address.ts';
import { finder, snippet, type Found, type Section } from './find.ts';

/** Serves the input of the page. */
export async function serve(input: HTMLInputElement): Promise<void> {
  const list = document.querySelector<HTMLElement>('#found');
  const told = document.querySelector<HTMLElement>('#told');
  if (list === null || told === null) return;
  input.value = asked('q') ?? '';
  const response = await fetch(file('search.json'));
  if (!response.ok) {
    told.textContent = 'What is searched could not be fetched. Reload the page to try again.';
    return;
  }
  const find = await finder((await response.json()) as Section[]);
  const show = (): void => {
    const results = find(input.value);
    list.replaceChildren(...results.map(item));
    told.textContent =
      input.value.trim() === '' ? '' : results.length === 0 ? 'Nothing has all these words.' : `${String(results.length)} found`;
  };
  input.addEventListener('input', () => {
    show();
    history.replaceState(null, '', input.value === '' ? location.pathname : to(`search?q=${encodeURIComponent(input.value)}`));
  });
  show();
  input.focus();
}

function item({ section, words }: Found): HTMLElement {
  const [entry, link, text] = [document.createElement('li'), document.createElement('a'), document.createElement('p')];
  const page = section.path.endsWith('.html') ? file(section.path) : to(section.path);
  link.href = section.fragment === '' ? page : `${page}#${section.fragment}`;
  link.textContent = section.heading === '' ? section.title : `${section.title}: ${section.heading}`;
  for (const { text: part, hit } of snippet(section.text, words)) {
    if (hit) {
      const mark = document.createElement('mark');
      mark.textContent = part;
      text.append(mark);
    } else text.append(part);
  }
  entry.append(link, text);
  return entry;
}
