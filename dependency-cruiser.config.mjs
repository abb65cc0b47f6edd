/** The direction of imports. Layers of the library, lowest first; each may import those before it. */
const library = '^packages/thalweg/src';
const layers = [
  'language',
  'plan',
  'targets/text',
  'targets/loops',
  'targets/arrays',
  'device',
  'define',
  'train',
  'checkpoint',
  'optimizer',
  'minimize',
  'loop',
  'optimizers',
  'transforms',
  'emit',
  'pytorch',
  'tfjs',
  'jax',
  'small',
];

/** The frameworks that a layer may import, which its user installs. */
const frameworks = {
  tfjs: ['node_modules/@tensorflow/tfjs-core/'],
  jax: ['node_modules/@jax-js/jax/'],
  'targets/arrays': ['node_modules/@jax-js/jax/', 'node_modules/@tensorflow/tfjs-core/'],
};

/** What each layer may import besides itself: a layer that may import another is not imported by it, by any number of steps (`scripts/imports.test.ts`). */
export const allowed = {
  language: [],
  plan: ['language'],
  'targets/text': ['language'],
  'targets/loops': ['language', 'plan'],
  'targets/arrays': ['language', 'plan', 'targets/loops'],
  device: ['language', 'plan', 'targets/loops'],
  define: ['language', 'targets/text'],
  train: ['language', 'plan', 'targets/loops', 'device', 'define'],
  checkpoint: ['language', 'plan', 'device', 'define', 'train'],
  optimizer: ['language', 'plan', 'device', 'define', 'train', 'checkpoint'],
  minimize: ['language', 'define', 'train', 'optimizer'],
  loop: ['language', 'define', 'train', 'optimizer', 'minimize'],
  optimizers: ['language/error', 'define'],
  transforms: ['language/error', 'define'],
  emit: ['language', 'plan', 'targets/text', 'targets/loops', 'targets/arrays', 'define'],
  pytorch: ['language', 'define', 'train', 'checkpoint', 'optimizers'],
  tfjs: ['language', 'plan', 'targets/arrays', 'define', 'train', 'checkpoint', 'optimizer'],
  jax: ['language', 'plan', 'targets/arrays', 'define', 'train', 'checkpoint', 'optimizer'],
  small: ['language', 'plan', 'targets/loops', 'targets/arrays', 'define', 'train'],
};

/** The two files by which `init` of a method reaches the runtime, which is loaded when it is first called. */
const theWayUp = `${library}/define/(start|runtime)\\.ts$`;

/** What uses Node: files, and the compiler that the backend `native` calls. */
const inNode = `${library}/(checkpoint/disk|device/native)/`;

