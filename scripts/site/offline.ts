/** The service worker with what it keeps: the pages and what they load, but for what is large or seldom read. */
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is kept only once it has been asked for: data to train on, the API, what others show of a link; and fonts that no browser of today asks for. */
const onDemand = /^(data|api|previews)\/|^(example\.json|preview\.png|sw\.js|404\.html|_headers)$|\.(ttf|woff)$/;

/** The text of the worker for the site in `folder`. */
export function offlineWorker(folder: string, worker: string): string {
  const files = globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  const hash = createHash('sha256');
  for (const file of files.filter((one) => one !== 'sw.js')) hash.update(file).update(readFileSync(join(folder, file)));
  const kept = files.filter((file) => !onDemand.test(file)).map((file) => file.replace(/(^|\/)index\.html$/, '$1') || './');
  const site = { version: hash.digest('hex').slice(0, 16), files: kept };
  return `const thalwegSite = ${JSON.stringify(site)};\n${worker}`;
}
