/**
 * What the published packages install: every direct dependency with its licence, its size and the reason why it is there, from package.json, the
 * lock, what is installed, and the table of reasons below. `npm run dependencies` writes docs/dependencies.md; a test holds it. A dependency without
 * a reason, a reason without a dependency, and a licence that is not on the list are errors.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages } from './address.ts';
import { asked } from './asked.ts';
import { writeBetween } from './write-between.ts';

const root = join(import.meta.dirname, '..');

/** Licences that ask for nothing but their notice. */
const allowed = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0', 'CC0-1.0', 'BlueOak-1.0.0', 'Unlicense']);

/** Why each dependency is there, by package. */
export type Reasons = Readonly<Record<string, Readonly<Record<string, string>>>>;

const reasons: Reasons = {
  thalweg: {
    '@jax-js/jax': 'optional peer, not installed: the framework of thalweg/jax',
    '@tensorflow/tfjs-core': 'optional peer, not installed: the framework of thalweg/tfjs',
    typescript: 'optional peer, not installed: lets npm reject a compiler that is too old for the types',
  },
  '@thalweg/guide': {
    thalweg: 'the optimizers of the experiments',
  },
  '@thalweg/compare': {
    '@jax-js/jax': 'automatic differentiation for the networks of the problems',
    '@observablehq/plot': 'the charts of the report',
    '@thalweg/guide': 'the claims that `thalweg guide` measures',
    bullmq: 'optional peer, not installed: the queue of `thalweg sweep` and `thalweg worker`',
    cephes: "Student's t distribution, for significance tests",
    'cli-progress': 'progress bars',
    commander: 'command-line options, help and errors',
    'fastest-levenshtein': 'suggestions for misspelt names',
    'hyparquet-writer': 'writes Parquet files; loaded only by `thalweg export --as parquet`',
    ioredis: 'optional peer, not installed: the Redis client of that queue',
    katex: 'formulas in the report',
    linkedom: 'a DOM for drawing charts outside of browsers',
    picocolors: 'colours in a terminal',
    'string-width': 'the width of characters, to align tables in a terminal',
    thalweg: 'the optimizers that are compared',
    valibot: 'validation of results read from files',
  },
};

/** What package-lock.json says of a package. */
export interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** The packages of a lock, by the folder that each is installed in. */
export type Lock = Readonly<Record<string, Locked>>;

/** Where `name` is found from a folder, as Node looks for it; undefined where it is not installed. */
function resolve(lock: Lock, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.replace(/(^|\/)(node_modules\/(@[^/]+\/)?[^/]+|[^/]+)$/, '')) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    const found = lock[place];
    if (found !== undefined) return found.link === true ? found.resolved : place;
    if (folder === '') return undefined;
  }
}

/** The names that a package asks for, without what it can do without. */
function needs({ dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} }: Locked): string[] {
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  return [...new Set([...Object.keys(dependencies), ...Object.keys(optionalDependencies), ...peers])];
}

/** A folder of the lock and everything that it brings along, itself included, by folder. */
export function installed(lock: Lock, folder: string): string[] {
  const found = new Set<string>();
  const visit = (place: string): void => {
    if (found.has(place)) return;
    found.add(place);
    for (const name of needs(lock[place] ?? {})) {
      const next = resolve(lock, place, name);
      if (next !== undefined) visit(next);
    }
  };
  visit(folder);
  return [...found].toSorted();
}

/** Whether a licence, or a choice of several, is on the list. */
export function isAllowed(licence: string): boolean {
  const bare = licence.replaceAll(/[()]/g, '');
  return bare.split(' OR ').some((choice) => choice.split(' AND ').every((one) => allowed.has(one)));
}

/** Throws where a dependency has no reason or a reason no dependency, naming all of them. */
export function checkReasons(dependencies: Readonly<Record<string, readonly string[]>>, given: Reasons): void {
  const wrong: string[] = [];
  for (const owner of new Set([...Object.keys(dependencies), ...Object.keys(given)])) {
    const [has, told] = [dependencies[owner] ?? [], Object.keys(given[owner] ?? {})];
    wrong.push(...has.filter((name) => !told.includes(name)).map((name) => `${owner} depends on ${name}, for which there is no reason`));
    wrong.push(
      ...told.filter((name) => !has.includes(name)).map((name) => `there is a reason for ${name}, on which ${owner} does not depend`),
    );
  }
  if (wrong.length > 0) throw new Error(`${wrong.join('; ')}: see scripts/dependencies.ts`);
}

