/**
 * Whatever is done to an optimizer of TF.js in whatever order (variables that come and go, gradients that are missing, weights assigned, saved and set, hyperparameters,
 * evaluating), both engines do the same, and leave no tensor behind.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import {
  adamw,
  chain,
  clipByGlobalNorm,
  cosine,
  ema,
  groups,
  lamb,
  otherwise,
  polyakAverage,
  prodigy,
  radam,
  scheduleFreeAdamw,
  sgd,
  ThalwegError,
  type Method,
} from 'thalweg';
import { tfjsOptimizer, type TfjsOptimizer } from 'thalweg/tfjs';

const runs = Number(process.env['THALWEG_FUZZ'] ?? 150) / 5;

const methods: Readonly<Record<string, () => Method>> = {
  adamw: () => adamw({ lr: 0.05 }),
  'a schedule that decay follows': () => adamw({ lr: cosine({ peak: 0.05, total: 12 }), decay: 'independent', weightDecay: 0.1 }),
  'clipping over all': () => chain(clipByGlobalNorm(0.7), sgd({ lr: 0.1, momentum: 0.9 })),
  'schedule-free': () => scheduleFreeAdamw({ lr: 0.05 }),
  radam: () => radam({ lr: 0.05 }),
  lamb: () => lamb({ lr: 0.05 }),
  prodigy: () => prodigy(),
  averages: () => chain(sgd({ lr: 0.1 }), ema({ decay: 0.9 }), polyakAverage()),
  groups: () =>
    chain(
      clipByGlobalNorm(1),
      groups([
        { match: { rank: 2 }, use: sgd({ lr: 0.1, momentum: 0.5 }) },
        { match: otherwise, use: adamw({ lr: 0.05 }) },
      ]),
    ),
};

/** What may be done. `which` chooses among the variables that there are. */
type Action =
  | { readonly do: 'step'; readonly given: readonly boolean[]; readonly seed: number; readonly asNull: boolean }
  | { readonly do: 'assign' | 'drop'; readonly which: number; readonly seed: number }
  | { readonly do: 'new'; readonly rank: 1 | 2; readonly seed: number }
  | { readonly do: 'save' | 'evaluate' | 'set weights anew' }
  | { readonly do: 'rate'; readonly rate: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('step' as const), given: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), seed: fc.nat(99), asNull: fc.boolean() }) },
  fc.record({ do: fc.constantFrom('assign' as const, 'drop' as const), which: fc.nat(5), seed: fc.nat(99) }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('new' as const), rank: fc.constantFrom(1 as const, 2 as const), seed: fc.nat(99) }) },
  fc.record({ do: fc.constantFrom('save' as const, 'evaluate' as const, 'set weights anew' as const) }),
  fc.record({ do: fc.constant('rate' as const), rate: fc.constantFrom(0.01, 0.2) }),
); // prettier-ignore

const wave = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.sin(12.9898 * i + 78.233 * seed + 0.3));

/** An optimizer with its variables, on one engine. */
class Side {
  opt: TfjsOptimizer;
  variables: tf.Variable[] = [];
  private made = 0;
  private readonly method: () => Method;
  private readonly engine: 'arena' | 'ops';

  constructor(method: () => Method, engine: 'arena' | 'ops') {
    [this.method, this.engine] = [method, engine];
    this.opt = tfjsOptimizer(method(), { engine });
  }