export default {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    ...layers.map((layer) => ({
      name: `${layer}-imports`,
      severity: 'error',
      from: {
        path: `${library}/${layer}/`,
        ...(layer === 'define' ? { pathNot: theWayUp } : layer === 'device' ? { pathNot: inNode } : {}),
      },
      to: {
        path: '^packages|node_modules|^node:',
        pathNot: [
          `${library}/(${[`${layer}/`, ...allowed[layer].map((one) => (one.includes('/') ? one : `${one}/`))].join('|')})`,
          ...(frameworks[layer] ?? []),
        ].join('|'),
      },
    })),
    {
      name: 'define-loads-the-runtime',
      comment: 'A definition names the runtime by types and by one import(), so that who only defines and prints does without it.',
      severity: 'error',
      from: { path: theWayUp },
      to: { path: `${library}/`, pathNot: `${library}/(define|language)/`, dependencyTypesNot: ['type-only', 'dynamic-import'] },
    },
    {
      name: 'no-runtime-dependency',
      comment:
        'The library depends on nothing; only thalweg/node with the files it saves by, and thalweg/native with what compiles, may use Node, and only an adapter its framework.',
      severity: 'error',
      from: {
        path: library,
        pathNot: [`${library}/(node\\.ts$|tfjs(-ops)?\\.ts$|tfjs/|jax\\.ts$|jax/|targets/arrays/(jax|tfjs)\\.ts$)`, inNode],
      },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'core'] },
    },
    {
      name: 'tfjs-operations-apart',
      comment: 'A page that computes on a GPU loads the library’s own memory, kernels and files only when it saves or loads a model.',
      severity: 'error',
      from: { path: `${library}/tfjs/`, pathNot: `${library}/tfjs/(arena|held-states|saved-weights)\\.ts$` },
      to: {
        path: `${library}/(device|optimizer|tfjs/(arena|held-states|saved-weights)\\.ts|train/(core|threads)\\.ts|checkpoint/checkpoint\\.ts)`,
        dependencyTypesNot: ['type-only', 'dynamic-import'],
      },
    },
    {
      name: 'native-apart',
      comment: 'What compiles C is loaded by thalweg/native alone, so that no page carries it.',
      severity: 'error',
      from: { path: `${library}/`, pathNot: `${library}/(native\\.ts$|device/(native/|worker\\.ts$))` },
      to: { path: `${library}/(native\\.ts$|device/native/)` },
    },
    {
      name: 'native-imports',
      severity: 'error',
      from: { path: `${library}/device/native/` },
      to: { path: '^packages|node_modules', pathNot: `${library}/(language|plan|targets/loops|device)/` },
    },
    {
      name: 'public-exports-only',
      comment:
        'The comparer, the apps, benchmarks and examples use what a user can; the peak of WebAssembly is measured by code of our assembler.',
      severity: 'error',
      from: { path: '^(packages/(compare/(src|bin)|guide/src)|apps|bench|examples)', pathNot: '^bench/peak\\.ts$' },
      to: { path: `${library}/`, pathNot: `${library}/(index|node|emit|pytorch|tfjs|tfjs-ops|jax|small)\\.ts$` },
    },
    {
      name: 'no-deep-names',
      comment: 'A path inside the package is not public, even where a bundler would find it.',
      severity: 'error',
      from: {},
      to: {
        path: '^(thalweg|@thalweg/(compare|guide))/',
        pathNot: '/(package\\.json|node|emit|pytorch|tfjs|tfjs/ops|jax|small|look|models|replay)$',
      },
    },
    {
      name: 'known-layers',
      comment: 'A new folder in the library gets its place in `layers` above.',
      severity: 'error',
      from: { path: `${library}/[^/]+/`, pathNot: `${library}/(${layers.join('|')})/` },
      to: {},
    },
    { name: 'not-upwards', severity: 'error', from: { path: library }, to: { path: '^(packages/(compare|guide)|apps)' } },
    {
      name: 'guide-below-comparer',
      comment: 'The guide runs in a browser: it knows the library alone.',
      severity: 'error',
      from: { path: '^packages/guide/src' },
      to: { path: '^(packages/compare|apps|node:)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'kept-runs-below-commands',
      comment: 'What keeps and exports runs knows no command and no report.',
      severity: 'error',
      from: { path: '^packages/compare/src/(store|export)/' },
      to: { path: '^packages/compare/src/(cli|report)/' },
    },
    {
      name: 'queues-below-commands',
      comment: 'What hands runs to a queue and takes them from it knows no command and no report, and the two commands alone load it.',
      severity: 'error',
      from: { path: '^packages/compare/src/queue/' },
      to: { path: '^packages/compare/src/(cli|report)/' },
    },
    {
      name: 'queues-by-two-commands',
      severity: 'error',
      from: { path: '^packages/compare/src/', pathNot: '^packages/compare/src/(queue/|cli/(sweep|worker)\\.ts$)' },
      to: { path: '^packages/compare/src/queue/' },
    },
    {
      name: 'one-way-to-redis',
      comment: 'Who uses no queue needs no BullMQ: it is loaded by one import().',
      severity: 'error',
      from: { path: '^packages/compare/src/', pathNot: '^packages/compare/src/queue/packages\\.ts$' },
      to: { path: '(^|node_modules/)(bullmq|ioredis)(/|$)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'one-database',
      comment: 'SQL is spoken in one folder; others are handed a database.',
      severity: 'error',
      from: { path: '^packages/compare/src/', pathNot: '^packages/compare/src/store/' },
      to: { path: '^(node:)?sqlite$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'browser-without-node',
      comment: 'What the lab takes from the comparer must not lead to Node.',
      severity: 'error',
      from: { path: '^apps/lab/src' },
      to: { path: '^packages/compare/src', pathNot: '/(look|models|replay|statistics)\\.ts$' },
    },
    {
      name: 'nothing-of-node-behind-it',
      comment: 'Nor do the entrances for browsers lead to what only Node has, by any number of steps.',
      severity: 'error',
      from: { path: '^packages/compare/src/(look|models|replay|statistics)\\.ts$' },
      to: { path: '^(node:)?(fs|module|os|path|process|tty|util|worker_threads)$|/(linkedom|string-width|@stdlib)/', reachable: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(packages|apps)/[^/]+/dist/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['source', 'import', 'node', 'default'], mainFields: ['main'] },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