/** Throws where a package has a licence that is not on the list, naming all of them. */
export function checkLicences(lock: Lock, folders: readonly string[]): void {
  const wrong = folders.filter((folder) => !isAllowed(lock[folder]?.license ?? 'none'));
  if (wrong.length === 0) return;
  throw new Error(
    `licences that are not on the list: ${wrong.map((folder) => `${folder} (${lock[folder]?.license ?? 'none'})`).join(', ')}`,
  );
}

/** Bytes of a folder's files, without the packages installed in it. */
function bytes(folder: string): number {
  let total = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory() && entry.name !== 'node_modules') total += bytes(join(folder, entry.name));
    if (entry.isFile()) total += statSync(join(folder, entry.name)).size;
  }
  return total;
}

const size = (count: number): string => (count < 50_000 ? '< 0.1 MB' : `${(count / 1e6).toFixed(1)} MB`);

/** The tables of docs/dependencies.md. Throws as the two checks do. */
export function render(): string {
  const lock = (JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Lock }).packages;
  const owners = publishedPackages().map((folder) => {
    const text = readFileSync(join(root, folder, 'package.json'), 'utf8');
    return { folder, ...(JSON.parse(text) as Locked & { readonly name: string }) };
  });
  const direct = ({ dependencies = {}, peerDependencies = {} }: Locked): string[] => [
    ...Object.keys(dependencies),
    ...Object.keys(peerDependencies),
  ];
  checkReasons(Object.fromEntries(owners.map((owner) => [owner.name, direct(owner)])), reasons);

  const sizes = new Map<string, number>();
  const sizeOf = (folder: string): number => {
    const known = sizes.get(folder) ?? bytes(join(root, folder));
    sizes.set(folder, known);
    return known;
  };
  const foreign = (folders: readonly string[]): string[] => folders.filter((folder) => folder.includes('node_modules/'));
  const sum = (folders: readonly string[]): number => folders.reduce((total, folder) => total + sizeOf(folder), 0);

  return owners
    .toSorted((a, b) => Number(b.name === 'thalweg') - Number(a.name === 'thalweg'))
    .map((owner) => {
      const all = foreign(installed(lock, owner.folder));
      checkLicences(lock, all);
      const rows = direct(owner).map((name) => {
        const place = resolve(lock, owner.folder, name);
        const optional = owner.peerDependenciesMeta?.[name]?.optional === true;
        const ours = place?.includes('node_modules/') === false;
        const brought = place === undefined || optional || ours ? [] : foreign(installed(lock, place));
        const range = owner.dependencies?.[name] ?? owner.peerDependencies?.[name] ?? '';
        const weight = optional || ours || place === undefined ? '–' : size(sizeOf(place));
        const more = brought.length > 1 ? `${String(brought.length - 1)}, ${size(sum(brought) - sizeOf(place ?? ''))}` : '–';
        return `| \`${name}\` | ${range} | ${lock[place ?? '']?.license ?? '–'} | ${weight} | ${more} | ${reasons[owner.name]?.[name] ?? ''} |`;
      });
      const others =
        all.length === 0
          ? 'Installs no other packages.'
          : `Installs ${String(all.length)} third-party packages, ${size(sum(all))} unpacked.`;
      const licences = [...new Set(all.map((folder) => lock[folder]?.license ?? ''))].toSorted();
      const told = licences.length === 0 ? '' : ` Their licences: ${licences.join(', ')}.`;
      const head = '| package | version | licence | size | its dependencies | why |\n| --- | --- | --- | --: | --: | --- |';
      return `## ${owner.name}\n\n${others}${told}\n\n${head}\n${rows.join('\n')}`;
    })
    .join('\n\n');
}

if (import.meta.main) {
  asked('npm run dependencies', 'writes the dependencies of the published packages, with reasons, into docs/dependencies.md', {});
  await writeBetween('docs/dependencies.md', 'dependencies', render());
}
