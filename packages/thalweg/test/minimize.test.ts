/** The loop around a function: who else gets a turn, what the function has to do, and how options of an optimizer count. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import vm from 'node:vm';
import {
  adam, adamw, ArrayError, backtracking, chain, conjugateGradient, ema, gradientDescent, groups, lbfgs, minimize, momo, momoAdam,
  NonFiniteError, ObjectiveError, optimizer, OptionError, otherwise, polyak, polyakAverage, scheduleFreeAdamw, scheduleFreeSgd, sgd,
  sophia, sparse, strongWolfe, swa, tensor, ThalwegError, tied, UnsupportedError, type HyperDeclaration, type LineSearch, type Method, type MinimizeOptions,
} from 'thalweg'; // prettier-ignore
import { programOf } from '../src/define/program.ts';
import { planOf, variantsOf } from '../src/train/step/planned.ts';

/** What a caller without a compiler hands over. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller says which type is pretended
function loose<T>(value: unknown): T {
  return value as T;
}

type Objective = (w: Float64Array, g: Float64Array) => number;
const bowl: Objective = (w, g) => w.reduce((sum, x, i) => ((g[i] = 2 * (x - 1)), sum + (x - 1) ** 2), 0);
const start = (): Float64Array => Float64Array.of(3, -2);
const minimizers = [gradientDescent(), conjugateGradient(), lbfgs()];

describe('others get a turn while a synchronous function is minimized', () => {
  /** A bowl of which an evaluation takes a moment, and which gives up where nobody stops it. */
  const slow = (): Objective => {
    let left = 3000;
    return (w, g) => {
      if (left-- === 0) throw new Error('nobody stopped it');
      for (const end = performance.now() + 1; performance.now() < end;);
      g.fill(1e-3);
      return 1e-3 * (w[0]! + w[1]!);
    };
  };
  for (const optimizer of [sgd({ lr: 1e-9 }), ...minimizers]) {
    for (const [name, abort] of [
      ['a timer', (stop: AbortController) => setTimeout(() => stop.abort(), 1)],
      ['an event', (stop: AbortController) => setImmediate(() => stop.abort())],
    ] as const) {
      test(`${optimizer.name}, aborted by ${name}`, async () => {
        const stop = new AbortController();
        abort(stop);
        const found = await minimize(slow(), start(), { optimizer, steps: 1e9, signal: stop.signal });
        assert.equal(found.reason, 'aborted');
      });
    }
  }
  test('a function that answers at once is waited for no more often in many steps than in few', async (t) => {
    // It is never time for a turn of the event loop.
    t.mock.method(performance, 'now', () => 0);
    const valley = (w: Float64Array, g: Float64Array): number => {
      const [x = 0, y = 0] = w;
      g.set([2 * (x - 1) - 400 * x * (y - x * x), 200 * (y - x * x)]);
      return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
    };
    const optimizers = [
      sgd({ lr: 1e-3 }),
      lbfgs(),
      lbfgs({ lineSearch: backtracking() }),
      conjugateGradient(),
      gradientDescent({ lineSearch: strongWolfe() }),
    ];
    for (const optimizer of optimizers) {
      const waits = async (steps: number): Promise<number> => {
        let [count, ended] = [0, false];
        const run = minimize(valley, Float64Array.of(-1.2, 1), { optimizer, steps }).finally(() => (ended = true));
        for (; !ended; count++) await Promise.resolve();
        const found = await run;
        assert.equal(found.steps, steps);
        return count;
      };
      await waits(1); // Whatever is loaded when it is first used is there now.
      assert.equal(await waits(20), await waits(2), optimizer.name);
    }
  });
  test('AbortSignal.timeout', async () => {
    const { reason } = await minimize(slow(), start(), { optimizer: sgd({ lr: 0 }), steps: 1e9, signal: AbortSignal.timeout(1) });
    assert.equal(reason, 'aborted');
  });
  for (const missing of [['setImmediate'], ['setImmediate', 'MessageChannel']]) {
    test(`in an engine without ${missing.join(' and ')}, which can end afterwards`, async () => {
      const script = join(import.meta.dirname, 'support/turns-without.ts');
      const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', script, ...missing]);
      assert.equal(stdout, 'aborted');
    });
  }
  test('in the middle of a line search, and the last accepted point is returned', async () => {
    const stop = new AbortController();
    let calls = 0;
    const wrong: Objective = (w, g) => {
      if (++calls === 5) stop.abort();
      g.fill(-1);
      return w[0]!;
    };
    const optimizer = gradientDescent({ lineSearch: backtracking({ maxEvaluations: 40 }) });
    const found = await minimize(wrong, start(), { optimizer, steps: 10, signal: stop.signal });
    assert.deepEqual([found.reason, found.evaluations, found.steps, [...found.w], found.loss], ['aborted', 5, 0, [3, -2], 3]);
  });
  test('a signal that is aborted from the start: one evaluation, for the loss there', async () => {
    for (const optimizer of [sgd(), lbfgs()]) {
      const found = await minimize(bowl, start(), { optimizer, steps: 9, signal: AbortSignal.abort() });
      assert.deepEqual([found.reason, found.evaluations, found.steps, found.loss, [...found.w]], ['aborted', 1, 0, 13, [3, -2]]);
    }
  });
  test('signals of wrong kinds, and one of another realm', async () => {
    for (const [signal, message] of [
      [new AbortController(), /signal must be an AbortSignal, controller\.signal, not an AbortController/],
      [null, /signal must be an AbortSignal, not null/],
      [true, /not true/],
      [{}, /not an object/],
      [() => true, /not function/],
    ] as const) {
      const options = { optimizer: sgd(), steps: 1, signal: loose<AbortSignal>(signal) };
      await assert.rejects(minimize(bowl, start(), options), (error) => error instanceof OptionError && message.test(error.message));
    }
    const foreign = loose<AbortSignal>(vm.runInNewContext('({ aborted: true, addEventListener() {} })'));
    assert.equal((await minimize(bowl, start(), { optimizer: sgd(), steps: 1, signal: foreign })).reason, 'aborted');
  });
});

