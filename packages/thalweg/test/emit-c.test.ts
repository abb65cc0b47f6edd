/** The target `c`: every file compiles without a warning and replays its recorded steps; an exact one has the bits of WebAssembly. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  adamw,
  chain,
  clipByGlobalNorm,
  groups,
  optimizer,
  otherwise,
  schedule,
  sgd,
  tensor,
  UnsupportedError,
  warmupCosine,
  type Method,
} from 'thalweg';
import { c, emit, emitTo, type COptions } from 'thalweg/emit';
import { native } from './support/native.ts';
import { everyMethod } from './support/plan-snapshot.ts';

const folder = mkdtempSync(join(tmpdir(), 'thalweg-emit-c-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Compiles files as strictly as a compiler can be asked to, and runs the program. */
function build(sources: Readonly<Record<string, string>>, ...flags: string[]): { readonly status: number | null; readonly said: string } {
  for (const [name, text] of Object.entries(sources)) writeFileSync(join(folder, name), text);
  const files = Object.keys(sources).filter((name) => name.endsWith('.c'));
  const strict = ['-std=c99', '-Wall', '-Wextra', '-pedantic', '-Wshadow', '-Werror', '-ffp-contract=off'];
  const compiled = spawnSync('cc', [...strict, ...flags, ...files, '-o', 'program', '-lm'], { cwd: folder, encoding: 'utf8' });
  if (compiled.status !== 0) return { status: compiled.status, said: compiled.stderr };
  const { status, stdout } = spawnSync(join(folder, 'program'), { encoding: 'utf8' });
  return { status, said: stdout };
}

const typeName = (text: string): string => /^\} (\w+);/m.exec(text)?.[1] ?? assert.fail('there is a struct');

function assertReplays(method: Method, options: COptions): void {
  const text = emitTo(c, method, options);
  const { status, said } = build({ 'method.c': text }, `-D${typeName(text).toUpperCase()}_TEST`);
  assert.equal(status, 0, `${method.name} ${JSON.stringify(options)}: ${said}`);
  assert.match(said, /: right$/m);
}

/** What C cannot say yet, by the words of the refusal. */
const refusals = /whole matrices|other equations for matrices|are for matrices/;

test('every optimizer and transform compiles without a warning and replays its steps, or is refused by name', native, () => {
  const said: string[] = [];
  everyMethod().forEach(([name, method], i) => {
    // A variant has one of the four kinds of file, so that all of them see all kinds; what has no variant has two.
    const kinds = [{ dtype: 'float32', exact: false }, { dtype: 'float64', exact: true }, { dtype: 'float32', exact: true }, { dtype: 'float64', exact: false }] as const; // prettier-ignore
    const chosen = name.includes(' ') ? [kinds[i % 4]!] : [kinds[0], kinds[1 + (i % 3)]!];
    try {
      for (const options of chosen) assertReplays(method, options);
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      assert.match(error.message, refusals);
      said.push(name);
    }
  });
  assert.deepEqual(
    said.filter((name) => !name.includes(' ')),
    ['adafactor', 'adaptiveClip', 'addNoise', 'centralize', 'muon', 'noisySgd', 'shampoo', 'sm3', 'soap'],
  );
});

/** A program that takes steps and prints all weights. */
function harness(type: string, members: readonly string[], lengths: readonly number[], dtype: string, steps: number): string {
  const element = dtype === 'float32' ? 'float' : 'double';
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const starts = lengths.map((_, j) => lengths.slice(0, j).reduce((sum, length) => sum + length, 0));
  const tensors = lengths.map(
    (length, j) => `{.size = ${String(length)}, ${members.map((one) => `.${one} = ${one} + ${String(starts[j])}`).join(', ')}}`,
  );
  return `#define ${type.toUpperCase()}_ONLY_HEADER
#include "method.c"
#include <stdio.h>
${members.map((one) => `static ${element} ${one}[${String(total)}];`).join('\n')}
int main(void) {
  ${type}_tensor tensors[] = {${tensors.join(', ')}};
  ${type} o = ${type}_defaults();
  for (int i = 0; i < ${String(total)}; i++) w[i] = (${element})((i * 7 + 3) % 11 - 5) / 4;
  for (int t = 1; t <= ${String(steps)}; t++) {
    for (int i = 0; i < ${String(total)}; i++) g[i] = i % 5 == 0 && t > 2 ? 0 : (${element})((t * 5 + i * 7) % 13 - 6) / 8;
    ${type}_step(&o, tensors, ${String(lengths.length)});
  }
  for (int i = 0; i < ${String(total)}; i++) printf("%.17g\\n", (double)w[i]);
  return 0;
}
`;
}