  async take(one: Action): Promise<number[][] | undefined> {
    const { variables, opt } = this;
    switch (one.do) {
      case 'step': {
        const some = variables.filter((_, i) => one.given[i % one.given.length]);
        if (some.length === 0) return undefined;
        const gradients = variables.flatMap((variable, i) => {
          if (!some.includes(variable)) return one.asNull ? [{ name: variable.name, tensor: null as unknown as tf.Tensor }] : [];
          return [{ name: variable.name, tensor: tf.tensor(wave(variable.size, one.seed + i), variable.shape) }];
        });
        opt.applyGradients(gradients);
        for (const { tensor } of gradients) (tensor as tf.Tensor | null)?.dispose();
        return undefined;
      }
      case 'assign': {
        const variable = variables[one.which % variables.length];
        if (variable !== undefined) tf.tidy(() => variable.assign(tf.tensor(wave(variable.size, one.seed), variable.shape)));
        return undefined;
      }
      case 'drop': {
        if (variables.length < 2) return undefined;
        variables.splice(one.which % variables.length, 1)[0]?.dispose();
        return undefined;
      }
      case 'new': {
        if (variables.length >= 6) return undefined;
        const shape = one.rank === 1 ? [3] : [2, 3];
        const name = `${this.engine}${String(this.made++)}/${one.rank === 1 ? 'bias' : 'kernel'}`;
        variables.push(tf.tidy(() => tf.variable(tf.tensor(wave(one.rank === 1 ? 3 : 6, one.seed), shape), true, name)));
        return undefined;
      }
      case 'save': {
        const again = tfjsOptimizer(this.method(), { engine: this.engine });
        for (const [name, value] of Object.entries(opt.hyper)) again.hyper[name] = value;
        await again.setWeights(await opt.getWeights());
        opt.dispose();
        this.opt = again;
        return undefined;
      }
      case 'set weights anew':
        await opt.setWeights(await opt.getWeights());
        return undefined;
      case 'evaluate':
        return opt.evaluating(() => this.values());
      case 'rate':
        for (const [name, value] of Object.entries(opt.hyper))
          if (name.endsWith('lr') && typeof value === 'number') opt.hyper[name] = one.rate;
        return undefined;
    }
  }

  values(): number[][] {
    return this.variables.map((variable) => [...variable.dataSync()]);
  }

  dispose(): void {
    this.opt.dispose();
    for (const variable of this.variables) variable.dispose();
  }
}

/** What came of it, an error of ours about weights included. */
async function outcome(taken: Promise<unknown>): Promise<unknown> {
  return taken.catch((error: unknown) => {
    if (error instanceof ThalwegError && error.code === 'weights') return error;
    throw error;
  });
}

for (const [title, method] of Object.entries(methods)) {
  test(`${title}: both engines do the same, whatever is done`, async () => {
    await tf.setBackend('cpu');
    const property = fc.asyncProperty(fc.array(action, { minLength: 3, maxLength: 14 }), async (actions) => {
      const before = tf.memory().numTensors;
      const sides = [new Side(method, 'arena'), new Side(method, 'ops')] as const;
      try {
        const all: Action[] = [{ do: 'new', rank: 2, seed: 1 }, { do: 'new', rank: 1, seed: 2 }, ...actions];
        for (const [i, one] of all.entries()) {
          const [a, b] = [await outcome(sides[0].take(one)), await outcome(sides[1].take(one))] as const;
          assert.equal(a instanceof ThalwegError, b instanceof ThalwegError, JSON.stringify(one));
          // Weights that were set wait for the variables that they are of, and are for no others.
          if (a instanceof ThalwegError) return;
          const close = (mine: number[][], theirs: number[][]): void => {
            mine.flat().forEach((x, k) => {
              const y = theirs.flat()[k]!;
              assert.ok(
                Math.abs(x - y) <= 2e-4 * Math.max(1, Math.abs(y)),
                `after ${String(i)}, ${JSON.stringify(one)}: ${String(x)}, ${String(y)}`,
              );
            });
          };
          if (a !== undefined) close(a as number[][], b as number[][]);
          close(sides[0].values(), sides[1].values());
          assert.equal(sides[0].opt.t, sides[1].opt.t);
        }
      } finally {
        for (const side of sides) side.dispose();
      }
      assert.equal(tf.memory().numTensors, before);
    });
    await fc.assert(property, { numRuns: runs });
  });
}