describe('what the function has to do', () => {
  const all: readonly (Method | (typeof minimizers)[number])[] = [sgd(), adamw(), ...minimizers];
  const rejects = async (objective: unknown, message: RegExp, type: new (...args: never[]) => Error = ObjectiveError): Promise<void> => {
    for (const optimizer of all) {
      await assert.rejects(
        minimize(loose<Objective>(objective), start(), { optimizer, steps: 5 }),
        (error) => error instanceof type && message.test(error.message),
        optimizer.name,
      );
    }
  };
  test('write its gradient, every element in each evaluation', async () => {
    await rejects(() => 1, /did not write element 0 of the gradient of w; each evaluation must assign every element, zeros included/);
    await rejects((w: Float64Array, g: Float64Array) => ((g = new Float64Array(2)), bowl(w, g)), /did not write element 0/);
    await rejects((_: Float64Array, g: Float64Array) => ((g[0] = 0), 1), /did not write element 1 of the gradient of w/);
    await rejects((w: Float64Array, g: Float64Array) => ((g[0]! += 1), (g[1]! += w[1]!), 1), /element 0/);
    await rejects(async (_: Float64Array, g: Float64Array) => ((g[1] = 1), Promise.resolve(1)), /element 0/);
    let calls = 0;
    const sometimes = (w: Float64Array, g: Float64Array): number => (++calls % 3 === 0 ? w[0]! : bowl(w, g));
    await rejects(sometimes, /did not write element 0/);
  });
  test('a gradient in float32, of parameters by name, tied or not', async () => {
    const names = { a: new Float32Array(2), b: tensor([1, 2], { values: Float32Array.of(1, 2) }), c: tied('b') };
    for (const optimizer of all) {
      await assert.rejects(
        minimize((_, g) => (g.a.fill(0), (g.b[0] = 1), 1), names, { optimizer, steps: 5 }),
        (error) => error instanceof ObjectiveError && error.message.includes('element 1 of the gradient of b'),
      );
      const found = await minimize((_, g) => (g.a.fill(0), g.c.fill(0), 1), names, { optimizer, steps: 5 });
      assert.deepEqual([found.reason, found.gradientNorm], ['tolerance', 0]);
    }
  });
  test("NaN that is the function's own is no error", async () => {
    for (const optimizer of [sgd(), adamw()]) {
      const found = await minimize((_, g) => (g.fill(NaN), 1), start(), { optimizer, steps: 1 });
      assert.equal(found.steps, 1);
    }
  });
  test('a point without a finite value needs no gradient: lines are searched up to it', async () => {
    const log: Objective = (w, g) => (w[0]! <= 0 ? Infinity : ((g[0] = 1 - 1 / w[0]!), w[0]! - Math.log(w[0]!)));
    for (const optimizer of minimizers) {
      const found = await minimize(log, Float64Array.of(5), { optimizer, steps: 100, tolerance: 1e-6 });
      assert.ok(Math.abs(found.w[0]! - 1) < 1e-5, optimizer.name);
    }
  });
  test('return a number, or a promise of one', async () => {
    const returns = (value: unknown) => (w: Float64Array, g: Float64Array) => (bowl(w, g), value);
    for (const [value, words] of [
      [undefined, 'undefined'],
      [null, 'null'],
      ['1', '"1"'],
      [1n, 'bigint'],
      [{ re: 1, im: 0 }, 'an object'],
      [Float64Array.of(1), 'a Float64Array'],
      [Object(1), 'a Number'],
      [Promise.resolve('late'), '"late"'],
    ] as const) {
      await rejects(returns(value), new RegExp(`minimize: the function must return its loss, a number, and returned ${words}$`));
    }
    for (const optimizer of minimizers) {
      const later = async (w: Float64Array, g: Float64Array) => (await Promise.resolve(), bowl(w, g));
      assert.deepEqual(await minimize(later, start(), { optimizer, steps: 9 }), await minimize(bowl, start(), { optimizer, steps: 9 }));
    }
  });
  test('what it throws comes through, at once or later', async () => {
    class Mine extends Error {}
    let calls = 0;
    const fails = (w: Float64Array, g: Float64Array): number => {
      if (++calls % 2 === 0) throw new Mine('mine');
      return bowl(w, g);
    };
    await rejects(fails, /mine/, Mine);
    await rejects(async () => Promise.reject(new Mine('mine')), /mine/, Mine);
  });
  test('leave its arrays where they are', async () => {
    for (const optimizer of all) {
      for (const role of ['w', 'g'] as const) {
        const replaces = (w: { a: Float64Array }, g: { a: Float64Array }): number => {
          bowl(w.a, g.a);
          ({ w, g })[role].a = new Float64Array(2);
          return 1;
        };
        await assert.rejects(
          minimize(loose<(w: object, g: object) => number>(replaces), { a: start() }, { optimizer, steps: 2 }),
          (error) => error instanceof ArrayError && error.message.includes(`${role}.a cannot be replaced; copy into it: ${role}.a.set(…)`),
        );
      }
    }
    for (const optimizer of minimizers) {
      const moves: Objective = (w, g) => (bowl(w, g), structuredClone(0, { transfer: [g.buffer as ArrayBuffer] }), 1);
      await assert.rejects(minimize(moves, start(), { optimizer, steps: 2 }), /detached the memory of the gradient of w/);
    }
  });
});

