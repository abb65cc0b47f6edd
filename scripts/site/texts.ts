/** The pages of text: which files of the repository they are made from, and where they stand. Knows the repository; knows no markup. */
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { entries, renderPage } from '@thalweg/compare';

const root = join(import.meta.dirname, '../..');

/** A file of the repository that is a page of the site. */
export interface Source {
  /** The file, from the root of the repository: links in it are relative to it. */
  readonly file: string;
  /** The page. */
  readonly path: string;
  readonly text: string;
}

/** Files by the heading under which the list of documentation has them. */
export const groups: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'To use it': {
    'README.md': 'docs/library',
    'docs/training-run.md': 'docs/training-run',
    'docs/language.md': 'docs/language',
    'docs/compat.md': 'docs/compat',
    'docs/low-precision.md': 'docs/low-precision',
    'docs/tfjs.md': 'docs/tfjs',
    'docs/jax.md': 'docs/jax',
    'docs/small.md': 'docs/small',
    'docs/pytorch.md': 'docs/pytorch',
    'docs/emit.md': 'docs/emit',
    'docs/wgsl.md': 'docs/wgsl',
    'docs/native.md': 'docs/native',
    'docs/environments.md': 'docs/environments',
  },
  'To compare optimizers': {
    'docs/compare.md': 'docs/compare',
    'docs/lab.md': 'docs/lab',
  },
  Evidence: {
    'docs/study.md': 'study',
    'study/README.md': 'study/plan',
    'conformance/README.md': 'docs/conformance',
    'bench/results.md': 'benchmarks',
    'bench/README.md': 'benchmarks/how',
    'bench/sparse.md': 'benchmarks/sparse',
    'bench/start.md': 'benchmarks/start',
  },
  'How it is made': {
    'docs/architecture.md': 'docs/architecture',
    'docs/site.md': 'docs/site',
    'docs/dependencies.md': 'docs/dependencies',
    'CONTRIBUTING.md': 'docs/contributing',
    'SECURITY.md': 'docs/security',
    'CHANGELOG.md': 'docs/changelog',
  },
};

/** All of them, the reference included, which is made from the definitions anew. */
export const sources: readonly Source[] = [
  ...Object.values(groups).flatMap((files) =>
    Object.entries(files).map(([file, path]) => ({ file, path, text: readFileSync(join(root, file), 'utf8') })),
  ),
  ...entries().map((entry) => ({ file: `docs/reference/${entry.name}.md`, path: `reference/${entry.name}`, text: renderPage(entry) })),
];

const pathOf = new Map([['docs/reference/README.md', 'reference'], ...sources.map(({ file, path }) => [file, path] as const)]);

/** What a link from a file means: a page of the site with its fragment, a file of the repository, or an address elsewhere. */
export function target(
  file: string,
  href: string,
): { readonly page: string; readonly fragment: string } | { readonly file: string } | undefined {
  if (/^[a-z]+:/i.test(href)) return undefined;
  const [name = '', fragment = ''] = href.split('#');
  const found = name === '' ? file : posix.normalize(posix.join(posix.dirname(file), name));
  const page = pathOf.get(found);
  if (page !== undefined) return { page, fragment };
  if (!existsSync(join(root, found))) throw new Error(`${file} links to ${href}, which is not there`);
  return { file: found };
}
