/**
 * The project's public address stands in one place, `repository.url` of the root's package.json. This puts it wherever else it has to be written out:
 * the packages' own fields, and the links of pages that are read outside of the repository. `npm run address` writes; a test holds that nothing is left
 * to write.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asked } from './asked.ts';

const root = join(import.meta.dirname, '..');

interface Fields extends Readonly<Record<string, unknown>> {
  readonly private?: boolean;
  readonly repository?: { readonly url?: string };
}

/** The address of the repository, as a page in a browser. */
export function address(folder: string = root): string {
  const url = fieldsOf(join(folder, 'package.json')).repository?.url;
  if (url === undefined) throw new Error('package.json has no repository.url');
  return url.replace(/^git\+/, '').replace(/\.git$/, '');
}

/** The fields that say where a package is from, by its folder in the repository (`''` is the root). */
export function addressFields(place: string, url: string): Readonly<Record<string, unknown>> {
  const readme = place === '' ? `${url}#readme` : `${url}/tree/main/${place}#readme`;
  return {
    homepage: readme,
    bugs: { url: `${url}/issues` },
    repository: { type: 'git', url: `git+${url}.git`, ...(place === '' ? {} : { directory: place }) },
  };
}

/** The packages that are published, by folder: all workspaces that are not private. */
export function publishedPackages(folder: string = root): string[] {
  return globSync('packages/*/package.json', { cwd: folder })
    .filter((file) => fieldsOf(join(folder, file)).private !== true)
    .map((file) => file.replace('/package.json', ''))
    .toSorted();
}

/** Every file that holds the address, as it ought to be: its text by its path. `before` is the address that they hold now. */
export function addressed(folder: string = root): Map<string, string> {
  const now = address(folder);
  const before = address(join(folder, 'packages/thalweg'));
  const texts = new Map<string, string>();
  for (const place of ['', ...publishedPackages(folder)]) {
    const file = join(place, 'package.json');
    texts.set(file, `${JSON.stringify({ ...fieldsOf(join(folder, file)), ...addressFields(place, now) }, null, 2)}\n`);
  }
  for (const file of ['CITATION.cff', 'SECURITY.md', ...globSync(['packages/*/README.md', 'examples/start/**/*.*'], { cwd: folder })])
    texts.set(file, readFileSync(join(folder, file), 'utf8').replaceAll(before, now));
  return texts;
}

function fieldsOf(file: string): Fields {
  return JSON.parse(readFileSync(file, 'utf8')) as Fields;
}

if (import.meta.main) {
  asked('npm run address', 'writes the project’s URL (repository.url of package.json) into all other files that contain it', {});
  for (const [file, text] of addressed()) writeFileSync(join(root, file), text);
  console.log(`The URL is now ${address()} in all files.`);
}
