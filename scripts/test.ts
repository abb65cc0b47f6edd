/**
 * What `npm test` runs: every check, each with its time, to the end even when one fails, and a summary that says what was left out
 * because the machine lacks it. With CI set, nothing may be left out.
 */
import { spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '..');
const bin = (name: string): string => join(root, 'node_modules', '.bin', name);
const node = process.execPath;
/** Those that compile C, hundreds of files of it. */
const compiled = [
  ...['emit-c', 'native', 'native-failures'].map((name) => join('packages/thalweg/test', `${name}.test.ts`)),
  'conformance/emitted-c.test.ts',
];
/** Where Node keeps what it made of the source: each of hundreds of processes would strip and compile it anew, which is 40 % of what they do. */
const compileCache = process.env['NODE_COMPILE_CACHE'] ?? join(root, 'node_modules/.cache/thalweg-compiled');
const inCI = (process.env['CI'] ?? '') !== '';
/** Those that run or kill the comparer's command dozens of times: CI has them among the others, and counts what they cover. */
const commanded = inCI ? [] : ['commands', 'kept-runs', 'queue', 'store'].map((name) => `packages/compare/test/${name}.test.ts`);
const unitFiles = globSync(
  [
    'packages/*/test/**/*.test.ts',
    'conformance/*.test.ts',
    'examples/*.test.ts',
    'bench/*.test.ts',
    'docs/*.test.ts',
    'scripts/*.test.ts',
    'study/*.test.ts',
  ],
  { cwd: root },
).filter((file) => !compiled.includes(file) && !commanded.includes(file));
/** Those that look into plans and graphs do so with objects of the source, which are not those of the bundle; what is emitted is text, and the same from both. */
const inside = [
  'arrays',
  'compiler',
  'denormals',
  'language',
  'lazy',
  'observe',
  'plans',
  'state-formats',
  'tree',
  'watch-kernels',
  'wgsl',
].map((name) => join('packages/thalweg/test', `${name}.test.ts`));
/** Its page is bundled from the source. */
const onSourceAlone = [...inside, ...compiled, 'conformance/emitted.test.ts', 'conformance/pages.test.ts'];
const builtFiles = globSync(['packages/thalweg/test/*.test.ts', 'conformance/*.test.ts'], { cwd: root }).filter(
  (file) => !onSourceAlone.includes(file),
);
/** As many files at a time as there are cores; of itself the runner leaves one out, which of two is half. */
const files = `--test-concurrency=${String(availableParallelism())}`;
/** With the same cases for property tests in every run. */
const test = ['--import', './scripts/seeded.ts', '--test'];
/** Browsers at a time: they wait more than they compute. */
const pages = '--test-concurrency=2';
/** Counting takes a third of the time of the tests as well. */
const coverage = [
  '--experimental-test-coverage',
  '--test-coverage-include=packages/*/src/**',
  // What the step native runs.
  ...['emit/c', 'device/native', 'targets/loops/c'].map((folder) => `--test-coverage-exclude=packages/thalweg/src/${folder}/**`),
  '--test-coverage-exclude=packages/thalweg/src/emit/c.ts',
  '--test-coverage-lines=90',
  '--test-coverage-branches=85',
  '--test-coverage-functions=90',
];

interface Step {
  readonly name: string;
  readonly about: string;
  readonly command: readonly [string, ...string[]];
  /** Why it runs only in CI and when asked for by name, or, with `alone`, only when asked for by name. */
  readonly apart?: string;
  readonly alone?: boolean;
}

