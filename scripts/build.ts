/**
 * Builds the packages as they are published. The library's JavaScript is bundled into a file for each entry: loading 150 modules one by one takes
 * longer than everything else that an import does, and what an engine then does longest is to read it, so names are short and comments gone; maps
 * lead back to the source, which is published too. Its declarations stay one for each source file, mapped to it.
 */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { rolldown, type Plugin } from 'rolldown';
import { asked } from './asked.ts';
import { shortTables, standIns } from './for-small.ts';
import { shortPrivates } from './short-privates.ts';
import { shortThrows } from './short-throws.ts';
import { withoutDebug } from './without-debug.ts';

asked('npm run build', 'builds the packages into packages/*/dist, as they are published', {});
const root = join(import.meta.dirname, '..');
const home = join(root, 'packages/thalweg');

/** The source of every entry that package.json exports, by name; `small` is bundled by itself. */
function entries(): Record<string, string> {
  const { exports } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { exports: Record<string, { source?: string }> };
  const sources = Object.values(exports).flatMap(({ source }) => (source === undefined || source.endsWith('/small.ts') ? [] : [source]));
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

/** Names become short and dead code goes; lines stay, since Node prints the line in which an uncaught error was thrown. */
const minify = {
  mangle: { keepNames: { class: true, function: false } },
  compress: { keepNames: { class: true, function: false } },
  codegen: false,
} as const;

const privates = shortPrivates(join(home, 'tsconfig.json'));

/** The script of the threads, in one text without imports, as an old-style script that Node and every browser start from a text. */
async function workerText(): Promise<string> {
  const bundle = await rolldown({ input: join(home, 'src/device/worker.ts'), platform: 'neutral', plugins: [privates] });
  const { output } = await bundle.generate({ format: 'iife', minify: true });
  await bundle.close();
  return output[0].code.trim();
}

/** Puts the module that carries the worker's script as text in the place of the one that loads it as a file. */
const workerAsText = (text: string): Plugin => ({
  name: 'worker-as-text',
  resolveId: {
    filter: { id: /\/worker-script\.ts$/ },
    handler: () => join(home, 'src/device/worker-script.built.ts'),
  },
  transform: {
    filter: { id: /worker-script\.built\.ts$/ },
    handler: (code) => ({
      code: code.replace('declare const THALWEG_WORKER: string;', () => `const THALWEG_WORKER = ${JSON.stringify(text)};`),
      map: null,
    }),
  },
});

/** The modules that these lead to, but for what is loaded when it is first needed. */
async function modulesBehind(...names: readonly string[]): Promise<ReadonlySet<string>> {
  const bundle = await rolldown({
    input: names.map((name) => join(home, `src/${name}.ts`)),
    external: /optimizer\/start\.ts$|^@/,
    plugins: [shortThrows(home)],
  });
  const { output } = await bundle.generate();
  await bundle.close();
  return new Set(output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : [])));
}

/** What a method needs before it is bound to parameters: what the library's definitions and chains of them import. */
const definitions = await modulesBehind('define/builtin', 'define/chain');
/** What is needed where a framework traces a method. */
const tracing = await modulesBehind('jax/transformation', 'jax/vectorized');
/** What is needed where a file of Python is written: its test replays steps that are computed in plain numbers. */
const recording = await modulesBehind('emit/pytorch', 'emit/numpy', 'emit/optax');
const inside = (folders: string): RegExp => new RegExp(`/packages/thalweg/src/(${folders})/`);

/** What of the language only those who run a step need: arithmetic in JavaScript, and files. */
const inRuns = /\/language\/(operations\/(algorithms|sums)|utf8)\.ts$/;

/** What only some entries need stays with them: replacing files, and compiling C. */
const apart = 'checkpoint/disk|device/native|targets/loops/c|targets/loops/wgsl';

/** What is planned, and how routines are computed. */
const planned =
  /\/packages\/thalweg\/src\/(plan|language\/operations|targets\/loops\/(routines|js\/arithmetic|quantization|convention))[./]/;

