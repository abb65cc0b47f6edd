/** The published declarations compile in a project that checks them (`skipLibCheck: false`), also with `lib: ES2022` alone. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const home = join(import.meta.dirname, '..');
const tsc = join(home, '../../node_modules/typescript/bin/tsc');

const program = `
import { adamw, groups, inspect, minimize, numberNode, optimizer, printExpression, sgd, tensor, tied, type Expression, type Optimizer, type StepResult } from 'thalweg';
export async function run(): Promise<StepResult> {
  const opt = await adamw({ lr: 1e-3 }).init({ w: tensor([2]), head: tied('w'), b: new Float32Array(2) });
  const word: StepResult = opt.step({ w: new Float32Array(2), b: new Float32Array(2) });
  const best = opt.snapshot();
  opt.restore(best);
  opt.hyper.lr = 3;
  groups([{ match: 'w', use: sgd({ lr: 1 }) }]);
  optimizer({ name: 'mine', hyper: { lr: ['η', 0.01] }, equations: 'w ← w − η·g' })({ lr: 1 });
  await minimize((w, g) => ((g[0] = 2 * (w[0] ?? 0)), 1), Float64Array.of(1), { optimizer: sgd(), steps: 1 });
  const any: Pick<Optimizer, 'dispose'> = opt;
  any.dispose();
  const values: readonly Expression[] = inspect(adamw()).groups.flatMap(({ parts }) => parts.flatMap(({ equations }) => equations.map(({ equation }) => equation.value)));
  if (values[0]?.kind === 'apply' && values[0].op === 'add') printExpression(values[0].operands[0] ?? numberNode(1));
  return word;
}
`;

test('the declarations compile without skipLibCheck, whatever lib a project has', () => {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-consumer-'));
  const compile = (args: readonly string[]): string => {
    const { stdout, status } = spawnSync(process.execPath, [tsc, '--pretty', 'false', ...args], { encoding: 'utf8', cwd: folder });
    return status === 0 ? '' : stdout;
  };
  try {
    const installed = join(folder, 'node_modules/thalweg');
    mkdirSync(installed, { recursive: true });
    cpSync(join(home, 'package.json'), join(installed, 'package.json'));
    const emit = ['--composite', 'false', '--incremental', 'false', '--declarationMap', 'false', '--declaration', '--emitDeclarationOnly'];
    assert.equal(compile(['-p', join(home, 'tsconfig.json'), ...emit, '--outDir', join(installed, 'dist')]), '');
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'use.ts'), program);
    for (const lib of [['ES2022'], ['ES2022', 'DOM'], ['ES2024'], ['ESNext', 'DOM']]) {
      const options = { noEmit: true, strict: true, target: 'ES2022', module: 'NodeNext', skipLibCheck: false, types: [], lib };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['use.ts'] }));
      assert.equal(compile(['-p', '.']), '', lib.join());
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
