/** Every operation on elements in every target, of arrays and of numbers: a new one is tried here by itself. In C it is in `emit-c.test.ts`. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { init, numpy as np } from '@jax-js/jax';
import { tensor } from 'thalweg';
import { emit } from 'thalweg/emit';
import { gradientTransformation } from 'thalweg/jax';
import { tfjsOptimizer } from 'thalweg/tfjs';
import { pythonWith } from '../../../conformance/emitted.ts';
import { everyOperation } from './support/every-operation.ts';
import { tf, use } from './support/tfjs.ts';

const methods = everyOperation();
const first = Float32Array.of(0.5, -1.25, 2, 0.75);
const gradient = Float32Array.of(-0.5, 1, 0.25, 1.5);

/** The weights after a step of the library in float64. */
async function expected(method: (typeof methods)[number][1]): Promise<Float64Array> {
  const opt = await method.init({ w: tensor([4], { values: Float64Array.from(first) }) }, { backend: 'reference' });
  opt.step({ w: Float64Array.from(gradient) });
  return opt.params.w;
}

function close(actual: ArrayLike<number>, wanted: Float64Array, operation: string): void {
  wanted.forEach((w, i) => assert.ok(Math.abs((actual[i] ?? NaN) - w) <= 2e-6, `${operation}: ${String(actual[i])} is not ${String(w)}`));
}

test('in TF.js', async () => {
  await use('cpu');
  for (const [operation, method] of methods) {
    const optimizer = tfjsOptimizer(method, { engine: 'ops' });
    const w = tf.variable(tf.tensor1d(first), true, 'w');
    const g = tf.tensor1d(gradient);
    optimizer.applyGradients({ w: g });
    close(w.dataSync(), await expected(method), operation);
    optimizer.dispose();
    tf.disposeVariables();
    g.dispose();
  }
});

test('in jax-js', async () => {
  await init();
  for (const [operation, method] of methods) {
    const form = gradientTransformation(method);
    const w = np.array(Float32Array.from(first));
    const [next] = form.step({ w: w.ref }, { w: np.array(Float32Array.from(gradient)) }, form.init({ w }));
    close(next.w.dataSync(), await expected(method), operation);
    form.dispose();
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
