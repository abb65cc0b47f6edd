/** The command `thalweg emit`: names, files and options that people give it, and what it says of wrong ones. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, mock, test } from 'node:test';
import { adamw, muon } from 'thalweg';
import { emit } from 'thalweg/emit';
import { main } from '../src/cli/main.ts';

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(root, 'report-test-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What the command prints, and its exit code. */
async function thalweg(...args: readonly string[]): Promise<{ readonly out: string; readonly err: string; readonly code: number }> {
  const [out, err] = (['stdout', 'stderr'] as const).map((name) => mock.method(process[name], 'write', () => true).mock);
  try {
    const code = await main(['emit', ...args]);
    const text = (calls: typeof out): string => (calls?.calls ?? []).map(({ arguments: [first] }) => String(first)).join('');
    return { out: text(out), err: text(err), code };
  } finally {
    mock.restoreAll();
  }
}

/** A file of the user's. */
function own(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

test('what the README has npm emit goes to a file: on the terminal it would stand below what npm says', async () => {
  const commands = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/npm run thalweg -- emit ([^`\n]*)/g)].map(([, args = '']) =>
    args.split(' '),
  );
  assert.ok(commands.length > 0);
  for (const args of commands) {
    const at = args.indexOf('-o') + 1;
    assert.ok(at > 0, args.join(' '));
    const file = join(folder, args[at]!);
    assert.deepEqual(await thalweg(...args.with(at, file)), { out: '', err: `Wrote ${file}.\n`, code: 0 });
  }
});

test('an optimizer of the library, with options, is printed or written', async () => {
  assert.deepEqual(await thalweg('ADAMW', '--to', 'pytorch'), { out: emit(adamw(), 'pytorch'), err: '', code: 0 });
  assert.match(emit(adamw(), 'pytorch'), /^class AdamW\(Optimizer\):$/m);
  const file = join(folder, 'muon.py');
  const said = await thalweg('muon', '--to', 'Optax', '--set', 'lr=0.5', '--set', 'adjust=rms', '--name', 'mine', '-o', file);
  assert.deepEqual(said, { out: '', err: `Wrote ${file}.\n`, code: 0 });
  assert.equal(readFileSync(file, 'utf8'), emit(muon({ lr: 0.5, adjust: 'rms' }), 'optax', { name: 'mine' }));
  const exact = await thalweg('adamw', '--to', 'c', '--dtype', 'float64', '--exact');
  assert.equal(exact.out, emit(adamw(), 'c', { dtype: 'float64', exact: true }));
  assert.match((await thalweg('adamw', '--to', 'numpy', '--set', 'amsgrad=true')).out, /v_max = np\.maximum\(v_max, /);
});

test("a file's default export may be an optimizer, a method with its options, or a contestant of compare", async () => {
  const factory = own('a.ts', `import { optimizer } from 'thalweg';\nexport default optimizer({ name: 'mine', hyper: { lr: ['η', 0.1], weight: ['λ', 0] }, equations: 'w ← w − η·(g + λ·w)' });`); // prettier-ignore
  assert.match(
    (await thalweg(factory, '--to', 'numpy', '--set', 'lr=0.25')).out,
    /lr=0\.25, weight=0\):[^]*w = w - lr \* \(g \+ weight \* w\)/,
  );
  const method = own(
    'b.ts',
    `import { adam, chain, clipByGlobalNorm } from 'thalweg';\nexport default chain(clipByGlobalNorm(2), adam());`,
  );
  assert.match((await thalweg(method, '--to', 'pytorch')).out, /class ClipByGlobalNormAdam\(Optimizer\)/);
  assert.match(
    (await thalweg(method, '--to', 'pytorch', '--set', 'lr=1')).err,
    /exports chain\(clipByGlobalNorm, adam\) with its options already given/,
  );
  const contestant = own('c.ts', `import { sgd } from 'thalweg';\nexport default { id: 'mine', create: (lr) => sgd({ lr }) };`);
  assert.match((await thalweg(contestant, '--to', 'numpy', '--set', 'lr=0.125')).out, /lr=0\.125/);
});

test('what is wrong is told with what would be right, by the exit code of wrong usage', async () => {
  const nothing = own('d.ts', 'export const x = 1;');
  const cases: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [['adamw', '--to', 'torch'], /no target torch; did you mean pytorch\?/],
    [['adamw', '--to', 'jax'], /no target jax; did you mean optax\?/],
    [['adamw', '--to', 'fortran'], /no target fortran; there are .*numpy/],
    [['adamw'], /required option '--to <target>' not specified/],
    [['adanw', '--to', 'numpy'], /no such optimizer; did you mean/],
    [['clipByNorm', '--to', 'numpy'], /it is a transform; chain it with an optimizer in a file/],
    [['adamw', '--to', 'numpy', '--set', 'weight_decay=0.1'], /adamw: weight_decay is not an option \(did you mean weightDecay\?\)/],
    [['adamw', '--to', 'numpy', '--set', 'beta1=2'], /beta1 must lie in \[0, 1\), and 2 does not/],
    [['adamw', '--to', 'numpy', '--set', 'lr'], /Write an option with its value, as lr=3e-4/],
    [['adamw', '--to', 'numpy', '--exact'], /numpy: it has no option --exact; it takes --name, --source/],
    [['adamw', '--to', 'c', '--dtype', 'float16'], /Allowed choices are float32, float64/],
    [['./none.ts', '--to', 'numpy'], /there is no such file/],
    [[nothing, '--to', 'numpy'], /it has no default export/],
  ];
  for (const [args, says] of cases) {
    const { out, err, code } = await thalweg(...args);
    assert.match(err, says);
    assert.deepEqual([out, code], ['', 2], args.join(' '));
  }
  const { err, code } = await thalweg('noisySgd', '--to', 'numpy');
  assert.match(err, /noisySgd draws noise/);
  assert.equal(code, 1);
});
