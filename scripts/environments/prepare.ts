/** Installs the environments, packs the packages and puts the library where an install would put it. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The repository. */
export const root = join(import.meta.dirname, '../..');
/** The folder with the programs and what runs them. */
export const home = join(root, 'environments');
/** Where bundles and other things made on the way lie. */
export const out = join(home, '.out');

const packages = ['thalweg', '@thalweg/guide', '@thalweg/compare'];

function npm(cwd: string, ...args: readonly string[]): void {
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Whether what is installed is what the lock file names. */
function installed(): boolean {
  const [wanted, there] = ['package-lock.json', 'node_modules/.locked'].map((file) => join(home, file)) as [string, string];
  return existsSync(there) && readFileSync(there, 'utf8') === readFileSync(wanted, 'utf8');
}

/** The tarball of a package. */
export function tarball(name: string): string {
  const start = `${name.replace('@', '').replace('/', '-')}-`;
  const file = readdirSync(out).find((one) => one.startsWith(start) && /^\d.*\.tgz$/.test(one.slice(start.length)));
  if (file === undefined) throw new Error(`${name} was not packed`);
  return join(out, file);
}

/** Puts everything in place. */
export function prepare(): void {
  if (!installed()) {
    npm(home, 'ci', '--ignore-scripts', '--prefer-offline');
    cpSync(join(home, 'package-lock.json'), join(home, 'node_modules/.locked'));
  }
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  if (!existsSync(join(root, 'packages/compare/dist')))
    execFileSync(process.execPath, ['scripts/build.ts'], { cwd: root, stdio: 'inherit' });
  for (const name of packages) npm(root, 'pack', '--pack-destination', out, '-w', name);
  // An install of a package without dependencies is its files, unpacked.
  const place = join(home, 'node_modules/thalweg');
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  execFileSync('tar', ['xzf', tarball('thalweg'), '-C', place, '--strip-components=1']);
}

/** The version of a package of the environments. */
export function version(name: string): string {
  return (JSON.parse(readFileSync(join(home, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;
}
