/**
 * Builds the app for browsers and its writer of pages for Node, both by Vite with the lab's own configuration, and says which files a page of it
 * begins with. Knows where the app's sources are; knows no page.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import type { Writer } from '../../apps/lab/src/site/written.ts';

const lab = join(import.meta.dirname, '../../apps/lab');
/** Where the writer is built; it fetches its parts from there. */
const server = join(lab, '../../node_modules/.cache/thalweg-writer');
const shared = { configFile: join(lab, 'vite.config.ts'), configLoader: 'native', logLevel: 'error' } as const;

/** What a page loads. */
export interface Head {
  readonly styles: readonly string[];
  readonly script: string;
  /** Modules that the script asks for at once. */
  readonly preload: readonly string[];
}

/** The built app. */
export interface App {
  readonly writer: Writer;
  /** What a page of the app loads whose parts are these modules. */
  readonly appHead: (modules: readonly string[]) => Head;
  /** What a page of text loads. */
  readonly textHead: Head;
  /** The text of the service worker. */
  readonly offline: string;
}

interface Chunk {
  readonly file: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
}

/** Builds into `out`, which is emptied. */
export async function buildApp(out: string): Promise<App> {
  const input = { index: join(lab, 'index.html'), text: join(lab, 'src/site/text.ts'), offline: join(lab, 'src/site/offline.ts') };
  await build({ ...shared, build: { outDir: out, emptyOutDir: true, manifest: true, rolldownOptions: { input } } });
  await build({
    ...shared,
    publicDir: false,
    build: {
      outDir: server,
      emptyOutDir: true,
      ssr: join(lab, 'src/site/write.ts'),
      rolldownOptions: { output: { entryFileNames: 'write.js' } },
    },
    ssr: { noExternal: true, resolve: { conditions: ['source'] } },
  });
  const writer = (await import(pathToFileURL(join(server, 'write.js')).href)) as Writer;
  const at = join(out, '.vite/manifest.json');
  const manifest = JSON.parse(readFileSync(at, 'utf8')) as Readonly<Record<string, Chunk>>;
  rmSync(join(out, '.vite'), { recursive: true });
  rmSync(join(out, 'index.html'));
  const worker = join(out, manifest['src/site/offline.ts']?.file ?? '');
  const offline = readFileSync(worker, 'utf8');
  rmSync(worker);
  const text = headOf(manifest, ['src/site/text.ts']);
  return {
    writer,
    appHead: (modules) => headOf(manifest, ['index.html', ...modules]),
    // What stands around a page is styled with the app.
    textHead: { ...text, styles: [...new Set([...headOf(manifest, ['index.html']).styles, ...text.styles])] },
    offline,
  };
}

/** What these modules need before they run, in the order in which style sheets have to stand. */
function headOf(manifest: Readonly<Record<string, Chunk>>, modules: readonly string[]): Head {
  const files = new Set<string>();
  const styles = new Set<string>();
  const visit = (name: string): void => {
    const chunk = manifest[name];
    if (chunk === undefined) throw new Error(`the build has no ${name}`);
    if (files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const one of chunk.imports ?? []) visit(one);
    for (const one of chunk.css ?? []) styles.add(one);
  };
  for (const name of modules) visit(name);
  const script = manifest[modules[0] ?? '']?.file ?? '';
  files.delete(script);
  return { styles: [...styles], script, preload: [...files].filter((file) => file.endsWith('.js')) };
}
