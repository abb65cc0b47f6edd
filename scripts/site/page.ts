/** A page of the site as a whole document: what its head says to browsers, searchers and those who share it. Knows addresses; knows no content. */
import { escape } from './escape.ts';
import type { Head } from './app.ts';
import { contentSecurityPolicy } from '../../apps/lab/policy.ts';

/** What a page is. */
export interface Page {
  /** Its folder from the root, `guide/sgd`; the first page is ``. */
  readonly path: string;
  readonly title: string;
  readonly description: string;
  /** The inside of its body's `#app`. */
  readonly body: string;
  readonly head: Head;
  /** Its preview picture, from the root. */
  readonly preview: string;
}

/** The way from a page to the root. */
export function rootOf(path: string): string {
  return path === '' ? '' : '../'.repeat(path.split('/').length);
}

/** The document; `address` is where the site will stand, with a slash at its end, and `root` the way there from the page. */
export function documentOf({ path, title, description, body, head, preview }: Page, address: string, root = rootOf(path)): string {
  const here = `${address}${path === '' ? '' : `${path}/`}`;
  const whole = path === '' ? 'Thalweg: optimizers explained, raced and compared' : `${title} · Thalweg`;
  const meta = (name: string, content: string): string => `<meta name="${name}" content="${escape(content)}">`;
  const property = (name: string, content: string): string => `<meta property="og:${name}" content="${escape(content)}">`;
  const lines = [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${escape(`${contentSecurityPolicy}; manifest-src 'self'`)}">`,
    meta('viewport', 'width=device-width, initial-scale=1'),
    meta('color-scheme', 'light dark'),
    meta('site-root', root === '' ? './' : root),
    `<title>${escape(whole)}</title>`,
    meta('description', description),
    `<link rel="canonical" href="${escape(here)}">`,
    property('type', path.startsWith('guide/') ? 'article' : 'website'),
    property('site_name', 'Thalweg'),
    property('title', whole),
    property('description', description),
    property('url', here),
    property('image', `${address}${preview}`),
    property('image:width', '1200'),
    property('image:height', '630'),
    property('image:alt', 'The paths of optimizers on a contour map'),
    meta('twitter:card', 'summary_large_image'),
    `<link rel="icon" href="${root}icon.svg" type="image/svg+xml">`,
    `<link rel="manifest" href="${root}site.webmanifest">`,
    ...['palette.css', ...head.styles, 'inline.css'].map((file) => `<link rel="stylesheet" href="${root}${file}">`),
    ...head.preload.map((file) => `<link rel="modulepreload" href="${root}${file}">`),
    `<script type="module" src="${root}${head.script}"></script>`,
  ];
  return `<!doctype html>\n<html lang="en">\n<head>\n${lines.join('\n')}\n</head>\n<body>\n<div id="app">${body}</div>\n</body>\n</html>\n`;
}