const steps: readonly Step[] = [
  // First, since it takes as long as the other static checks together.
  { name: 'lint', about: 'ESLint, type-aware', command: [bin('eslint'), '.'] },
  { name: 'format', about: 'Prettier', command: [bin('prettier'), '--check', '--log-level=warn', '.'] },
  { name: 'types', about: 'TypeScript, strict', command: [bin('tsc'), '-p', 'tsconfig.json'] },
  {
    name: 'imports',
    about: 'the direction of imports',
    command: [
      bin('depcruise'),
      '--config',
      'dependency-cruiser.config.mjs',
      'packages',
      'apps/lab/src',
      'bench',
      'conformance',
      'examples',
      'scripts',
      'study',
    ],
  },
  {
    name: 'svelte',
    about: 'the lab, type-checked',
    command: [bin('svelte-check'), '--workspace', 'apps/lab', '--tsconfig', 'tsconfig.json', '--threshold', 'error'],
  },
  { name: 'api', about: 'API documentation, every export documented', command: [bin('typedoc'), '--logLevel', 'Warn'] },
  {
    name: 'build',
    about: 'the packages as they are published',
    command: [node, 'scripts/build.ts'],
  },
  {
    name: 'unit',
    about: 'all tests on the source, except those that compile C or run dozens of commands',
    command: [node, '--conditions=source', ...test, files, ...unitFiles],
  },
  {
    name: 'coverage',
    about: 'the same tests, with the line coverage of packages/*/src',
    command: [node, '--conditions=source', ...test, files, ...coverage, ...unitFiles, ...commanded],
    apart: 'it takes a third longer; a CI job requires 90 %, and npm test -- --only coverage runs it',
    alone: true,
  },
  {
    name: 'native',
    about: 'kernels and emitted files in C, compiled and compared with every other backend',
    command: [node, '--conditions=source', ...test, files, ...compiled],
    apart: 'it compiles hundreds of files; CI runs it, and npm test -- --only native',
  },
  ...(commanded.length === 0
    ? []
    : [
        {
          name: 'kept',
          about: 'comparisons that are interrupted, merged and compared, and their stored runs',
          command: [node, '--conditions=source', ...test, files, ...commanded] as const,
          apart: 'it runs dozens of commands; CI runs it in unit, and npm test -- --only kept runs it',
        },
      ]),
  {
    name: 'lab',
    about: 'the built guide and lab in Chromium',
    command: [node, '--conditions=source', ...test, pages, 'apps/*/test/*.test.ts'],
  },
  {
    name: 'built',
    about: "the library's tests on the built output, except those of internals",
    command: [node, ...test, files, ...builtFiles],
    apart: 'it repeats tests of unit; CI runs it, and npm test -- --only built',
  },
  {
    name: 'environments',
    about: 'the packed packages in Node, Bun, Deno, bundlers, frameworks and browsers',
    command: [node, 'scripts/environments.ts'],
    apart: 'it installs a gigabyte of tools; CI runs it, and npm run environments',
  },
  { name: 'pack', about: 'the contents of the packages to be published', command: [node, 'scripts/pack.ts'] },
];

/** Programs that some tests need, and how to install them. */
const needs = [
  { name: 'Chromium (tests in a real browser)', paths: ['/usr/bin/chromium'], get: 'apt-get install chromium' },
  { name: 'gcc (the benchmark against C)', paths: ['/usr/bin/gcc', '/usr/bin/cc'], get: 'apt-get install gcc' },
];

interface Outcome {
  readonly step: Step;
  readonly code: number;
  readonly seconds: number;
  readonly output: string;
}

function run(step: Step): Promise<Outcome> {
  const started = performance.now();
  return new Promise((resolve) => {
    const [command, ...args] = step.command;
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FORCE_COLOR: '0', NODE_OPTIONS: '', NODE_COMPILE_CACHE: compileCache },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', (error) => (output += String(error)));
    child.on('close', (code) => resolve({ step, code: code ?? 1, seconds: (performance.now() - started) / 1000, output })); // prettier-ignore
  });
}

/** The counts in the closing lines of node's test runner. */
function counts(output: string): { passed: number; failed: number; skipped: number } {
  const count = (word: string): number => Number(new RegExp(`^ℹ ${word} (\\d+)$`, 'm').exec(output)?.[1] ?? 0);
  return { passed: count('pass'), failed: count('fail') + count('cancelled'), skipped: count('skipped') };
}