describe('maximize', () => {
  const hill = (w: Float64Array, g: Float64Array): number => -bowl(w, g) * (g.forEach((x, i) => (g[i] = -x)), 1);
  const methods = [
    sgd({ lr: 0.1 }), adam({ lr: 0.05 }), polyak(), polyak({ lr: 0.3 }), momo({ lr: 1 }), momoAdam({ lr: 0.1 }),
    chain(sgd({ lr: 0.1 }), ema()), groups([{ match: otherwise, use: polyak() }]),
    optimizer({ name: 'mine', hyper: {}, inputs: { loss: ['f', 'scalar'] }, equations: 'w ← w − f / ‖g‖² · g / 2' })(),
    ...minimizers,
  ]; // prettier-ignore
  for (const method of methods) {
    test(`${method.name}: what ascends a function is what descends its negative`, async () => {
      for (const accumulate of 'parts' in method ? [1, 3] : [undefined]) {
        const options = { optimizer: method, steps: 40, ...(accumulate === undefined ? {} : { accumulate }) };
        const down = await minimize(bowl, start(), options);
        const up = await minimize(hill, start(), { ...options, maximize: true });
        assert.deepEqual({ ...up, loss: 0 - up.loss }, down);
        assert.ok(down.loss < 13);
      }
    });
  }
  test('the lowest value that is known is the highest then', async () => {
    for (const make of [polyak, momo, momoAdam]) {
      const down = await minimize((w, g) => bowl(w, g) - 7, start(), { optimizer: make({ lr: 1, minimum: -7 }), steps: 20 });
      const up = await minimize((w, g) => 7 + hill(w, g), start(), { optimizer: make({ lr: 1, minimum: 7 }), steps: 20, maximize: true });
      assert.deepEqual({ ...up, loss: 0 - up.loss }, down);
    }
  });
  test('steps of your own: loss and Hessian', async () => {
    const [down, up] = [await sophia({ lr: 0.1 }).init({ w: start() }), await sophia({ lr: 0.1 }).init({ w: start() }, { maximize: true })];
    for (let t = 0; t < 30; t++) {
      down.step({ w: down.params.w.map((x) => 2 * x) }, { hessian: { w: Float64Array.of(2, 2) } });
      up.step({ w: up.params.w.map((x) => -2 * x) }, { hessian: { w: Float64Array.of(-2, -2) } });
    }
    assert.deepEqual(up.params.w, down.params.w);
    const rising = await polyak().init({ w: Float64Array.of(3) }, { maximize: true, accumulate: 2, observe: true });
    for (const loss of [-9, -9]) rising.step({ w: Float64Array.of(-6) }, { loss });
    assert.equal(rising.params.w[0], 3 - (9 / 36) * 6);
    assert.equal((await rising.observe()).w?.updateNorm, 1.5);
  });
});

