/**
 * Where pages are. In the site each page has a folder of its own (`guide/sgd/`), and says in its head how the site's root is reached from it;
 * elsewhere, as in `npm run lab`, all of them are one page and stand behind its hash (`#/guide/sgd`). Knows no page.
 */

/** What the head of a page of the site says: the way from it to the root, such as `../../`. */
const told = typeof document === 'undefined' ? null : document.querySelector<HTMLMetaElement>('meta[name="site-root"]');

const where = {
  /** Whether each page has a folder. */
  folders: told !== null,
  /** What an address begins with: the root as a path; of pages that are being written, the way to it. */
  root: typeof document === 'undefined' ? '' : new URL(told?.content ?? '.', document.baseURI).href,
};

/** For pages that are being written: the way from the page to the root. */
export function writeFrom(root: string): void {
  where.folders = true;
  where.root = root;
}

/** Whether each page has a folder: whether this is the site. */
export function inFolders(): boolean {
  return where.folders;
}

/** The address of a page, `guide/sgd`, or of the first one, ``. What it is to show stands behind a question mark: `lab?s=…`. */
export function to(page: string): string {
  if (!where.folders) return `#/${page}`;
  const [path = '', query] = page.split('?');
  return `${where.root}${path === '' ? '' : `${path}/`}${query === undefined ? '' : `#?${query}`}` || './';
}

/** The address of a file of the site, such as `evidence.json`. */
export function file(name: string): string {
  return `${where.root}${name}`;
}

/** Puts the address that a page of the site has today in the place of one behind a hash, as links of other days have it. */
export function settle(): void {
  if (where.folders && location.hash.startsWith('#/')) history.replaceState(null, '', to(location.hash.slice(2)));
}

/** The page that an address of the browser means; undefined for one outside of the site. */
export function pageAt({ href, hash }: { readonly href: string; readonly hash: string }): string | undefined {
  if (hash.startsWith('#/')) return hash.slice(2).split('?')[0]!.replace(/\/$/, '');
  if (!where.folders) return hash === '' ? '' : undefined;
  const path = href.split(/[?#]/)[0]!;
  return path.startsWith(where.root)
    ? path
        .slice(where.root.length)
        .replace(/(^|\/)index\.html$/, '')
        .replace(/\/$/, '')
    : undefined;
}

/** What the address of the browser asks for by this name, behind a question mark of its own or of its hash. */
export function asked(name: string): string | null {
  return new URLSearchParams(location.hash.split('?')[1] ?? '').get(name) ?? new URLSearchParams(location.search).get(name);
}

/** Keeps the address at what a page shows, so that it can be copied; never over a link that has come and that the page is yet to follow. */
export class AddressKeeper {
  /** The link that was read or written last. */
  #known: string | undefined;

  /** Notes that the page reads the link that stands in the address. */
  read(): void {
    this.#known = location.hash;
  }

  /** Writes the page's address after `quiet` milliseconds. Returns what calls that off. */
  show(page: string, quiet: number): () => void {
    const timer = setTimeout(() => {
      // A link stands in the address before its event is told of: a page that is busy would overwrite it unread.
      if (location.hash !== this.#known) return;
      history.replaceState(null, '', to(page));
      this.read();
    }, quiet);
    return () => clearTimeout(timer);
  }
}
