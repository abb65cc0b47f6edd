/** The documentation is true: every TypeScript example compiles and runs, and every relative link leads somewhere. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'docs', '.examples');
const pages = globSync(['*.md', 'docs/*.md', 'conformance/*.md', 'bench/*.md', 'packages/*/README.md'], { cwd: root });
const sources = globSync('packages/thalweg/src/**/*.ts', { cwd: root });

/** The ```ts blocks of a file, with the stars of a docstring taken off. */
function examplesOf(file: string): { file: string; line: number; code: string }[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^([ \t]*\* ?)?```ts\n([\s\S]*?)^([ \t]*\* ?)?```$/gm)].map((match) => ({
    file,
    line: text.slice(0, match.index).split('\n').length,
    code: (match[2] ?? '').replaceAll(/^[ \t]*\* ?/gm, file.endsWith('.ts') ? '' : '$&'),
  }));
}

const examples = [...pages, ...sources].flatMap(examplesOf);

test('there are examples', () => {
  assert.ok(examples.length >= 30, `only ${String(examples.length)}`);
});

test('every example compiles', async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  examples.forEach(({ file, line, code }, i) => {
    writeFileSync(join(folder, `${String(i)}.ts`), `/** ${file}, line ${String(line)} */\n${code}\nexport {};\n`);
  });
  const options = {
    extends: '../../tsconfig.base.json',
    compilerOptions: { noEmit: true, noUnusedLocals: false },
    include: ['*.ts', '../../packages/*/src/*.d.ts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options));
  const run = promisify(execFile)(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--pretty', 'false', '-p', folder], {
    cwd: root,
  });
  const { stdout } = await run.catch((error: unknown) => error as { stdout: string });
  assert.equal(stdout, '');
});

for (const [i, { file, line, code }] of examples.entries()) {
  test(`the example at ${file}:${String(line)} runs`, async () => {
    const url = pathToFileURL(join(folder, `${String(i)}.ts`));
    if (code.includes("'@tensorflow/")) await runAlone(url);
    else await import(url.href);
  });
}

/** Runs a file with modules of its own: what TF.js has depends on what was imported, and another example may have imported more. */
async function runAlone(url: URL): Promise<void> {
  const [code] = (await once(new Worker(url, { stdout: true }), 'exit')) as [number];
  assert.equal(code, 0);
}

for (const page of pages) {
  test(`the links of ${page} lead somewhere`, () => {
    const text = readFileSync(join(root, page), 'utf8').replaceAll(/```[\s\S]*?```/g, '');
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"|srcset="([^"]+)"/g)].map(
      (match) => match[1] ?? match[2] ?? match[3] ?? '',
    );
    const broken = targets.filter(
      (target) => !/^(https?:|#|mailto:)/.test(target) && !existsSync(join(root, dirname(page), target.split('#')[0] ?? '')),
    );
    assert.deepEqual(broken, []);
  });
}
