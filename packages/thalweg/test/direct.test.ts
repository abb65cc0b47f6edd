/** minimize without a plan: the bits of kernels on every step that was written beforehand, the same ends and errors, and no graph for a small fit. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { adam, adamw, chain, clipByGlobalNorm, cosine, ema, minimize, optimizer, sgd, tensor, type Method, type Parameter } from 'thalweg'; // prettier-ignore
import { checkParameters } from '../src/train/arrays.ts';
import { Graph } from '../src/language/graph.ts';
import { directly } from '../src/minimize/direct.ts';
import { directSteps } from '../src/minimize/direct-steps.ts';

/** Parameters as minimize hands them on. */
const tensors = (given: Readonly<Record<string, Parameter>>) => checkParameters('test', given).tensors;

const runs = Number(process.env['THALWEG_FUZZ'] ?? 60);

/** Methods with numbers drawn for their hyperparameters, those at the ends of their ranges among them. */
const unit = fc.oneof(fc.constantFrom(0, 0.9, 0.999), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));
const size = fc.oneof(fc.constantFrom(0, 1e-8, 1e-3, 1e300), fc.double({ min: 0, max: 10, noNaN: true }));
const methods = fc
  .record({ lr: fc.oneof(size, fc.constant(cosine({ peak: 0.3, total: 20 }))), beta1: unit, beta2: unit, eps: size, decay: size })
  .chain(({ lr, beta1, beta2, eps, decay }) =>
    fc.constantFrom<Method>(
      adam({ lr, beta1, beta2, eps }),
      adamw({ lr, beta1, beta2, eps, weightDecay: decay }),
      sgd({ lr }),
      sgd({ lr, momentum: beta1 }),
    ),
  );

const odd = fc.constantFrom(NaN, Infinity, -Infinity, -0, 0, 1e-320, 1e-40, 3e-34, -1e-39, 1e38, 1e308);
const numbers = fc.array(fc.oneof({ weight: 4, arbitrary: fc.double({ min: -3, max: 3 }) }, odd), { minLength: 5, maxLength: 5 });

describe('steps written beforehand', () => {
  test('have the bits of kernels', async () => {
    await fc.assert(
      fc.asyncProperty(methods, fc.constantFrom(Float32Array, Float64Array), numbers, fc.array(numbers, { maxLength: 34 }), async (method, Type, first, gradients) => {
        const start = { a: Type.from(first), b: Type.of(0.5) };
        const direct = directly(method, tensors(start), 40);
        assert.ok(direct !== undefined, method.equations);
        const opt = await method.init(start, { nonFinite: 'propagate' });
        for (const gradient of gradients) {
          for (const { a, b } of [direct.grads as typeof start, opt.grads]) {
            a.set(gradient);
            b.set(gradient.slice(0, 1));
          }
          direct.step(0);
          opt.step();
          for (const name of ['a', 'b'] as const) assert.deepEqual([...direct.params[name]!], [...opt.params[name]], `step ${String(opt.t)}`);
        }
        opt.dispose();
      }),
      { numRuns: runs },
    ); // prettier-ignore
  });

  test('are taken for each table entry by one of the methods above', () => {
    const made = [adam(), adamw(), sgd(), sgd({ momentum: 0.9 })];
    const taken = made.map((method) => directly(method, tensors({ w: Float64Array.of(1) }), 10));
    assert.deepEqual(
      made.filter((_, i) => taken[i] === undefined).map(({ equations }) => equations),
      [],
    );
    assert.equal(made.length, Object.keys(directSteps).length);
  });

  test('end where an Optimizer does, with the same losses', async () => {
    const valley = (w: Float64Array | Float32Array, g: Float64Array | Float32Array): number => {
      let loss = 0;
      for (let i = 0; i < w.length; i++) {
        g[i] = 2 * (i + 1) * (w[i]! - 1);
        loss += (i + 1) * (w[i]! - 1) ** 2;
      }
      return loss;
    };
    await fc.assert(
      fc.asyncProperty(methods, fc.constantFrom(Float32Array, Float64Array), numbers, fc.nat(30), async (optimizer, Type, first, steps) => {
        const seen: [number[], number[]] = [[], []];
        const [direct, whole] = await Promise.all(
          [{}, { threads: 1 }].map((init, which) =>
            minimize(valley, Type.from(first), { optimizer, steps, ...init, onStep: ({ loss }) => seen[which]!.push(loss) }),
          ),
        );
        assert.deepEqual({ ...direct, w: [...direct!.w] }, { ...whole, w: [...whole!.w] });
        assert.deepEqual(seen[0], seen[1]);
      }),
      { numRuns: runs },
    ); // prettier-ignore
  });

  test('a schedule that leaves its range is refused with the same words', async () => {
    const bowl = (w: Float64Array, g: Float64Array): number => ((g[0] = w[0]!), w[0]! ** 2 / 2);
    const messages = await Promise.all(
      [{}, { threads: 1 }].map((init) =>
        minimize(bowl, Float64Array.of(1), { optimizer: adam({ lr: (t) => 3 - t }), steps: 9, ...init }).then(
          () => '',
          (error: unknown) => String(error),
        ),
      ),
    );
    assert.match(messages[0]!, /gives -1 at step 4|gives −1 at step 4/);
    assert.equal(messages[0], messages[1]);
  });
});

test('a small fit makes no graph', async (t) => {
  const node = t.mock.method(Graph.prototype, 'node');
  const bowl = (w: Float64Array, g: Float64Array): number => ((g[0] = w[0]!), w[0]! ** 2 / 2);
  for (const optimizer of [adam({ lr: 0.1 }), adamw(), sgd({ lr: 0.3, momentum: 0.5 })])
    assert.equal((await minimize(bowl, Float64Array.of(1), { optimizer, steps: 20 })).steps, 20);
  assert.equal(node.mock.callCount(), 0);
});

describe('what is left to an Optimizer', () => {
  const start = { w: Float64Array.of(1) };
  const [hyper, equations] = [{ lr: ['η', 0.1] }, 'w ← w − η·g'] as const;
  const left: readonly (readonly [string, Method, Readonly<Record<string, Parameter>>, number])[] = [
    ['a chain', chain(clipByGlobalNorm(1), adam()), start, 10],
    ['an average', chain(adam(), ema({ decay: 0.9 })), start, 10],
    ['equations of one’s own', optimizer({ name: 'mine', hyper, equations: 'w ← w − 2·η·g' })(), start, 10],
    ['an evaluation elsewhere', optimizer({ name: 'mine', hyper, equations, evaluate: 'w + η' })(), start, 10],
    ['many steps of many parameters', adam(), { w: tensor([1000]) }, 1e6],
    ['two types, which are refused there', adam(), { a: Float32Array.of(1), b: Float64Array.of(1) }, 10],
  ];
  for (const [title, method, parameters, steps] of left)
    test(title, () => assert.equal(directly(method, tensors(parameters), steps), undefined));
  test('but not SGD in the words of a user, with symbols of his own', () => {
    assert.ok(directly(optimizer({ name: 'mine', hyper, equations })(), tensors(start), 10) !== undefined);
    assert.equal(directly(optimizer({ name: 'mine', hyper: { lr: ['eta', 0.1] }, equations })(), tensors(start), 10), undefined);
  });
});