describe('methods that evaluate elsewhere than they step from', () => {
  const cases = [
    chain(sgd({ lr: 0.4 }), swa({ start: 5 })), chain(sgd({ lr: 0.4 }), polyakAverage()), chain(adam({ lr: 0.1 }), ema()),
    scheduleFreeSgd({ lr: 0.4 }), scheduleFreeAdamw({ lr: 0.1 }),
  ]; // prettier-ignore
  for (const method of cases) {
    test(`${method.name}: w and loss are those of opt.evaluate(), at one evaluation more`, async () => {
      const opt = await method.init({ w: start() });
      for (let t = 0; t < 20; t++) {
        bowl(opt.params.w, opt.grads.w);
        opt.step();
      }
      let evaluations = 0;
      const found = await minimize((w, g) => (evaluations++, bowl(w, g)), start(), { optimizer: method, steps: 20 });
      assert.deepEqual(found.w, Float64Array.from(opt.evaluate().w));
      assert.notDeepEqual(found.w, Float64Array.from(opt.params.w));
      const g = new Float64Array(2);
      assert.equal(found.loss, bowl(found.w, g));
      assert.ok(Math.abs(found.gradientNorm / Math.hypot(...g) - 1) < 1e-15);
      assert.deepEqual([found.evaluations, evaluations, found.steps], [22, 22, 20]);
    });
  }
  test('before the first step, and by name with a tied one', async () => {
    const none = await minimize(bowl, start(), { optimizer: scheduleFreeSgd(), steps: 0 });
    assert.deepEqual([[...none.w], none.evaluations], [[3, -2], 1]);
    const parameters = { a: start(), b: tied('a') };
    const found = await minimize((w, g) => bowl(w.b as Float64Array, g.a), parameters, {
      optimizer: scheduleFreeSgd({ lr: 0.4 }),
      steps: 20,
    });
    assert.equal(found.w.a, found.w.b);
    assert.deepEqual(found.w.a, (await minimize(bowl, start(), { optimizer: scheduleFreeSgd({ lr: 0.4 }), steps: 20 })).w);
  });
});

