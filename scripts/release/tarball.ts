/** What `npm pack` makes of a package, and whether it holds what it should: the built files, licence and page; no tests, no machine's leftovers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.ts';

/** A package as it would be published. */
export interface Tarball {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** Packs the package in a folder of the repository into `destination`, or nowhere. */
export async function pack(root: string, folder: string, destination?: string): Promise<Tarball> {
  const place = destination === undefined ? ['--dry-run'] : ['--pack-destination', destination];
  const output = await run('npm', ['pack', '--json', '--loglevel=error', ...place], { cwd: join(root, folder) });
  const parsed = JSON.parse(output) as readonly Tarball[] | Readonly<Record<string, Tarball>>;
  const [tarball] = Object.values(parsed);
  if (tarball === undefined) throw new Error(`npm pack said nothing of ${folder}`);
  return tarball;
}

/** What is wrong with what a package would contain; undefined where nothing is. */
export function problemOf({ name, files }: Tarball, root: string, folder: string): string | undefined {
  const paths = new Set(files.map(({ path }) => path));
  const text = readFileSync(join(root, folder, 'package.json'), 'utf8');
  const { exports = {}, bin = {} } = JSON.parse(text) as {
    exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
    bin?: Readonly<Record<string, string>>;
  };
  const named = [...Object.values(exports), bin].flatMap((one) => (typeof one === 'string' ? [one] : Object.values(one)));
  const wanted = ['README.md', 'LICENSE', ...named.map((path) => path.replace('./', ''))];
  const missing = wanted.filter((path) => !paths.has(path));
  const strange = [...paths].filter((path) => /(^|\/)test\/|\.test\.|\.tsbuildinfo|node_modules/.test(path));
  if (missing.length + strange.length === 0) return undefined;
  return `${name}: missing ${missing.join(', ') || 'nothing'}; should not be there: ${strange.join(', ') || 'nothing'}`;
}

/** A number of bytes, for people. */
export function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`;
}
