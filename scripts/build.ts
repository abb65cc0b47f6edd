/**
 * Builds the packages as they are published. The library's JavaScript is bundled into a file for each entry: loading 150 modules one by one takes
 * longer than everything else that an import does, and what an engine then does longest is to read it, so it is minified; maps lead back to the
 * source, which is published too. Its declarations stay one for each source file, mapped to it.
 */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { rolldown, type Plugin } from 'rolldown';
import { withoutDebug } from './without-debug.ts';

const root = join(import.meta.dirname, '..');
const home = join(root, 'packages/thalweg');

/** The source of every entry that package.json exports, by name. */
function entries(): Record<string, string> {
  const { exports } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { exports: Record<string, { source?: string }> };
  const sources = Object.values(exports).flatMap(({ source }) => (source === undefined ? [] : [source]));
  return Object.fromEntries(sources.map((source) => [basename(source, '.ts'), join(home, source)]));
}

/**
 * Marks the calls that define optimizers and transforms as free of side effects. As modules of their own they are left out of a user's bundle
 * when not imported; in one file they would all stay without the mark.
 */
const pureDefinitions: Plugin = {
  name: 'pure-definitions',
  transform: {
    filter: { id: /packages\/thalweg\/src\/.*\.ts$/ },
    // Marks move no line, so that the map of the source stays right.
    handler: (code) => ({
      code: code.replaceAll(/^((?:export )?const \w+ = )(?=(?:optimizer|transform)\()/gm, '$1/* @__PURE__ */ '),
      map: null,
    }),
  },
};

execFileSync(join(root, 'node_modules/.bin/tsc'), ['-b', ...['thalweg', 'guide', 'compare'].map((name) => `packages/${name}`)], {
  cwd: root,
  stdio: 'inherit',
});
for (const old of globSync(join(home, 'dist/**/*.{js,js.map}'))) rmSync(old);
// Bundled apart, the worker needs no file in common with the others, which everyone would have to load.
for (const input of [entries(), { worker: join(home, 'src/runtime/worker.ts') }]) {
  const bundle = await rolldown({
    input,
    platform: 'neutral',
    external: /^node:/,
    plugins: [pureDefinitions, withoutDebug],
  });
  await bundle.write({
    dir: join(home, 'dist'),
    chunkFileNames: '[name].js',
    sourcemap: true,
    sourcemapExcludeSources: true,
    // Classes keep their names, which a console and an uncaught error show.
    minify: {
      mangle: { keepNames: { class: true, function: false } },
      compress: { keepNames: { class: true, function: false } },
      codegen: true,
    },
    comments: { annotation: true, jsdoc: false, legal: true },
  });
  await bundle.close();
}