describe('options of init count as they say', () => {
  test('accumulate: each step takes so many evaluations and is told once, with the mean of their losses', async () => {
    let calls = 0;
    const told: object[] = [];
    const found = await minimize((_, g) => (g.fill(1), ++calls), start(), {
      optimizer: sgd({ lr: 1 }),
      steps: 3,
      accumulate: 4,
      onStep: ({ t, loss, w }) => told.push([t, loss, w[0]]),
    });
    assert.deepEqual(told, [[0, 2.5, 3], [1, 6.5, 2], [2, 10.5, 1]]); // prettier-ignore
    assert.deepEqual([found.steps, found.skipped, found.evaluations, calls, found.w[0]], [3, 0, 13, 13, 0]);
  });
  for (const accumulate of [1, 2, 3]) {
    test(`nonFinite 'skip' with accumulate ${String(accumulate)}: skipped steps are counted, and t goes on`, async () => {
      const seen: number[] = [];
      let calls = 0;
      const found = await minimize((w, g) => (bowl(w, g), (calls++ % 5 === 0 && (g[0] = NaN), 1)), start(), {
        optimizer: sgd({ lr: 0.1 }),
        steps: 12,
        accumulate,
        nonFinite: 'skip',
        onStep: ({ t }) => seen.push(t),
      });
      assert.deepEqual(seen, [...Array(12).keys()]);
      assert.equal(found.steps + found.skipped, 12);
      assert.ok(found.skipped > 0 && found.steps > 0 && found.w.every(Number.isFinite));
      assert.deepEqual([found.reason, found.evaluations], ['steps', 12 * accumulate + 1]);
    });
  }
  test('a gradient that is never finite', async () => {
    const poisoned: Objective = (_, g) => (g.fill(NaN), 1);
    const skipping = await minimize(poisoned, start(), { optimizer: adam(), steps: 50, nonFinite: 'skip' });
    assert.deepEqual([skipping.reason, skipping.steps, skipping.skipped, [...skipping.w]], ['steps', 0, 50, [3, -2]]);
    await assert.rejects(minimize(poisoned, start(), { optimizer: adam(), steps: 50, nonFinite: 'throw' }), NonFiniteError);
  });
  test('a value that is not finite ends the loop, unless nonFinite says what to do about its gradient', async () => {
    for (const method of [adam({ lr: 0.1 }), momo()]) {
      let calls = 0;
      const sometimes = (w: Float64Array, g: Float64Array): number => (calls++ % 4 === 1 ? NaN : bowl(w, g));
      const found = await minimize(sometimes, start(), { optimizer: method, steps: 40, nonFinite: 'skip' });
      assert.deepEqual([found.reason, found.skipped, found.steps], ['steps', 10, 30]);
      assert.ok(found.loss < 13);
      calls = 0;
      await assert.rejects(minimize(sometimes, start(), { optimizer: method, steps: 40, nonFinite: 'throw' }), NonFiniteError);
      calls = 0;
      assert.equal((await minimize(sometimes, start(), { optimizer: method, steps: 40 })).reason, 'diverged');
      const alone: Objective = (_, g) => (g.fill(1), NaN);
      for (const nonFinite of ['stop', 'skip', 'throw', 'propagate'] as const)
        assert.deepEqual(
          await minimize(alone, start(), { optimizer: method, steps: 9, nonFinite }).then(({ reason, steps }) => [reason, steps]),
          ['diverged', 0],
        );
    }
  });
  test('a fixed lossScale: gradients, their norm and the tolerance are in units of the loss', async () => {
    const scaled: Objective = (w, g) => {
      const loss = bowl(w, g);
      g.forEach((x, i) => (g[i] = 1024 * x));
      return loss;
    };
    for (const method of [sgd({ lr: 0.1 }), momo({ lr: 1 }), scheduleFreeSgd({ lr: 0.1 })]) {
      const options = { optimizer: method, steps: 200, tolerance: 1e-5 };
      assert.deepEqual(await minimize(scaled, start(), { ...options, lossScale: 1024 }), await minimize(bowl, start(), options));
    }
  });
  test('backends and formats of states', async () => {
    const single = (w: Float32Array, g: Float32Array): number => w.reduce((sum, x, i) => ((g[i] = 2 * x), sum + x * x), 0);
    for (const options of [{ backend: 'fround' }, { state: 'bfloat16' }, { state: 'float8' }, { threads: 1 }, { observe: true }] as const) {
      const found = await minimize(single, Float32Array.of(3, -2), { optimizer: adam({ lr: 0.1 }), steps: 100, ...options });
      assert.deepEqual([found.reason, found.steps], ['steps', 100]);
      assert.ok(found.loss < 0.1);
    }
    assert.equal((await minimize(bowl, start(), { optimizer: adam(), steps: 3, backend: 'reference' })).steps, 3);
  });
  test('a promise of onStep is awaited', async () => {
    const order: string[] = [];
    const onStep = async (): Promise<void> => (await Promise.resolve(), void order.push('told'));
    for (const optimizer of [sgd(), lbfgs()]) {
      await minimize((w, g) => (order.push('evaluated'), bowl(w, g)), start(), { optimizer, steps: 1, onStep });
      assert.deepEqual(order.splice(0, 2), ['evaluated', 'told']);
      order.length = 0;
      await assert.rejects(
        minimize(bowl, start(), { optimizer, steps: 1, onStep: () => Promise.reject(new Error('full disk')) }),
        /full disk/,
      );
    }
  });
});

