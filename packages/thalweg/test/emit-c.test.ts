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
  muon,
  optimizer,
  otherwise,
  schedule,
  sgd,
  shampoo,
  soap,
  tensor,
  UnsupportedError,
  warmupCosine,
  type Method,
} from 'thalweg';
import { c, emit, emitTo, type COptions } from 'thalweg/emit';
import { everyOperation } from './support/every-operation.ts';
import { native } from './support/native.ts';
import { oddMethods } from './support/odd-methods.ts';
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

const hasCpp = spawnSync('g++', ['--version']).status === 0;

const typeName = (text: string): string => /^\} (\w+);/m.exec(text)?.[1] ?? assert.fail('there is a struct');

function assertReplays(method: Method, options: COptions): void {
  const text = emitTo(c, method, options);
  const { status, said } = build({ 'method.c': text }, `-D${typeName(text).toUpperCase()}_TEST`);
  assert.equal(status, 0, `${method.name} ${JSON.stringify(options)}: ${said}`);
  assert.match(said, /: right$/m);
}

test('every operation of arrays and of numbers compiles without a warning and replays its steps', native, () => {
  for (const [, method] of everyOperation()) for (const dtype of ['float32', 'float64'] as const) assertReplays(method, { dtype });
});

/** What C cannot say, by the words of the refusal. */
const refusals = /draws noise/;

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
    ['addNoise', 'noisySgd'],
  );
});

/** The members of a tensor that are arrays, each with its number of elements in terms of rows and cols, and whether memory is needed. */
function membersOf(text: string): { readonly arrays: readonly (readonly [name: string, count: string])[]; readonly works: boolean } {
  const struct = /typedef struct \{([^}]*)\} method_tensor;/.exec(text)?.[1] ?? '';
  const arrays = [...struct.matchAll(/(?:float|double) \*(\w+);(.*)/g)];
  const count = (comment: string): string => /, ([\w* ]+) elements/.exec(comment)?.[1] ?? 'rows * cols';
  return { arrays: arrays.map(([, name = '', comment = '']) => [name, count(comment)] as const), works: struct.includes('void *work;') };
}

/** A program that takes steps and prints all weights. */
function harness(text: string, shapes: readonly (readonly number[])[], dtype: string, steps: number): string {
  const element = dtype === 'float32' ? 'float' : 'double';
  const { arrays, works } = membersOf(text);
  const has = (member: string): boolean => new RegExp(`^ {2}size_t (.*, )?${member}\\b.*;`, 'm').test(text);
  const given = shapes.map((shape) => {
    const [rows = 1, ...rest] = shape;
    const cols = rest.reduce((product, size) => product * size, 1);
    const members = ['rank', 'rows', 'cols'].filter(has).map((name) => `.${name} = ${String({ rank: shape.length, rows, cols }[name])}`);
    return { rows, cols, size: rows * cols, members };
  });
  return `#define METHOD_ONLY_HEADER
#include "method.c"
#include <stdio.h>
#include <stdlib.h>
int main(void) {
  method_tensor tensors[] = {${given.map(({ size, members }) => `{${[`.size = ${String(size)}`, ...members].join(', ')}}`).join(', ')}};
  static const size_t dimensions[][2] = {${given.map(({ rows, cols }) => `{${String(rows)}, ${String(cols)}}`).join(', ')}};
  method o = method_defaults();
  int at = 0;
  for (int k = 0; k < ${String(given.length)}; k++) {
    const size_t rows = dimensions[k][0], cols = dimensions[k][1];
    ${arrays.map(([name, count]) => `tensors[k].${name} = calloc(${count} + 1, sizeof(${element}));`).join('\n    ')}
    ${works ? 'tensors[k].work = malloc(method_work(&tensors[k]) + 1);' : ''}
    for (size_t i = 0; i < rows * cols; i++, at++) tensors[k].w[i] = (${element})((at * 7 + 3) % 11 - 5) / 4;
  }
  for (int t = 1; t <= ${String(steps)}; t++) {
    at = 0;
    for (int k = 0; k < ${String(given.length)}; k++)
      for (size_t i = 0; i < tensors[k].size; i++, at++)
        ((${element} *)tensors[k].g)[i] = at % 5 == 0 && t > 2 ? 0 : (${element})((t * 5 + at * 7) % 13 - 6) / 8;
    method_step(&o, tensors, ${String(given.length)});
  }
  for (int k = 0; k < ${String(given.length)}; k++)
    for (size_t i = 0; i < tensors[k].size; i++) printf("%.17g\\n", (double)tensors[k].w[i]);
  return 0;
}
`;
}

