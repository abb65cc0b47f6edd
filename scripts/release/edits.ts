/** What a release changes in the tree: versions, the lock, the citation, addresses that name a version, and the heading in the changelog. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Fields {
  name?: string;
  version?: string;
  dependencies?: Record<string, string>;
}

/** What the changelog says of a version, or of what is unreleased. */
export function changesOf(changelog: string, version: string): string {
  const start = changelog.indexOf(`\n## [${version}]`);
  if (start < 0) return '';
  const end = changelog.indexOf('\n## ', start + 1);
  return changelog.slice(changelog.indexOf('\n', start + 1), end < 0 ? undefined : end).trim();
}

/** Whether anything has been written down since the last release. */
export function hasEntries(changelog: string): boolean {
  return /^- \S/m.test(changesOf(changelog, 'Unreleased'));
}

/** The changelog with what is unreleased under a heading with version and date, and nothing unreleased. */
function dated(changelog: string, version: string, date: string): string {
  return changelog.replace('## [Unreleased]\n', `## [Unreleased]\n\n## [${version}] - ${date}\n`);
}

/** Sets the version of a package of ours, and its range wherever another one depends on it. */
function setVersion(fields: Fields, names: ReadonlySet<string>, version: string): void {
  fields.version = version;
  for (const name of Object.keys(fields.dependencies ?? {})) if (names.has(name)) fields.dependencies![name] = `^${version}`;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The text of every file that is to change, by its path. */
export function edits(root: string, version: string, date: string): Map<string, string> {
  const read = (file: string): string => readFileSync(join(root, file), 'utf8');
  const places = ['', ...globSync(['packages/*/package.json', 'apps/*/package.json'], { cwd: root }).map((file) => file.slice(0, -13))];
  const packages = places.map((place) => ({ place, fields: JSON.parse(read(join(place, 'package.json'))) as Fields }));
  const names = new Set(packages.flatMap(({ fields }) => fields.name ?? []));
  const texts = new Map<string, string>();

  for (const { place, fields } of packages) {
    setVersion(fields, names, version);
    texts.set(join(place, 'package.json'), json(fields));
  }
  const lock = JSON.parse(read('package-lock.json')) as { version: string; packages: Record<string, Fields> };
  lock.version = version;
  for (const { place } of packages) setVersion(lock.packages[place]!, names, version);
  texts.set('package-lock.json', json(lock));

  const citation = read('CITATION.cff').replace(/^version: .*$/m, `version: ${version}`);
  texts.set('CITATION.cff', citation.replace(/^date-released: .*$/m, `date-released: '${date}'`));
  texts.set('CHANGELOG.md', dated(read('CHANGELOG.md'), version, date));
  for (const file of globSync('examples/start/**/*.{html,js}', { cwd: root })) {
    const text = read(file);
    if (/\bthalweg@\d/.test(text)) texts.set(file, text.replaceAll(/\bthalweg@\d[^/'"\s]*/g, `thalweg@${version}`));
  }
  return texts;
}