describe('tied parameters are one', () => {
  const line = (w: { a: Float64Array; b: Float64Array }, g: { a: Float64Array; b: Float64Array }): number => {
    const error = w.a[0]! + w.b[0]! - 5;
    g.a[0] = 4 * error;
    return error ** 2;
  };
  for (const optimizer of [sgd({ lr: 0.05 }), ...minimizers]) {
    test(optimizer.name, async () => {
      const first = await minimize(loose<never>(line), { a: Float64Array.of(1), b: tied('a') }, { optimizer, steps: 0 });
      assert.equal(first.gradientNorm, 12);
      const found = await minimize(loose<never>(line), { b: tied('a'), a: Float64Array.of(1) }, { optimizer, steps: 100, tolerance: 1e-9 });
      assert.equal(found.reason, 'tolerance');
      assert.equal(found.w.a, found.w.b);
      assert.ok(Math.abs(found.w.a[0]! - 2.5) < 1e-9);
    });
  }
  test('to nothing', async () => {
    for (const optimizer of [sgd(), lbfgs()]) {
      for (const to of ['b', 'a']) {
        const start = { a: tied(to), w: Float64Array.of(1) };
        await assert.rejects(
          minimize(() => 1, start, { optimizer, steps: 1 }),
          /a is tied to [ab], and there is no parameter of that name/,
        );
      }
    }
  });
});

