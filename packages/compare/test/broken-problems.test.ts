/**
 * Problem files with one mistake each. None may be told as divergence or end in a stack of ours: each is refused with the file, the
 * function or field, what was found, and what would be right. And what is unusual but right is taken.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ProblemError } from '../src/problem.ts';
import { findProblem } from '../src/registry.ts';
import { Pool } from '../src/run/pool.ts';

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(root, 'report-test-'));
const pool = new Pool(1);
after(async () => {
  await pool.close();
  rmSync(folder, { recursive: true, force: true });
});

let made = 0;

/** A file that exports a bowl in two variables, with some of its text replaced. */
function fileWith(model: string, fields = ''): string {
  const file = join(folder, `bowl-${String(made++)}.ts`);
  writeFileSync(
    file,
    `import { rows, sparse } from 'thalweg';
const metric = { name: 'height', lowerIsBetter: true, unit: '' };
const start = () => ({ w: Float64Array.of(1, 2) });
const gradient = ({ w }, { w: g }) => { w.forEach((x, i) => (g[i] = 2 * x)); return w[0] ** 2 + w[1] ** 2; };
const evaluate = ({ w }) => w[0] ** 2 + w[1] ** 2;
const model = { start, gradient, evaluate };
const load = () => ({ ...model, ${model} });
export default { id: 'bowl', steps: 20, target: 0.1, tuningMetric: metric, testMetric: metric, load, ${fields} };`,
  );
  return file;
}

const run = async (file: string) =>
  (await pool.run({ problem: file, contestant: 'adam', schedule: 'constant', lr: 0.1, seed: 1, steps: 20 })).result;