/** The options; undefined after printing an error if they are wrong. */
function options(): { only?: string; help?: boolean } | undefined {
  try {
    return parseArgs({ options: { only: { type: 'string' }, help: { type: 'boolean', short: 'h' } } }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(`${error.message}\nnpm test -- --help lists the options.`);
    return undefined;
  }
}

async function main(): Promise<number> {
  const names = steps.map((step) => step.name);
  const values = options();
  if (values === undefined) return 2;
  if (values.help === true) {
    const lines = steps.map(
      ({ name, about, apart, alone }) =>
        `  ${name.padEnd(13)}${about}${apart === undefined ? '' : alone === true ? ' (only with --only)' : ' (in CI and with --only)'}`,
    );
    console.log(
      `npm test -- [--only ${names.join(',')}]\n\nRuns all checks, even after a failure, and reports at the end which failed and which were skipped.\n\n${lines.join('\n')}`,
    );
    return 0;
  }
  const only = values.only?.split(',') ?? names;
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    console.error(`There is no step ${unknown.join(', ')}; there are ${names.join(', ')}.`);
    return 2;
  }
  const isLeftOut = ({ apart, alone }: Step): boolean => apart !== undefined && (!inCI || alone === true) && values.only === undefined;
  const chosen = steps.filter((step) => only.includes(step.name) && !isLeftOut(step));
  const total = { passed: 0, failed: 0, skipped: 0 };
  const failed: string[] = [];
  const report = ({ step, code, seconds, output }: Outcome): void => {
    const { passed, failed: broken, skipped } = counts(output);
    total.passed += passed + (code === 0 && passed === 0 ? 1 : 0);
    total.skipped += skipped;
    total.failed += code === 0 ? 0 : Math.max(1, broken);
    const tally = passed + broken > 0 ? `, ${String(passed)} passed, ${String(broken)} failed` : '';
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${step.name.padEnd(8)} ${step.about} (${seconds.toFixed(1)} s${tally})`);
    for (const [, name = '', reason = ''] of output.matchAll(/^ *﹣ (.*?) \([\d.]+ms\) # (.*)$/gm))
      console.log(`       skipped: ${name}: ${reason}`);
    if (code !== 0) {
      failed.push(step.name);
      for (const [line] of output.matchAll(/^ℹ Error: .* does not meet threshold .*$/gm)) console.log(`       ${line}`);
      const details = output.includes('failing tests:') ? output.slice(output.indexOf('failing tests:')) : output;
      console.log(
        details
          .trim()
          .split('\n')
          .slice(0, 200)
          .map((line) => `       ${line}`)
          .join('\n'),
      );
    }
  };
  // Static checks are independent of each other and run two at a time; tests run alone, so that they have the machine.
  const isTest = (step: Step): boolean =>
    ['unit', 'coverage', 'native', 'kept', 'lab', 'built', 'environments', 'pack'].includes(step.name);
  const waiting = chosen.filter((step) => !isTest(step));
  const lane = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) report(await run(step));
  };
  await Promise.all([lane(), lane()]);
  for (const step of chosen.filter(isTest)) report(await run(step));
  const missing = needs.filter(({ paths }) => !paths.some((path) => existsSync(path)));
  for (const { name, get } of missing) console.log(`left out: ${name}; to get it: ${get}`);
  for (const step of steps.filter(isLeftOut)) console.log(`left out: ${step.about}: ${step.apart ?? ''}`);
  if (missing.length > 0 && inCI) {
    total.failed += missing.length;
    failed.push('what CI must have');
  }
  if (failed.length > 0) console.log(`\nFailed: ${failed.join(', ')}`);
  console.log(
    `\n${String(total.passed)} passed, ${String(total.failed)} failed${total.skipped > 0 ? `, ${String(total.skipped)} skipped` : ''}`,
  );
  return failed.length === 0 ? 0 : 1;
}

process.exitCode = await main();
