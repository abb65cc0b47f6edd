/** Every operation on elements in every target, of arrays and of numbers: a new one is tried here by itself. In C it is in `emit-c.test.ts`. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { init, numpy as np } from '@jax-js/jax';
import { tensor, type Method } from 'thalweg';
import { emit } from 'thalweg/emit';
import { gradientTransformation } from 'thalweg/jax';
import { tfjsOptimizer } from 'thalweg/tfjs';
import { pythonWith } from '../../../conformance/emitted.ts';
import { everyAlone, everyOperation } from './support/every-operation.ts';
import { tf, use } from './support/tfjs.ts';

const methods = everyOperation();
const first = Float32Array.of(0.5, -1.25, 2, 0.75, -0.3, 1);
const gradient = Float32Array.of(-0.5, 1, 0.25, 1.5, -2.25, 0.8);

/** The weights after a step of the library in float64. */
async function expected(method: Method, g: Float32Array): Promise<Float64Array> {
  const opt = await method.init({ w: tensor([first.length], { values: Float64Array.from(first) }) }, { backend: 'reference' });
  opt.step({ w: Float64Array.from(g) });
  return opt.params.w;
}

function close(actual: ArrayLike<number>, wanted: Float64Array, operation: string): void {
  wanted.forEach((w, i) => assert.ok(Math.abs((actual[i] ?? NaN) - w) <= 2e-6, `${operation}: ${String(actual[i])} is not ${String(w)}`));
}

/** The weights after a step in TF.js's operations. */
function inTfjs(method: Method, g: Float32Array): ArrayLike<number> {
  const optimizer = tfjsOptimizer(method, { engine: 'ops' });
  const w = tf.variable(tf.tensor1d(first), true, 'w');
  const gradient = tf.tensor1d(g);
  optimizer.applyGradients({ w: gradient });
  const found = w.dataSync();
  optimizer.dispose();
  tf.disposeVariables();
  gradient.dispose();
  return found;
}

/** The weights after a step in jax-js. */
function inJax(method: Method, g: Float32Array): ArrayLike<number> {
  const form = gradientTransformation(method);
  const w = np.array(Float32Array.from(first));
  const [next] = form.step({ w: w.ref }, { w: np.array(Float32Array.from(g)) }, form.init({ w }));
  const found = next.w.dataSync();
  form.dispose();
  return found;
}

/** Operands of every size: a function that is a difference of others elsewhere has no digits left for the small ones. */
const operands = Float32Array.of(1e-9, 1e-5, 0.03, 0.9, 11, 80);

for (const [framework, start, step] of [
  ['TF.js', () => use('cpu'), inTfjs],
  ['jax-js', () => init(), inJax],
] as const)
  test(`in ${framework}`, async () => {
    await start();
    for (const [operation, method] of methods) close(step(method, gradient), await expected(method, gradient), operation);
    for (const [operation, method] of everyAlone()) {
      const wanted = await expected(method, operands);
      const found = step(method, operands);
      operands.forEach((x, i) => {
        const [a, b] = [found[i] ?? NaN, Math.fround(wanted[i] ?? NaN)];
        // Near its zeros an error is one of numbers near 1.
        const scale = /cos|mod/.test(operation) ? 1 : Math.abs(b);
        assert.ok(Object.is(a, b) || Math.abs(a - b) <= 3e-5 * scale, `${operation} at ${String(x)}: ${String(a)} is not ${String(b)}`);
      });
    }
  });

const python = pythonWith('numpy');
const inCI = (process.env['CI'] ?? '') !== '';

test('in Python, whose files test themselves', { skip: python === undefined && !inCI ? 'no Python here has numpy' : false }, () => {
  assert.ok(python !== undefined, 'CI needs python3-numpy');
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-operations-'));
  try {
    const files = methods.map(([, method], i) => {
      const file = join(folder, `${String(i)}.py`);
      writeFileSync(file, emit(method, 'numpy'));
      return file;
    });
    const run = 'import runpy, sys\nfor file in sys.argv[1:]:\n    runpy.run_path(file, run_name="__main__")';
    const { status, stdout, stderr } = spawnSync(python, ['-B', '-c', run, ...files], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.equal([...stdout.matchAll(/steps replayed/g)].length, methods.length, stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
  // PyTorch and Optax write the same trees, and `npm run prove` runs what optimizers use of them.
  for (const [operation, method] of methods) {
    assert.match(emit(method, 'pytorch'), /^class /m, operation);
    assert.match(emit(method, 'optax'), /^def /m, operation);
  }
});

/** The functions of numbers that WGSL has. */
const builtins =
  'abs acos acosh asin asinh atan atanh atan2 ceil clamp cos cosh exp exp2 floor fract log log2 max min pow round select sign sin sinh sqrt tan tanh trunc f32 u32 i32 vec3u array if for while switch step workgroupBarrier arrayLength'.split(
    ' ',
  );

test('in WGSL, every function that is called is one of its own or defined', () => {
  for (const [operation, method] of methods) {
    const code = emit(method, 'wgsl').replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, '');
    const defined = [...code.matchAll(/\bfn (\w+)/g)].map(([, name]) => name);
    const called = [...code.matchAll(/(?<!fn |@)\b(\w+)\(/g)].map(([, name]) => name);
    const attributes = ['group', 'binding', 'workgroup_size', 'builtin', 'compute'];
    assert.deepEqual(
      [...new Set(called)].filter((name) => name !== undefined && ![...builtins, ...attributes, ...defined].includes(name)),
      [],
      operation,
    );
  }
});