/** What a function does instead, and the message after the file's name. */
const functions: readonly (readonly [text: string, message: RegExp])[] = [
  ['evaluate: () => {}', /^evaluate\(params, 'validation'\) returned undefined; it must return a number, the height, or \{ value, loss \}$/],
  ['evaluate: () => null', /^evaluate\(params, 'validation'\) returned null; it must return a number, the height, or \{ value, loss \}$/],
  ["evaluate: () => '0.5'", /^evaluate\(params, 'validation'\) returned the string "0\.5"; it must return a number/],
  ['evaluate: () => 3n', /^evaluate\(params, 'validation'\) returned the BigInt 3n; it must/],
  ['evaluate: () => true', /^evaluate\(params, 'validation'\) returned true; it must/],
  ['evaluate: () => [0.5]', /^evaluate\(params, 'validation'\) returned \[0\.5\]; it must/],
  ['evaluate: () => ({ loss: 0.5 })', /^evaluate\(params, 'validation'\) returned an object with loss; it must/],
  ['evaluate: () => new Number(3)', /^evaluate\(params, 'validation'\) returned an object \(Number\); it must/],
  ['evaluate: () => Float32Array.of(1)', /^evaluate\(params, 'validation'\) returned an object \(Float32Array\); it must/],
  ['evaluate: () => NaN', /^evaluate\(params, 'validation'\) returned NaN at the first weights; it must return a number, the height$/],
  ["evaluate: (p, split) => (split === 'test' ? NaN : evaluate(p))", /^evaluate\(params, 'test'\) returned NaN at the first weights; it must return a number, the height$/],
  ['evaluate: async () => undefined', /^evaluate\(params, 'validation'\) returned undefined; it must/],
  ["evaluate: (p, split) => (split === 'validation' ? 1 : undefined)", /^evaluate\(params, 'test'\) returned undefined; it must/],
  ['evaluate: ({ weights }) => weights[0]', /^evaluate\(params, 'validation'\) threw TypeError: [^\n]*undefined[^\n]*\n {4}at [^\n]*bowl-/],
  ["evaluate: () => { throw 'no'; }", /^evaluate\(params, 'validation'\) threw the string "no"$/],
  ["evaluate: async () => { throw new RangeError('far'); }", /^evaluate\(params, 'validation'\) threw RangeError: far\n/],
  ['gradient: () => 1', /^gradient\(params, grads, 1, 1\) left grads\.w\[0\] unwritten, or wrote NaN, at the first weights; it must set every element/],
  ['gradient: (p, g) => { g.w[0] = 1; return 1; }', /^gradient\(params, grads, 1, 1\) left grads\.w\[1\] unwritten/],
  ['gradient: (p, g) => { g.w[0] += 1; g.w[1] += 1; return 1; }', /^gradient\(params, grads, 1, 1\) left grads\.w\[0\] unwritten/],
  ['gradient: (p, g) => { g = { w: p.w }; return 1; }', /^gradient\(params, grads, 1, 1\) left grads\.w\[0\] unwritten/],
  ['gradient: (p, g) => { g.w.fill(1 / 0); return 1; }', /^gradient\(params, grads, 1, 1\) wrote Infinity into grads\.w\[0\], at the first weights/],
  ['gradient: (p, g) => { gradient(p, g); }', /^gradient\(params, grads, 1, 1\) returned undefined; it must return a number, the training loss$/],
  ['gradient: (p, g) => String(gradient(p, g))', /^gradient\(params, grads, 1, 1\) returned the string "5"; it must return a number, the training loss$/],
  ['gradient: async (p, g) => { gradient(p, g); }', /^gradient\(params, grads, 1, 1\) returned undefined; it must/],
  ['gradient: (p, g) => { gradient(p, g); return NaN; }', /^gradient\(params, grads, 1, 1\) returned NaN at the first weights; the loss must be finite there$/],
  ['gradient: (p, g) => { gradient(p, g); return 1 / 0; }', /^gradient\(params, grads, 1, 1\) returned Infinity at the first weights/],
  ['gradient: (p, g, seed, step) => (step === 7 ? undefined : gradient(p, g))', /^gradient\(params, grads, 1, 7\) returned undefined; it must/],
  ["gradient: (p, g, seed, step) => { if (step === 7) throw new Error('out of data'); return gradient(p, g); }", /^gradient\(params, grads, 1, 7\) threw Error: out of data\n/],
  ['start: () => {}', /^start\(1\) returned undefined; it must return arrays or tensors by name/],
  ['start: () => ({})', /^start\(1\) returned an object with nothing in it; it must return arrays or tensors by name/],
  ['start: () => new Float64Array(2)', /^start\(1\) returned an object \(Float64Array\); it must return arrays or tensors by name/],
  ['start: () => [new Float64Array(2)]', /^start\(1\) returned an array; it must return arrays or tensors by name/],
  ['start: () => ({ w: [1, 2] })', /^start\(1\) returned \[1,2\] for w; it must return arrays or tensors/],
  ['start: () => ({ w: undefined })', /^start\(1\) returned undefined for w; it must return arrays or tensors/],
  ["start: () => ({ w: new (class Foreign { shape = [2]; dtype = 'float32'; })() })", /^start\(1\) returned an object \(Foreign\) for w; it must/],
  ['start: () => ({ w: Float64Array.of(1, NaN) })', /^start\(1\) returned NaN in w\[1\]; first weights must be finite$/],
  ['start: undefined', /^load\(\) must return \{ start, gradient, evaluate \}; start is undefined$/],
  ['evaluate: 3', /^load\(\) must return \{ start, gradient, evaluate \}; evaluate is 3$/],
]; // prettier-ignore

describe('what a function must not return is refused, and is no divergence', () => {
  for (const [text, message] of functions) {
    test(text, async () => {
      const file = fileWith(text);
      const problem = (text: string): void => {
        assert.match(text.slice(text.lastIndexOf(`${file}: `) + file.length + 2), message);
        assert.doesNotMatch(text, /run[/\\](trial|worker|checked|serve|record)\.ts/);
      };
      // What throws fails that run, which is kept with its message; what must not be returned ends everything.
      if (message.source.includes(' threw ')) {
        const { failure, diverged, testMetric } = await run(file);
        problem(failure ?? '');
        assert.deepEqual([diverged, testMetric], [true, null]);
        return;
      }
      await assert.rejects(run(file), (error: unknown) => {
        assert.ok(error instanceof ProblemError);
        problem(error.message);
        return true;
      });
    });
  }
});