const lengths = [5000, 7, 0, 1, 333];

for (const dtype of ['float32', 'float64'] as const) {
  test(`an exact file has the bits of wasm for tensors of any size (${dtype})`, native, async () => {
    for (const [name, method] of everyMethod()) {
      if (!/^(adamw|lamb|clipByGlobalNorm|radam|lion|prodigy|adamax|yogi)$/.test(name)) continue;
      const text = emit(method, 'c', { dtype, exact: true, name: 'method' });
      const struct = /typedef struct \{([^}]*)\} method_tensor;/.exec(text)?.[1] ?? '';
      const members = [...struct.matchAll(/(?:float|double) \*(\w+);/g)].map(([, member = '']) => member);
      const { status, said } = build({ 'method.c': text, 'main.c': harness('method', members, lengths, dtype, 34) }, '-O2');
      assert.equal(status, 0, said);
      const opt = await method.init(Object.fromEntries(lengths.map((length, j) => [`p${String(j)}`, tensor([length], { dtype })])), {
        backend: 'wasm',
      });
      let i = 0;
      const first = Object.values(opt.params).map((w) => w.map(() => (((i++ * 7 + 3) % 11) - 5) / 4));
      Object.values(opt.params).forEach((w, j) => w.set(first[j]!));
      for (let t = 1; t <= 34; t++) {
        i = 0;
        for (const g of Object.values(opt.grads))
          g.forEach((_, k) => ((g[k] = i % 5 === 0 && t > 2 ? 0 : (((t * 5 + i * 7) % 13) - 6) / 8), i++));
        opt.step();
      }
      const expected = Object.values(opt.params).flatMap((w) => [...w]);
      const actual = said.trim().split('\n').map(Number);
      const at = actual.findIndex((x, k) => !Object.is(x, expected[k]));
      assert.ok(at < 0, `${name}, number ${String(at)}: ${String(actual[at])} is not ${String(expected[at])}`);
    }
  });
}

test('schedules are functions of the file', native, () => {
  assertReplays(adamw({ lr: warmupCosine({ peak: 0.1, warmup: 5, total: 15 }) }), {});
  assertReplays(adamw({ lr: warmupCosine({ peak: 0.1, warmup: 5, total: 15 }), decay: 'independent' }), { dtype: 'float64', exact: true });
  assertReplays(sgd({ lr: schedule('t > 10 ? a / √t : min(a, t)', { a: 0.1 }) }), { dtype: 'float64' });
});

test('names that are words of C, or names of the step itself, or of others', native, () => {
  const hyper = { lr: ['double', 0.1], restrict: ['y0', 0.5], tensors: ['count', 2], scratch: ['k', 0.1] } as const;
  const equations =
    'int = count·g + 0·k; for ← y0·for + int; x ← 0.5·x + for; o = x·double; m ← o; new_m ← m·0.5; c = m + new_m + k; w ← w − c·(sqrt(abs(c)) > 0 ? 1 : 2)';
  for (const exact of [false, true]) assertReplays(optimizer({ name: 'void', hyper, equations })(), { exact, dtype: 'float64' });
  assertReplays(adamw(), { name: '1 */ struct', source: 'a paper */ with an end, /* a beginning ??/ \\', dtype: 'float64' });
});

test('what C cannot say is refused by name', () => {
  const refused = (method: Method, problem: RegExp): void => {
    assert.throws(
      () => emit(method, 'c'),
      (error) => error instanceof UnsupportedError && problem.test(error.message),
    );
  };
  refused(groups([{ match: { rank: 2 }, use: sgd() }, { match: otherwise, use: adamw() }]), /has groups/); // prettier-ignore
  refused(adamw({ lr: (t) => 1 / t }), /lr is a function of JavaScript/);
  assert.throws(() => emit(adamw(), 'c', { dtype: 'float16' as 'float32' }), /dtype must be "float32" or "float64"/);
});

test('a file is readable: the equations of the author, and one loop', () => {
  const text = emit(adamw(), 'c');
  for (const line of ['m ← β₁·m + (1 − β₁)·g', 'v̂ = v / (1 − β₂ᵗ)']) assert.equal(text.split(line).length, 3, line);
  assert.match(text, /const float m_hat = new_m \/ \w+;/);
  assert.equal(text.match(/x->size/g)?.length, 1);
  assert.equal(emit(chain(clipByGlobalNorm(1), adamw()), 'c').match(/x->size/g)?.length, 2);
});