/** Steps of a file and of WebAssembly; the first difference, or undefined. */
async function firstDifference(method: Method, dtype: 'float32' | 'float64', shapes: readonly (readonly number[])[], steps: number): Promise<string | undefined> {
  const text = emit(method, 'c', { dtype, exact: true, name: 'method' });
  const { status, said } = build({ 'method.c': text, 'main.c': harness(text, shapes, dtype, steps) }, '-O2', '-Wno-cast-qual');
  assert.equal(status, 0, said);
  const opt = await method.init(Object.fromEntries(shapes.map((shape, j) => [`p${String(j)}`, tensor(shape, { dtype })])), { backend: 'wasm', nonFinite: 'propagate' });
  let i = 0;
  const first = Object.values(opt.params).map((w) => w.map(() => (((i++ * 7 + 3) % 11) - 5) / 4));
  Object.values(opt.params).forEach((w, j) => w.set(first[j]!));
  for (let t = 1; t <= steps; t++) {
    i = 0;
    for (const g of Object.values(opt.grads))
      g.forEach((_, k) => ((g[k] = i % 5 === 0 && t > 2 ? 0 : (((t * 5 + i * 7) % 13) - 6) / 8), i++));
    opt.step();
  }
  const expected = Object.values(opt.params).flatMap((w) => [...w]);
  const actual = said.trim().split('\n').map(Number);
  const at = actual.findIndex((x, k) => !Object.is(x, expected[k]));
  return at < 0 && actual.length === expected.length ? undefined : `number ${String(at)}: ${String(actual[at])} is not ${String(expected[at])}`;
} // prettier-ignore

const vectors = [[5000], [7], [0], [], [333]];
const matrices = [[12, 20], [70, 40], [1, 5], [9, 9], [3, 2, 4], [2, 50]]; // prettier-ignore

for (const dtype of ['float32', 'float64'] as const) {
  test(`an exact file has the bits of wasm for tensors of any size (${dtype})`, native, async () => {
    for (const [name, method] of everyMethod()) {
      if (!/^(adamw|lamb|clipByGlobalNorm|radam|lion|prodigy|adamax|yogi)$/.test(name)) continue;
      assert.equal(await firstDifference(method, dtype, vectors, 34), undefined, name);
    }
  });

  test(`an exact file has the bits of wasm for matrices (${dtype})`, native, async () => {
    for (const [name, method] of everyMethod()) {
      if (!/^(muon|shampoo|soap|adafactor|sm3|centralize|adaptiveClip)$/.test(name)) continue;
      // Of Adafactor the number 1 − t^−ρ is the C library's: in float64 its last digit is in all weights.
      if (name === 'adafactor' && dtype === 'float64') continue;
      const shapes = name === 'muon' ? matrices : [...matrices, [7], [], [64]];
      assert.equal(await firstDifference(method, dtype, shapes, 24), undefined, name);
    }
    const clipped = [chain(clipByGlobalNorm(1), soap({ every: 3 })), chain(clipByGlobalNorm(0.1), shampoo()), chain(clipByGlobalNorm(1), muon())]; // prettier-ignore
    for (const method of clipped) assert.equal(await firstDifference(method, dtype, matrices, 8), undefined, method.name);
    assert.equal(await firstDifference(clipped[0]!, dtype, [[4], ...matrices, [7]], 8), undefined);
  });
}

test('a sum over several tensors that matrices have later than vectors is complete before anything reads it', native, () => {
  const equations = 'u = rank ≥ 2 ? g @ gᵀ @ g : g\nm ← 0.5·m + u / ‖u‖_group\nw ← w − η·m / (‖m‖_all + 1)';
  for (const exact of [false, true]) assertReplays(optimizer({ name: 'uneven', hyper: { lr: ['η', 0.1] }, equations })(), { exact, dtype: 'float64' });
}); // prettier-ignore

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
  for (const name of ['squares', 'moved', 'x', 'tile', 'v1', 'lane0', 'kernel0', 'size_t', 'multiply', 'a', 'expected', 'main', 'y0'])
    assertReplays(soap(), { name, exact: name.length % 2 === 0, dtype: 'float64' });
  const states = 'moved ← 0.5·moved + g; expected ← moved; right = expected; before ← before + right; same = before; w ← w − η·same';
  assertReplays(optimizer({ name: 'off', hyper: { lr: ['η', 0.1] }, equations: states })(), { dtype: 'float64' });
  assertReplays(adamw(), { name: '1 */ struct', source: 'a paper */ with an end, /* a beginning ??/ \\', dtype: 'float64' });
});

test('odd equations of one’s own, and odd names', native, () => {
  const kinds = [{ dtype: 'float32', exact: false }, { dtype: 'float64', exact: true }, { dtype: 'float32', exact: true }, { dtype: 'float64', exact: false }] as const; // prettier-ignore
  Object.values(oddMethods).forEach((method, i) => {
    assertReplays(method, kinds[i % 4]!);
    assertReplays(method, kinds[(i + 1) % 4]!);
  });
});

test('a number that float32 cannot hold is NaN in the recording, and in the file', native, () => {
  assertReplays(optimizer({ name: 'vast', hyper: { lr: ['η', 0.1] }, equations: 'w ← w − η·g·1e-300·1e300' })(), { dtype: 'float32' });
});