/** The same of a problem whose parameter w is a table of two rows, and the message after the call; only the first step is called so where nothing else is said. */
const ofTables: readonly (readonly [gradient: string, message: RegExp, step?: number])[] = [
  ['() => 5', /^returned 5; it must return \{ loss, rows: \{ w: rows\(indices, values\) \} \}, since w is a table$/],
  ['() => ({ loss: 5 })', /^returned an object with loss; it must return \{ loss, rows/],
  ['() => {}', /^returned undefined; it must return \{ loss, rows/],
  ["() => ({ loss: '5', rows: {} })", /^returned the string "5" as its loss; it must/],
  ['() => ({ loss: 5, rows: [] })', /^returned an array as its rows; it must/],
  ['() => ({ loss: NaN, rows: {} })', /^returned NaN at the first weights; the loss must be finite there$/],
  ['() => ({ loss: 5, rows: { v: rows([0], Float32Array.of(1)) } })', /^returned rows of v, which is not sparse; w is a table, and other gradients are written into grads$/],
  ['() => ({ loss: 5, rows: { w: Float32Array.of(1, 2) } })', /^returned an object \(Float32Array\) as the rows of w; write rows\(indices, values\), with the numbers of rows and their gradients$/],
  ['() => ({ loss: 5, rows: { w: rows([0], Float64Array.of(1)) } })', /^returned an object \(Float64Array\) as the values of the rows of w; they must be a Float32Array, as w is$/],
  ['() => ({ loss: 5, rows: { w: rows([0], [1]) } })', /^returned \[1\]|^returned an array as the values of the rows of w; they must be a Float32Array/],
  ['() => ({ loss: 5, rows: { w: rows([0, 1], Float32Array.of(1)) } })', /^returned 1 value for 2 rows of w, which have 1 each$/],
  ['() => ({ loss: 5, rows: { w: rows([2], Float32Array.of(1)) } })', /^returned the row 2 of w, and there are rows 0 to 1$/],
  ['() => ({ loss: 5, rows: { w: rows([0.5], Float32Array.of(1)) } })', /^returned the row 0\.5 of w, and/],
  ['() => ({ loss: 5, rows: { w: rows([1], Float32Array.of(NaN)) } })', /^returned NaN in row 1 of w, at the first weights; gradients must be finite there$/],
  ['(p, g, seed, step) => (step === 7 ? { loss: 5, rows: { w: rows([9], Float32Array.of(1)) } } : right(p))', /^returned the row 9 of w/, 7],
  ['(p, g, seed, step) => (step === 7 ? 5 : right(p))', /^returned 5; it must return \{ loss, rows/, 7],
]; // prettier-ignore

const table = (gradient: string): string => `...(() => {
  const right = ({ w }) => ({ loss: w[0] ** 2 + w[1] ** 2, rows: { w: rows([0, 1], w.map((x) => 2 * x)) } });
  return { start: () => ({ w: sparse([2, 1], { values: Float32Array.of(1, 2) }) }), gradient: ${gradient} };
})()`;

describe('what a gradient must not return where there are tables', () => {
  for (const [text, message, step = 1] of ofTables) {
    test(text, async () => {
      const file = fileWith(table(text), 'sparse: true');
      await assert.rejects(run(file), (error: unknown) => {
        assert.ok(error instanceof ProblemError);
        const call = `${file}: gradient(params, grads, 1, ${String(step)}) `;
        assert.ok(error.message.startsWith(call), error.message);
        assert.match(error.message.slice(call.length), message);
        return true;
      });
    });
  }
  test('what is right is taken, also where a row comes twice and where none comes', async () => {
    const twice = '({ w }) => ({ loss: w[0] ** 2 + w[1] ** 2, rows: { w: rows([0, 1, 0, 1], Float32Array.of(w[0], w[1], w[0], w[1])) } })';
    const trained = await run(fileWith(table('right'), 'sparse: true'));
    assert.deepEqual((await run(fileWith(table(twice), 'sparse: true'))).validation, trained.validation);
    assert.ok(trained.testMetric! < 4);
    const still = await run(fileWith(table('() => ({ loss: 5, rows: {} })'), 'sparse: true'));
    assert.deepEqual([still.testMetric, still.failure], [5, undefined]);
  });
  test('tables and the problem’s word for them go together', async () => {
    await assert.rejects(run(fileWith(table('right'))), /start\(1\) returned the sparse parameter w; declare it in the problem: sparse: true$/);
    await assert.rejects(run(fileWith('', 'sparse: true')), /says sparse: true, but start\(1\) returned no sparse parameter; make one by sparse\(shape\), or omit sparse$/);
    await assert.rejects(findProblem(fileWith('', 'sparse: 1')), /the problem's sparse must be true if some of its parameters are made by sparse\(shape\), or omitted; it is 1$/);
  }); // prettier-ignore
});

/** Fields of the problem, and the message. */
const fields: readonly (readonly [text: string, message: RegExp])[] = [
  ['load: () => undefined', /load\(\) must return \{ start, gradient, evaluate \}; it returned undefined$/],
  ["load: () => { throw new Error('no such data'); }", /load\(\) threw Error: no such data\n/],
  ["load: async () => { throw new Error('no such data'); }", /load\(\) threw Error: no such data\n/],
  ['load: 3', /the problem's load must be a function; it is 3$/],
  ['target: undefined', /the problem's target is missing; it must be a finite number, within ±1e90$/],
  ['target: NaN', /the problem's target must be a finite number, within ±1e90; it is NaN$/],
  ["target: '0.3'", /the problem's target must be a finite number, within ±1e90; it is the string "0\.3"$/],
  ['steps: 0', /the problem's steps must be \{ quick, standard, thorough \}, whole numbers from 1/],
  ['steps: { quick: 1 }', /the problem's steps must be/],
  ['batchSize: 0', /the problem's batchSize must be a whole number from 1, or null where there are no examples; it is 0$/],
  ["batchSize: '64'", /the problem's batchSize must be/],
  ['title: 3', /the problem's title must be a string of at most 300 characters; it is 3$/],
  ["testMetric: 'accuracy'", /the problem's testMetric must be \{ name, lowerIsBetter, unit \}; it is the string "accuracy"$/],
  ["testMetric: { name: 'accuracy', unit: '%' }", /the problem's testMetric\.lowerIsBetter is missing; it must be true or false$/],
  ["testMetric: { name: 'accuracy', lowerIsBetter: 'no', unit: '%' }", /the problem's testMetric\.lowerIsBetter must be true or false; it is the string "no"$/],
  ["tuningMetric: { name: 'a', lowerIsBeter: false, lowerIsBetter: true, unit: '' }", /the problem's tuningMetric\.lowerIsBeter is not known; did you mean lowerIsBetter\?$/],
  ["tuningMetric: { name: 'a', lowerIsBetter: true }", /the problem's tuningMetric\.unit is missing; it must be a string of at most 20 characters$/],
  ["tuningMetric: { name: ' ', lowerIsBetter: true, unit: '' }", /the problem's tuningMetric\.name must be a string, not empty/],
  ['lowerIsBetter: false', /the problem's lowerIsBetter is not known; there are id,/],
  ['batchsize: 64', /the problem's batchsize is not known; did you mean batchSize\?$/],
  ['landscape: { x: [1, 0] }', /the problem's landscape\.x must be \[low, high\], two finite numbers; it is \[1,0\]$/],
  ['landscape: { x: [0, 1], y: [0, 1], columns: 2, rows: 2, values: [1], minima: [] }', /the problem's landscape has 1 values; it must have columns × rows$/],
]; // prettier-ignore

describe('fields of a problem', () => {
  for (const [text, message] of fields) {
    test(text, async () => {
      const file = fileWith('', text);
      await assert.rejects(
        run(file),
        (error: unknown) =>
          error instanceof Error && (assert.match(error.message, message), assert.doesNotMatch(error.message, /serve\.ts/), true),
      );
      if (!text.startsWith('load: ') || text === 'load: 3') await assert.rejects(findProblem(file), ProblemError);
    });
  }
});

describe('what is right', () => {
  const plain = run(fileWith(''));
  for (const text of [
    'evaluate: async (p) => evaluate(p)',
    'gradient: async (p, g) => { await undefined; return gradient(p, g); }',
    'start: async () => start()',
    'evaluate: (p) => ({ then: (done) => done(evaluate(p)) })',
  ]) {
    test(`a promise: ${text}`, async () => {
      const [a, b] = [await plain, await run(fileWith(text))];
      assert.deepEqual([b.diverged, b.testMetric, b.validation, b.training], [a.diverged, a.testMetric, a.validation, a.training]);
      assert.equal(b.diverged, false);
    });
  }
  test('a metric that is infinite at first, and a run that diverges, are results', async () => {
    const file = fileWith('evaluate: ({ w }) => (w[0] === 1 ? Infinity : evaluate({ w }))');
    assert.equal((await run(file)).validation.values[0], null);
    const { result: wild } = await pool.run({
      problem: fileWith(''),
      contestant: 'sgd',
      schedule: 'constant',
      lr: 1e6,
      seed: 1,
      steps: 20,
    });
    assert.deepEqual([wild.diverged, wild.testMetric], [true, null]);
  });
  test('a test metric that is not finite after training is a diverged run', async () => {
    const { diverged, testMetric } = await run(fileWith("evaluate: (p, split) => (split === 'test' && p.w[0] < 0.9 ? NaN : evaluate(p))"));
    assert.deepEqual([diverged, testMetric], [true, null]);
  });
});

describe('what takes too long before the first step', () => {
  const request = { contestant: 'adam', schedule: 'constant', lr: 0.1, seed: 1, steps: 20 } as const;
  const runIn = async (problem: string, timeout = 1) => {
    const own = new Pool(1, timeout);
    try {
      return await own.run({ ...request, problem });
    } finally {
      await own.close();
    }
  };
  for (const body of ['() => { for (;;); }', 'async () => await new Promise(() => {})'])
    test(`load: ${body} ends everything, and is told with the limit`, async () => {
      const file = fileWith('', `load: ${body}`);
      await assert.rejects(runIn(file), {
        name: 'ThalwegError',
        message: `${file}: load() took longer than 1 s, which --run-timeout gives it as it gives them to a run`,
      });
    });
  test('a start fails its run, which says so', async () => {
    const { result, timeLimit, files } = await runIn(fileWith('start: () => { for (;;); }'));
    assert.deepEqual([result.failure, result.diverged, timeLimit], ['start(1) took longer than 1 s', true, 1]);
    assert.ok(files.modules.length > 2);
  });
  test('a load that takes longer than a run may, in a problem of ours, is waited for', async () => {
    const { result } = await runIn('glosses', 0.001);
    assert.match(result.failure ?? '', /^(it|start\(1\)) took longer than 0\.001 s$/);
  });
});

test('a file that awaits what never comes is told as that', () => {
  const file = join(folder, 'never.ts');
  writeFileSync(file, 'await new Promise(() => {});\nexport default {};\n');
  const command = ['--conditions=source', join(root, 'packages/compare/bin/thalweg.ts'), 'compare', file, '--out', join(folder, 'out')];
  const { status, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
  assert.deepEqual([status, stderr], [2, `thalweg: ${file}: it cannot be loaded: what it awaits outside of its functions is never settled\n`]);
}); // prettier-ignore

test('the parameters are counted at a seed that runs have had', () => {
  const file = fileWith("start: (seed) => { if (seed === 0) throw new Error('no seed'); return start(); }");
  const command = ['--conditions=source', join(root, 'packages/compare/bin/thalweg.ts'), 'compare', file, '--quick', '--steps', '20', '--optimizers', 'sgd', '--json', '--out', join(folder, 'out')];
  const { status, stdout } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
  assert.equal(status, 0);
  assert.match(stdout, /"parameters": ?2\b/);
}); // prettier-ignore

test('what a run leaves behind, and fails once it has ended, is told with the run that left it, whatever is thrown', async () => {
  // Nothing but what is awaited at once comes between the last gradient and the answer.
  for (const [later, said] of [["setTimeout(() => { throw null; })", 'null'], ["setTimeout(() => { throw new Error('late'); })", 'late'], ["setTimeout(() => Promise.reject(new Error('lost')))", 'lost']] as const) {
    const own = new Pool(1);
    const request = { problem: fileWith(`gradient: (p, g, seed, step) => { if (step === 20) ${later}; return gradient(p, g); }`), contestant: 'adam', schedule: 'constant', lr: 0.1, seed: 1, steps: 20 } as const;
    assert.equal((await own.run(request)).result.failure, undefined);
    while (Reflect.get(own, 'closed') === undefined) await setImmediate();
    await assert.rejects(own.run(request), {
      message: `${request.problem} with adam, lr 0.1, seed 1 left a promise or a timer behind, which failed after the run: it ended its thread: ${said}`,
    });
    await own.close();
  }
}); // prettier-ignore

test('the command ends with the exit code of wrong usage, and says nothing else', () => {
  const file = fileWith('evaluate: () => {}');
  const command = ['--conditions=source', join(root, 'packages/compare/bin/thalweg.ts'), 'compare', file, '--quick', '--out', join(folder, 'out')];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /\nthalweg: [^\n]*evaluate\(params, 'validation'\) returned undefined; it must return a number, the height, or \{ value, loss \}\n$/);
}); // prettier-ignore