describe('what is not what it seems is refused by what it is', () => {
  type Options = MinimizeOptions;
  const foreign = loose<Float64Array>(vm.runInNewContext('new Map([[1, 2]])'));
  const cases: readonly (readonly [objective: unknown, start: unknown, options: unknown, message: RegExp])[] = [
    [undefined, start(), { optimizer: sgd(), steps: 1 }, /^minimize: the objective must be a function, not undefined/],
    [bowl, start(), undefined, /^minimize: options must be an object, \{ optimizer: … \}, not undefined/],
    [bowl, start(), { optimizer: adam }, /not a function; call it: adam\(\)/],
    [bowl, start(), {}, /optimizer must be a method such as adamw\(\) or lbfgs\(\), not undefined/],
    [bowl, start(), { optimizer: adamw, steps: 1 }, /not a function; call it/],
    [bowl, start(), { optimizer: lbfgs, steps: 1 }, /not a function; call it, as in adamw\(\)/],
    [bowl, start(), { optimizer: 'adam', steps: 1 }, /not "adam"/],
    [bowl, start(), { optimizer: {}, steps: 1 }, /not an object/],
    [bowl, start(), { optimizer: { name: 'x', lineSearch: {}, directions: 1 }, steps: 1 }, /not an object/],
    [bowl, start(), { optimizer: sgd() }, /steps must be a whole number from 0, not undefined/],
    [bowl, start(), { optimizer: sgd(), steps: Infinity }, /steps must be a whole number from 0, not Infinity/],
    [bowl, start(), { optimizer: sgd(), steps: 10n }, /steps must be .* not bigint/],
    [bowl, start(), { optimizer: sgd(), step: 1 }, /step is not an option \(did you mean steps\?\)/],
    [bowl, start(), { optimizer: sgd(), steps: 1, lr: 1 }, /lr is not an option/],
    [bowl, start(), { optimizer: lbfgs(), steps: 1, accumulate: 2 }, /^lbfgs: accumulate is not an option/],
    [bowl, start(), { optimizer: sgd(), steps: 1, tolerance: '1' }, /tolerance must be a number, not "1"/],
    [bowl, start(), { optimizer: sgd(), steps: 1, onStep: {} }, /onStep must be a function, not an object/],
    [bowl, start(), { optimizer: sgd(), steps: 1, half: 'bfloat16' }, /half needs a loop of your own/],
    [bowl, start(), { optimizer: sgd(), steps: 1, lossScale: {} }, /lossScale must be a number, since .* not an object/],
    [bowl, start(), { optimizer: sophia(), steps: 1 }, /optimizer sophia needs hessian in each step/],
    [bowl, undefined, { optimizer: sgd(), steps: 1 }, /the start must be .* not undefined/],
    [bowl, null, { optimizer: lbfgs(), steps: 1 }, /the start must be .* not null/],
    [bowl, [1, 2], { optimizer: sgd(), steps: 1 }, /not an Array/],
    [bowl, new Int32Array(2), { optimizer: lbfgs(), steps: 1 }, /not an Int32Array/],
    [bowl, 3, { optimizer: sgd(), steps: 1 }, /not 3/],
    [bowl, tensor([2]), { optimizer: sgd(), steps: 1 }, /not an object/],
    [bowl, foreign, { optimizer: sgd(), steps: 1 }, /the start must be .* not a Map/],
    [bowl, Promise.resolve(start()), { optimizer: lbfgs(), steps: 1 }, /the start must be .* not a Promise/],
    [bowl, new Float64Array(0), { optimizer: sgd(), steps: 1 }, /the start has no elements/],
    [bowl, { a: tensor([0, 2]) }, { optimizer: lbfgs(), steps: 1 }, /the start has no elements/],
    [bowl, {}, { optimizer: lbfgs(), steps: 1 }, /there are no parameters/],
    [bowl, { w: [1] }, { optimizer: lbfgs(), steps: 1 }, /w must be .* not an Array/],
    [bowl, { E: sparse([3, 2]) }, { optimizer: sgd(), steps: 1 }, /E is sparse/],
    [bowl, { E: sparse([3, 2]) }, { optimizer: lbfgs(), steps: 1 }, /E is sparse/],
  ];
  for (const [objective, at, options, message] of cases) {
    test(String(message), async () => {
      await assert.rejects(
        minimize(loose<Objective>(objective), loose<Float64Array>(at), loose<Options>(options)),
        (error) => error instanceof ThalwegError && message.test(error.message),
      );
    });
  }
  test('starts of another realm', async () => {
    const made = (text: string): Float64Array => vm.runInNewContext(text) as Float64Array;
    for (const optimizer of [sgd(), lbfgs()]) {
      const found = await minimize(bowl, made('Float64Array.of(3, -2)'), { optimizer, steps: 3 });
      assert.deepEqual(found, await minimize(bowl, start(), { optimizer, steps: 3 }));
      const named = { a: made('Float64Array.of(3, -2)'), b: tensor([1], { values: made('Float64Array.of(1)') }) };
      const both = await minimize((w, g) => bowl(w.a, g.a) + bowl(w.b, g.b), named, { optimizer, steps: 3 });
      assert.ok(both.w.a instanceof Float64Array);
    }
  });
  test('what only has the name of a class, and what has no class at all', async () => {
    class Method {
      readonly name = 'sgd';
    }
    class Schedule {
      readonly base = 1;
    }
    const [method, schedule] = [loose<ReturnType<typeof sgd>>(new Method()), loose<number>(new Schedule())];
    await assert.rejects(minimize(bowl, start(), { optimizer: method, steps: 1 }), /not a Method$/);
    assert.throws(() => chain(method), /not a Method$/);
    assert.throws(() => groups([{ match: otherwise, use: method }]), /not a Method$/);
    assert.throws(() => sgd({ lr: schedule }), /not a Schedule$/);
    const classless = loose<number>(Object.create(Object.create(null) as object));
    assert.throws(
      () => sgd({ lr: classless }),
      (error) => error instanceof OptionError && error.message.endsWith('not an object'),
    );
    assert.throws(
      () => sgd({ lr: loose<number>('x'.repeat(1e6)) }),
      (error) => error instanceof OptionError && error.message.length < 200,
    );
  });
  test('minimizers where methods belong, and the other way round', () => {
    const minimizer = loose<Method>(lbfgs());
    assert.throws(() => void minimizer.init({ w: start() }), UnsupportedError);
    assert.throws(() => void minimizer.init({ w: start() }), /lbfgs: .* has no init; use minimize\(f, start, \{ optimizer, steps \}\)/);
    assert.throws(() => chain(minimizer), ThalwegError);
    assert.throws(() => groups([{ match: otherwise, use: minimizer }]), ThalwegError);
    for (const options of [null, 1, [], 'x']) {
      for (const make of [gradientDescent, conjugateGradient, lbfgs, backtracking, strongWolfe])
        assert.throws(
          () => (make as (given: unknown) => unknown)(options),
          (error) => error instanceof OptionError,
        );
    }
    for (const lineSearch of [null, {}, strongWolfe, 'wolfe', { search: 1 }])
      assert.throws(
        () => lbfgs({ lineSearch: loose<LineSearch>(lineSearch) }),
        /lbfgs: lineSearch must be a line search such as strongWolfe\(\)/,
      );
  });
  test('a line search that finds no outcome', async () => {
    for (const outcome of [undefined, {}, { meets: 'armijo' }, { meets: 'armijo', trial: { step: '1' } }]) {
      const lineSearch: LineSearch = { name: 'broken', search: () => Promise.resolve(loose<never>(outcome)) };
      await assert.rejects(minimize(bowl, start(), { optimizer: lbfgs({ lineSearch }), steps: 1 }), ThalwegError);
    }
  });
});