/**
 * Files besides those of the entries, since a user's bundler can load late only what is a file of its own: what definitions need, what building a graph
 * needs besides, what tracing one needs, the runtime, which `init` loads, and the rest. So index.js only says what there is where: a bundler that skips what is not used of it then has
 * no import of the runtime left.
 */
const groups = [
  { name: 'definitions', test: (id: string) => definitions.has(id) || inside('optimizers|transforms').test(id), priority: 3 },
  {
    name: 'programs',
    test: (id: string) => inside('language|define|targets/text').test(id) && !inRuns.test(id) && !id.endsWith('/targets/text/python.ts'),
    priority: 2,
  },
  // What an optimizer in use has of hyperparameters, where TF.js or jax-js steps and where the runtime does.
  { name: 'hyper', test: /\/train\/(live-hyper|ascent)\.ts$|\/checkpoint\/saved-hyper\.ts$/, priority: 1.8 },
  { name: 'views', test: /\/train\/(hyper-view|printed)\.ts$/, priority: 1.8 },
  {
    name: 'traced',
    test: (id: string) => tracing.has(id) && inside('plan|train|targets/arrays').test(id) && !id.endsWith('/targets/arrays/jax.ts'),
    priority: 1.7,
  },
  // Before the other texts, which take along what they import: the backend `native` reads it in every process, and none of the other texts.
  { name: 'c', test: (id: string) => inside('targets/loops/c').test(id) && !id.endsWith('/product.ts'), priority: 0.5 },
  {
    name: 'operations',
    test: (id: string) => inside('tfjs').test(id) && !/\/(arena|held-states|saved-weights)\.ts$/.test(id),
    priority: 1.6,
  },
  // After the runtime: a group takes along what its modules import and no group before it has.
  {
    name: 'texts',
    test: (id: string) => inside('emit|targets/loops/wgsl').test(id) || id.endsWith('/targets/text/python.ts'),
    priority: 0.5,
  },
  // Rewrites for kernels, which planners and emitters need and nobody who traces.
  { name: 'rules', test: /\/plan\/kernel-rules\.ts$/, priority: 1.65 },
  // What adapters to frameworks share; the arrays of each framework are its own.
  { name: 'arrays', test: (id: string) => inside('targets/arrays').test(id) && !/arrays\/(jax|tfjs|numbers)\.ts$/.test(id), priority: 0.7 },
  // What is computed in plain numbers, which runs nothing; and what is planned, which files of C and shaders need besides.
  { name: 'numbers', test: (id: string) => recording.has(id) && planned.test(id), priority: 1.6 },
  { name: 'plans', test: planned, priority: 1.5 },
  {
    name: 'rest',
    test: (id: string) => inside('[^/]+').test(id) && !inside(`${apart}|targets/arrays|pytorch|tfjs|jax`).test(id),
    priority: 0,
  },
  {
    name: 'runtime',
    test: (id: string) => inside('language|plan|targets/loops|device|train|checkpoint|optimizer').test(id) && !inside(apart).test(id),
    priority: 1,
  },
];

const plugins = [pureDefinitions, shortThrows(home), withoutDebug];
const output = {
  dir: join(home, 'dist'),
  sourcemap: true,
  sourcemapExcludeSources: true,
  minify,
  comments: { annotation: true, jsdoc: false, legal: true },
} as const;

const bundle = await rolldown({
  input: entries(),
  platform: 'neutral',
  // A framework is its user's.
  external: /^(node:|@tensorflow\/|@jax-js\/)/,
  plugins: [privates, ...plugins, workerAsText(await workerText())],
});
await bundle.write({ ...output, chunkFileNames: '[name].js', codeSplitting: { groups } });
await bundle.close();

// In a file of its own, so that nothing of the runtime is in a bundle of it, also where a bundler puts what is loaded late into one file with the rest.
const small = await rolldown({
  input: join(home, 'src/small.ts'),
  platform: 'neutral',
  plugins: [standIns, privates, shortTables, ...plugins],
});
await small.write(output);
await small.close();