test('what C cannot say is refused by name', () => {
  const refused = (method: Method, problem: RegExp): void => {
    assert.throws(
      () => emit(method, 'c'),
      (error) => error instanceof UnsupportedError && problem.test(error.message),
    );
  };
  refused(groups([{ match: { rank: 2 }, use: sgd() }, { match: otherwise, use: adamw() }]), /has groups/); // prettier-ignore
  refused(adamw({ lr: (t) => 1 / t }), /lr is a JavaScript function/);
  assert.throws(() => emit(adamw(), 'c', { dtype: 'float16' as 'float32' }), /dtype must be "float32" or "float64"/);
});

test('the header is one for C++, too, whose words no name is', { skip: hasCpp ? false : 'no g++' }, () => {
  const words = ['class', 'new', 'template', 'this', 'private', 'operator', 'bool', 'not'];
  const equations = `${words.map((word) => `${word} ← ζ·${word} + g`).join('; ')}; w ← w − η·(${words.join(' + ')})`;
  const odd = optimizer({ name: 'namespace', hyper: { lr: ['η', 0.1], delete: ['ζ', 0.5] }, equations });
  const methods = [
    ...everyMethod()
      .filter(([title]) => !/nois[ey]|: /i.test(title))
      .map(([, method]) => method),
    odd(),
  ];
  const texts = methods.map((method, i) => emit(method, 'c', method.name === 'namespace' ? {} : { name: `m${String(i)}` }));
  const types = texts.map(typeName);
  texts.forEach((text, i) => writeFileSync(join(folder, `header${String(i)}.c`), text));
  const includes = types.map((type, i) => `#define ${type.toUpperCase()}_ONLY_HEADER\n#include "header${String(i)}.c"`);
  const called = types.at(-1)!;
  const main = `int main() { ${called} o = ${called}_defaults(); ${called}_step(&o, nullptr, 0); return o.t == 1 ? 0 : 1; }`;
  writeFileSync(join(folder, 'main.cpp'), `${includes.join('\n')}\n${main}\n`);
  const run = (program: string, ...args: string[]): void => {
    const { status, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  };
  run('cc', '-std=c99', '-c', `header${String(types.length - 1)}.c`, '-o', 'own.o');
  run('g++', '-std=c++17', '-Wall', '-Wextra', '-Wpedantic', '-Werror', 'main.cpp', 'own.o', '-lm', '-o', 'main');
  run(join(folder, 'main'));
});

test('a file that works in memory gives it back, and steps matrices without elements', native, () => {
  for (const method of [muon(), soap({ every: 2 })]) {
    const text = emit(method, 'c', { name: 'own' });
    const checked = ['-fsanitize=address,undefined', '-fno-sanitize-recover'];
    assert.deepEqual(build({ 'own.c': text }, ...checked, '-DOWN_TEST').status, 0, method.name);
    const struct = /size_t size;[^]*?\} own_tensor;/.exec(text)![0];
    const arrays = [...struct.matchAll(/float \*(\w+);/g)].map(([, one = '']) => one);
    const sides = [[0, 3], [3, 0], [0, 0], [1, 1]] as const; // prettier-ignore
    const given = sides.map(([rows, cols], i) => [
      `.size = ${String(rows * cols)}, .rows = ${String(rows)}, .cols = ${String(cols)}, .work = work`,
      ...(struct.includes('rank') ? ['.rank = 2'] : []),
      ...arrays.map((one, k) => `.${one} = memory[${String(i * arrays.length + k)}]`),
    ]);
    const main = [
      '#include "own.c"',
      'int main(void) {',
      `  static float memory[${String(sides.length * arrays.length)}][9];`,
      '  static double work[4096];',
      `  own_tensor x[] = {${given.map((members) => `{${members.join(', ')}}`).join(', ')}};`,
      '  own o = own_defaults();',
      `  for (int t = 0; t < 3; t++) own_step(&o, x, ${String(sides.length)});`,
      `  return x[${String(sides.length - 1)}].w[0] == x[${String(sides.length - 1)}].w[0] ? 0 : 1;`,
      '}',
    ];
    writeFileSync(join(folder, 'own.c'), text);
    const { status, said } = build({ 'sizes.c': main.join('\n') }, ...checked);
    assert.equal(status, 0, `${method.name} ${said}`);
  }
});

test('a file is readable: the equations of the author, and one loop', () => {
  const text = emit(adamw(), 'c');
  for (const line of ['m ← β₁·m + (1 − β₁)·g', 'v̂ = v / (1 − β₂ᵗ)']) assert.equal(text.split(line).length, 3, line);
  assert.match(text, /const float m_hat = new_m \/ \w+;/);
  assert.match(text, /\* w ← w − η·\(m̂ \/ \(√v̂ \+ ε\) \+ λ·w\) \*\/\n\s+w\[i\] = w\[i\] - lr \* /);
  assert.equal(text.match(/x->size/g)?.length, 1);
  assert.equal(emit(chain(clipByGlobalNorm(1), adamw()), 'c').match(/x->size/g)?.length, 2);
});