test('nothing is waited for between the steps of a synchronous function, and a promise of onStep is', async (context) => {
  // Time stands still, so that the event loop is not given a turn.
  context.mock.method(performance, 'now', () => 0);
  const run = async (onStep: (step: { readonly t: number }) => unknown): Promise<number> => {
    let [last, reached] = [0, NaN];
    await minimize(bowl, start(), {
      optimizer: sgd({ lr: 0.01 }),
      steps: 50,
      onStep: (step) => {
        if (step.t === 0) void Promise.resolve().then(() => (reached = last));
        last = step.t;
        return onStep(step);
      },
    });
    return reached;
  };
  assert.equal(await run(() => undefined), 49);
  assert.equal(await run(() => Promise.resolve()), 0);
});

test('methods of the same equations share a program and its plans, others do not', () => {
  const of = (method: Method): unknown => programOf(method.groups[0]!);
  assert.equal(of(adam({ lr: 0.1 })), of(adam({ lr: 0.2, beta1: 0.8 })));
  assert.notEqual(of(adam()), of(adam({ amsgrad: true })));
  const mine = (hyper: Record<string, HyperDeclaration>, equations = 'w ← w − η·g'): Method =>
    optimizer({ name: 'mine', hyper, equations })();
  assert.equal(of(mine({ lr: ['η', 0.1] })), of(mine({ lr: ['η', 0.1] })));
  for (const other of [mine({ lr: ['η', 0.1, '(0, 1)'] }), mine({ lr: ['η', 0.1] }, 'w ← w − 2·η·g'), mine({ rate: ['η', 0.1] })])
    assert.notEqual(of(mine({ lr: ['η', 0.1] })), of(other));
  const program = programOf(adam().groups[0]!);
  const plain = new Map();
  assert.equal(planOf(variantsOf(program, 'float32', false, plain), 1), planOf(variantsOf(program, 'float32', false, plain), 1));
  assert.notEqual(variantsOf(program, 'float32', false, plain), variantsOf(program, 'float64', false, plain));
  assert.notEqual(variantsOf(program, 'float32', false, plain), variantsOf(program, 'float32', true, plain));
});
