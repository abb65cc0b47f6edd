/**
 * Checkpoints both ways with PyTorch. `fixtures/pytorch` was made by a real PyTorch with the script that users get; where the oracle environment is, a live
 * one also goes on with what is saved here.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import {
  adabelief, adagrad, adam, adamw, chain, CheckpointError, clipByGlobalNorm, cosine, ema, groups, lion, muon, optimizer, OptionError, otherwise, rmsprop, sgd,
  tensor, ThalwegError, tied, UnsupportedError, type LoadOptions, type Method, type Optimizer,
} from 'thalweg'; // prettier-ignore
import { loadFile, saveFile } from 'thalweg/node';
import { pytorch } from 'thalweg/pytorch';
import { smallLoss, smallModel } from './support/small-model.ts';

const folder = join(import.meta.dirname, 'fixtures/pytorch');
const fixture = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(join(folder, `${name}.safetensors`)));
const { losses: expected } = JSON.parse(readFileSync(join(folder, 'losses.json'), 'utf8')) as { losses: Record<string, number[]> };
const from: LoadOptions = { format: pytorch };
const [saved, after] = [6, 8];

interface Run {
  readonly method: () => Method;
  readonly maximize?: true;
  readonly float32?: true;
  /** The largest difference of losses from PyTorch's, and why it is not rounding in float64. */
  readonly within?: number;
}
const withMuon = (options: Parameters<typeof muon>[0]) => () =>
  groups([
    { match: { rank: 2 }, use: muon(options) },
    { match: otherwise, use: adamw({ lr: 0.02 }) },
  ]);
const muons = { lr: 0.02, weightDecay: 0.1 } as const;
const runs: Readonly<Record<string, Run>> = {
  sgd: { method: () => sgd({ lr: 0.05 }) },
  'sgd-nesterov': { method: () => sgd({ lr: 0.02, momentum: 0.9, nesterov: true, l2: 0.01 }) },
  'sgd-dampening': { method: () => sgd({ lr: 0.05, momentum: 0.8, dampening: 0.3 }) },
  'sgd-maximize': { method: () => sgd({ lr: 0.02, momentum: 0.9 }), maximize: true },
  adam: { method: () => adam({ lr: 0.02, beta1: 0.8, beta2: 0.95, eps: 1e-6, l2: 0.01 }) },
  amsgrad: { method: () => adam({ lr: 0.02, amsgrad: true }) },
  adamw: { method: () => adamw({ lr: 0.02 }) },
  'adamw-groups': {
    method: () =>
      groups([
        { match: { rank: 2 }, use: adamw({ lr: 0.02, weightDecay: 0.1 }) },
        { match: otherwise, use: adamw({ lr: 0.02 }), weightDecay: 0 },
      ]),
  },
  'adam-decoupled': { method: () => adamw({ lr: 0.02, weightDecay: 0.1 }) },
  rmsprop: { method: () => rmsprop({ lr: 0.01, beta: 0.99 }) },
  'rmsprop-centered': { method: () => rmsprop({ lr: 0.01, beta: 0.9, momentum: 0.9, centered: true }) },
  adagrad: { method: () => adagrad({ lr: 0.1, initial: 0.1 }) },
  lion: { method: () => lion({ lr: 0.01, weightDecay: 0.1 }) },
  muon: { method: withMuon(muons) },
  'muon-rms': { method: withMuon({ ...muons, nesterov: 'off', adjust: 'rms' }) },
  // PyTorch computes the iteration in bfloat16, whose numbers have eight bits.
  'muon-bfloat16': { method: withMuon(muons), within: 0.02 },
  'adamw-float32': { method: () => adamw({ lr: 0.02 }), float32: true, within: 1e-6 },
  // There a step is in bfloat16, and here in float32.
  'adamw-bfloat16': { method: () => adamw({ lr: 0.02 }), float32: true, within: 0.05 },
};
const init = ({ method, maximize, float32 }: Run) => method().init(smallModel(float32), { maximize: maximize === true });
type Small = Awaited<ReturnType<typeof init>>;

/** Trains from step `first` to step `last` and returns the losses. */
function train(opt: Small, first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => {
    // What ascends is given the loss with the opposite sign.
    const loss = smallLoss(opt.params, opt.grads, first + i, opt.maximize ? -1 : 1);
    opt.step();
    return loss;
  });
}

function assertNear(actual: readonly number[], wanted: readonly number[], within: number): void {
  assert.equal(actual.length, wanted.length);
  actual.forEach((one, i) => {
    assert.ok(
      Math.abs(one - wanted[i]!) <= within * Math.max(1, Math.abs(wanted[i]!)),
      `loss ${String(i)}: ${String(one)}, not ${String(wanted[i])}`,
    );
  });
}

describe('files of PyTorch', () => {
  test('there is one for every run', () => {
    assert.deepEqual(Object.keys(expected), Object.keys(runs));
  });

  for (const [name, run] of Object.entries(runs)) {
    test(`${name}: training goes on with the losses that PyTorch had`, async () => {
      const opt = await init(run);
      const report = await opt.load(fixture(name), from);
      assert.equal(opt.t, saved);
      // What had no gradient there begins anew.
      const fresh = Object.keys(opt.state).length === 0 ? [] : ['idle'];
      assert.deepEqual([report.fresh, report.unexpected], [fresh, ['count']]);
      assert.deepEqual(report.different.length > 0, name === 'adamw-bfloat16');
      assertNear(train(opt, saved + 1, saved + after), expected[name]!, run.within ?? 1e-12);
    });

    test(`${name}: what is saved for PyTorch is what was loaded, and training goes on the same bit for bit`, async () => {
      const [opt, again] = [await init(run), await init(run)];
      await opt.load(fixture(name), from);
      train(opt, saved + 1, saved + 3);
      const file = await opt.save({ format: pytorch });
      await again.load(file, from);
      assert.deepEqual(await again.save({ format: pytorch }), file);
      assert.deepEqual(again.state, opt.state);
      assert.equal(JSON.stringify(train(again, saved + 4, saved + 9)), JSON.stringify(train(opt, saved + 4, saved + 9)));
      assert.deepEqual(again.params, opt.params);
    });
  }

  test('a file goes through loadFrom and disks as others do', async () => {
    const [opt, again] = [await init(runs['adamw']!), await init(runs['adamw']!)];
    const place = mkdtempSync(join(tmpdir(), 'thalweg-'));
    try {
      await loadFile(opt, join(folder, 'adamw.safetensors'), from);
      await saveFile(opt, join(place, 'run'), { format: pytorch });
      assert.deepEqual(new Uint8Array(readFileSync(join(place, 'run'))), await opt.save({ format: pytorch }));
      await loadFile(again, join(place, 'run'), from);
      assert.deepEqual(again.params, opt.params);
    } finally {
      rmSync(place, { recursive: true });
    }
  });

  test('transforms without states may stand before, as clipping stands outside of the optimizer in PyTorch', async () => {
    const method = chain(clipByGlobalNorm(100, { compat: 'torch' }), adamw({ lr: 0.02 }));
    const opt = await init({ method: () => method });
    await opt.load(fixture('adamw'), from);
    assertNear(train(opt, saved + 1, saved + after), expected['adamw']!, 1e-12);
    await opt.load(await opt.save({ format: pytorch }), from);
  });

  test('narrower numbers are taken as they are, wider ones refused', async () => {
    const opt = await adamw({ lr: 0.02 }).init(smallModel());
    await opt.load(fixture('adamw-float32'), from);
    const narrow = await adamw({ lr: 0.02 }).init(smallModel(true));
    await narrow.load(fixture('adamw-float32'), from);
    assert.deepEqual(Float32Array.from(opt.params.W1), narrow.params.W1);
    assert.deepEqual([...opt.params.W1], [...narrow.params.W1]);
    await assert.rejects(narrow.load(fixture('adamw'), from), /the parameter W1 is F64 in the file and F32 here/);
    await assert.rejects(opt.load(await narrow.save({ format: pytorch }).then(withType('F64')), from), CheckpointError);
  });
});

/** The file with every F32 called something else. */
const withType = (dtype: string) => (file: Uint8Array<ArrayBuffer>) => edited(file, (text) => text.replaceAll('"F32"', `"${dtype}"`));

/** The file with another header, and the checksum of that. */
function edited(file: Uint8Array<ArrayBuffer>, change: (header: string) => string): Uint8Array<ArrayBuffer> {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = Buffer.from(change(Buffer.from(file.subarray(8, 8 + length)).toString()));
  const out = new Uint8Array(8 + header.length + file.length - 8 - length);
  new DataView(out.buffer).setBigUint64(0, BigInt(header.length), true);
  out.set(header, 8);
  out.set(file.subarray(8 + length), 8 + header.length);
  const at = 8 + '{"__metadata__":{"crc32":"'.length;
  out.set(
    Buffer.from(
      crc32(out.subarray(at + 8))
        .toString(16)
        .padStart(8, '0'),
    ),
    at,
  );
  return out;
}

interface Written {
  groups: Record<string, unknown>[];
  ties: Record<string, unknown>;
  frozen: unknown;
  step: Record<string, unknown>;
  steps: unknown;
}

type Change = ((layout: Written) => unknown) | { readonly whole: unknown };

/** The file with another text of PyTorch's. */
const withLayout = (file: Uint8Array<ArrayBuffer>, change: Change) =>
  edited(file, (text) => {
    const header = JSON.parse(text) as { __metadata__: { pytorch: string } };
    const layout = JSON.parse(header.__metadata__.pytorch) as Written;
    if (typeof change === 'function') change(layout);
    header.__metadata__.pytorch = JSON.stringify(typeof change === 'function' ? layout : change.whole);
    return JSON.stringify(header);
  });

/** What an optimizer is, to see that nothing of it changed. */
const whole = async (opt: Small): Promise<Uint8Array> => opt.save();

describe('what does not fit is refused by name, before anything changes', () => {
  const cases: readonly (readonly [what: string, method: Method, file: string, message: RegExp, change?: Change])[] = [
    ['another optimizer', adam({ lr: 0.02 }), 'adamw', /W1 is trained by AdamW in the file, and by adam here[\s\S]*adamw\(\{ lr: 0.02, /],
    ['amsgrad', adam({ lr: 0.02 }), 'amsgrad', /amsgrad is True in the file, and here amsgrad is false[\s\S]*amsgrad: true \}\) here/],
    ['no amsgrad', adamw({ lr: 0.02, amsgrad: true }), 'adamw', /amsgrad is False in the file/],
    ['momentum', sgd({ lr: 0.05 }), 'sgd-dampening', /momentum is 0.8 in the file, and there is no momentum here[\s\S]*sgd\(\{ lr: 0.05, momentum: 0.8, dampening: 0.3 \}\)/],
    ['dampening', sgd({ lr: 0.05, momentum: 0.8 }), 'sgd-dampening', /dampening is 0.3 in the file, and there is no dampening/],
    ['nesterov', sgd({ lr: 0.02, momentum: 0.9, l2: 0.01 }), 'sgd-nesterov', /nesterov is True in the file, and here nesterov is false/],
    ['decay', sgd({ lr: 0.02, momentum: 0.9, nesterov: true }), 'sgd-nesterov', /weight_decay is 0.01 in the file, and there is no l2/],
    ['maximize', sgd({ lr: 0.02, momentum: 0.9 }), 'sgd-maximize', /maximize is True in the file, and here it is false/],
    ['centered', rmsprop({ lr: 0.01, beta: 0.9, momentum: 0.9 }), 'rmsprop-centered', /centered is True in the file/],
    ['adjust', withMuon({ ...muons, nesterov: 'off' })(), 'muon-rms', /adjust_lr_fn is match_rms_adamw in the file, and here adjust is original/],
    ['lr', adamw({ lr: 0.03 }), 'adamw', /lr is 0.02 in the file and 0.03 here; \{ hyper: 'file' \}/],
    ['a schedule', adamw({ lr: cosine({ peak: 0.03, total: 100 }) }), 'adamw', /lr is 0.02 in the file and a schedule that has another value here/],
    ['betas', adamw({ lr: 0.02, beta2: 0.99 }), 'adamw', /beta2 is 0.999 in the file and 0.99 here/],
    ['decay of groups', adamw({ lr: 0.02 }), 'adamw-groups', /weight_decay is 0.1 for W1 and 0 for b1 in the file, and here weightDecay is one number/],
    ['variants', adamw({ lr: 0.02, cautious: true }), 'adamw', /adamw with cautious: true has other equations than PyTorch's AdamW/],
    ['independent decay', adamw({ lr: 0.02, decay: 'independent' }), 'adamw', /decay: "independent"/],
    ["Keras' equations", adam({ lr: 0.02, compat: 'keras' }), 'adam', /adam with compat: "keras" has other equations than PyTorch's Adam/],
    ['what PyTorch has not', adabelief(), 'adamw', /adabelief is not one of the PyTorch optimizers that this format knows: SGD, Adam,/],
    ['states of a transform', chain(adamw({ lr: 0.02 }), ema()), 'adamw', /ema keeps states/],
    ['two optimizers', chain(adamw({ lr: 0.02 }), sgd()), 'adamw', /are two optimizers/],
    ['equations of an own adamw', optimizer({ name: 'adamw', hyper: { lr: ['η', 0.02] }, equations: 'w ← w − η·g' })(), 'adamw', /other equations/],
    ['a class', adamw({ lr: 0.02 }), 'adamw', /trained by RAdam in the file; this format knows/, ({ groups }) => (groups[0]!['optimizer'] = 'RAdam')],
    ['lr_decay', adagrad({ lr: 0.1, initial: 0.1 }), 'adagrad', /lr_decay is 0.5 in the file, and what is here has 0/, ({ groups }) => (groups[0]!['lr_decay'] = 0.5)],
    ['an option', adamw({ lr: 0.02 }), 'adamw', /foo is 3 in the file, an option that is not known here/, ({ groups }) => (groups[0]!['foo'] = 3)],
    ['no lr', adamw({ lr: 0.02 }), 'adamw', /lr is missing in the file, and must be a number/, ({ groups }) => delete groups[0]!['lr']],
    ['lr as a text', adamw({ lr: 0.02 }), 'adamw', /lr is 0.1s in the file, and must be a number/, ({ groups }) => (groups[0]!['lr'] = '0.1s')],
    ['lr below 0', adamw({ lr: 0.02 }), 'adamw', /lr in the file: .*must lie in/, ({ groups }) => (groups[0]!['lr'] = -1)],
    ['betas of one', adamw({ lr: 0.02 }), 'adamw', /betas.1 is missing/, ({ groups }) => (groups[0]!['betas'] = [0.9])],
    ['steps', adamw({ lr: 0.02 }), 'adamw', /says that 2 steps were taken, and of one parameter 6/, (layout) => (layout.steps = 2)],
    ['steps below 0', adamw({ lr: 0.02 }), 'adamw', /says that steps is -2/, (layout) => (layout.steps = -2)],
    ['a step', adamw({ lr: 0.02 }), 'adamw', /says that step of W1 is 1.5/, ({ step }) => (step['W1'] = 1.5)],
    ['no step', adamw({ lr: 0.02 }), 'adamw', /does not say how many steps W1 has taken/, ({ step }) => delete step['W1']],
    ['states without arrays', adamw({ lr: 0.02 }), 'adamw', /the states of idle are not in the file, which says that it has taken 3 steps/, ({ step }) => (step['idle'] = 3)],
    ['no groups', adamw({ lr: 0.02 }), 'adamw', /no list of param groups/, { whole: { groups: 'W1' } }],
    ['a group', adamw({ lr: 0.02 }), 'adamw', /the param group 0 of the file is null/, { whole: { groups: [null] } }],
    ['params', adamw({ lr: 0.02 }), 'adamw', /has no list of names, params/, ({ groups }) => (groups[0]!['params'] = [0, 1])],
    ['a parameter twice', adamw({ lr: 0.02 }), 'adamw', /W1 is in two param groups/, ({ groups }) => groups.push(groups[0]!)],
    ['ties', adamw({ lr: 0.02 }), 'adamw', /ties in the file is not an object of names/, (layout) => (layout.ties = { a: 3 })],
    ['frozen', adamw({ lr: 0.02 }), 'adamw', /frozen in the file is not a list of names/, (layout) => (layout.frozen = 'W1')],
    ['a tie', adamw({ lr: 0.02 }), 'adamw', /W1 and b1 are tied in the file, and parameters of their own here/, (layout) => (layout.ties = { b1: 'W1' })],
    ['another parameter', adamw({ lr: 0.02 }), 'adamw', /the parameter V is in the file and not here/, ({ groups }) => (groups[0]!['params'] as string[]).push('V')],
    ['a nested layout', adamw({ lr: 0.02 }), 'adamw', /pytorch in the file cannot be read/, { whole: [[[[[[]]]]]] }],
    ['nothing', adamw({ lr: 0.02 }), 'adamw', /pytorch in the file cannot be read/, { whole: 3 }],
  ]; // prettier-ignore
  for (const [what, method, name, message, change] of cases) {
    test(what, async () => {
      const opt = await init({ method: () => method });
      const before = await whole(opt);
      const file = change === undefined ? fixture(name) : withLayout(fixture(name), change);
      await assert.rejects(opt.load(file, from), (error: unknown) => {
        assert.ok(error instanceof CheckpointError);
        assert.match([error.message, ...error.differences].join('\n'), message);
        return true;
      });
      assert.deepEqual(await whole(opt), before);
    });
  }

  test('a shape, a parameter that is missing, a state that is missing or too many', async () => {
    const opt = await init(runs['adamw']!);
    const renamed = (a: string, b: string) =>
      opt.load(
        edited(fixture('adamw'), (text) => text.replaceAll(`"${a}"`, `"${b}"`)),
        from,
      );
    await assert.rejects(renamed('W2', 'V'), /the parameter W2 is not in the file/);
    await assert.rejects(renamed('optimizer/exp_avg/W1', 'optimizer/exp_avg/V'), /the state exp_avg of W1 is not in the file/);
    await assert.rejects(renamed('optimizer/exp_avg/W1', 'optimizer/exp/W1'), /the state exp of W1 is in the file and not here/);
    await assert.rejects(
      opt.load(
        edited(fixture('adamw'), (text) => text.replaceAll('[4,3]', '[3,4]')),
        from,
      ),
      /W1 has the shape \[3, 4\] in the file and \[4, 3\] here/,
    );
  });

  test('a file of the other format says which it is', async () => {
    const opt = await init(runs['adamw']!);
    await assert.rejects(opt.load(fixture('adamw')), /load\(file, \{ format: pytorch \}\), with pytorch from thalweg\/pytorch, reads it/);
    await assert.rejects(opt.load(await opt.save(), from), /it is in Thalweg's own format: load\(file\) reads it/);
    // Weights are there under their names in either.
    await opt.load(fixture('adamw'), { only: 'params' });
    for (const options of [{ format: 'pytorch' }, { format: pytorch, only: 'params' }])
      await assert.rejects(opt.load(fixture('adamw'), options as LoadOptions), OptionError);
    await assert.rejects(opt.save({ format: {} } as never), OptionError);
    await assert.rejects(opt.save({ from: pytorch } as never), OptionError);
  });

  test('what a checkpoint of PyTorch has no place for is not saved as one', async () => {
    const file = { format: pytorch };
    for (const method of [adabelief(), chain(adamw(), ema()), adamw({ cautious: true })])
      await assert.rejects((await method.init({ w: new Float64Array(2) })).save(file), UnsupportedError);
    await assert.rejects((await lion().init({ w: new Float64Array(2) }, { maximize: true })).save(file), /Lion has no maximize in PyTorch/);
    await assert.rejects((await adamw().init({ w: new Float32Array(2) }, { state: 'bfloat16' })).save(file), /states are in bfloat16/);
    const accumulating = await adamw().init({ w: new Float64Array(2) }, { accumulate: 2 });
    accumulating.step({ w: Float64Array.of(1, 2) });
    await assert.rejects(
      accumulating.save(file),
      (error: unknown) => error instanceof ThalwegError && error.message.includes('flush() or discard() first'),
    );
    accumulating.discard();
    await accumulating.save(file);
  });

  test('every flipped byte and every cut is noticed', async () => {
    const opt = await init(runs['adamw']!);
    const [file, before] = [fixture('adamw'), await whole(opt)];
    for (let at = 0; at < file.length; at += 7) {
      const flipped = file.slice();
      flipped[at]! ^= 1 << (at % 8);
      await assert.rejects(opt.load(flipped, from), CheckpointError, `byte ${String(at)}`);
      await assert.rejects(opt.load(file.slice(0, at), from), CheckpointError, `${String(at)} bytes`);
    }
    assert.deepEqual(await whole(opt), before);
  });
});

describe('what is taken, and how', () => {
  test('hyperparameters by { hyper }', async () => {
    const [theirs, mine] = [await init({ method: () => adamw({ lr: 0.5 }) }), await init({ method: () => adamw({ lr: 0.5 }) })];
    const told = (whose: string) => [{ name: 'hyper.lr', why: `is 0.02 in the file and 0.5 here; ${whose}` }];
    assert.deepEqual((await theirs.load(fixture('adamw'), { ...from, hyper: 'file' })).different, told("the file's was taken"));
    assert.deepEqual((await mine.load(fixture('adamw'), { ...from, hyper: 'mine' })).different, told("this optimizer's was kept"));
    assert.deepEqual([theirs.hyper['lr'], mine.hyper['lr']], [0.02, 0.5]);
    assertNear(train(theirs, saved + 1, saved + after), expected['adamw']!, 1e-12);
  });

  test('a schedule goes on where it gives what the file has: for the next step, or for the last', async () => {
    const schedule = cosine({ peak: 0.05, total: 50 });
    for (const t of [saved, saved + 1]) {
      const opt = await init({ method: () => adamw({ lr: schedule }) });
      await opt.load(
        withLayout(fixture('adamw'), ({ groups }) => (groups[0]!['lr'] = schedule.at(t) * (1 + 1e-12))),
        from,
      );
      assert.equal(opt.hyper['lr'], schedule);
    }
    const opt = await init({ method: () => sgd({ lr: schedule }) });
    const unsaid = withLayout(fixture('sgd'), (layout) => (layout.steps = null));
    await assert.rejects(
      opt.load(unsaid, { ...from, hyper: 'mine' }),
      /does not say how many steps were taken, which lr follows here; save\(path, model, optimizer, steps=…\) does/,
    );
  });

  test('what no param group has, and what needs no gradient, is frozen', async () => {
    const opt = await init(runs['sgd-nesterov']!);
    const file = withLayout(fixture('sgd-nesterov'), (layout) => {
      layout.groups[0]!['params'] = (layout.groups[0]!['params'] as string[]).filter((name) => name !== 'idle');
      layout.frozen = ['b2'];
    });
    const { different } = await opt.load(file, from);
    assert.deepEqual(different.map(({ name }) => name), ['frozen.b2', 'frozen.idle']); // prettier-ignore
    assert.deepEqual(opt.trained, ['W1', 'b1', 'W2', 'late']);
  });

  test('a tied parameter is found by any of its names', async () => {
    const from1 = await adamw().init({ head: tensor([2, 2]), E: tied('head') });
    from1.grads.E.set([1, 2, 3, 4]);
    from1.step();
    const file = await from1.save({ format: pytorch });
    const to = await adamw().init({ E: tensor([2, 2]), head: tied('E') });
    await to.load(file, from);
    assert.deepEqual(to.params.E, from1.params.head);
    const apart = await adamw().init({ E: tensor([2, 2]), head: tensor([2, 2]) });
    await assert.rejects(apart.load(file, from), /head and E are tied in the file, and parameters of their own here/);
    const two = await (await adamw().init({ E: tensor([2, 2]), head: tensor([2, 2]) })).save({ format: pytorch });
    await assert.rejects(to.load(two, from), /E and head are two parameters in the file, and are tied here/);
  });
});

/** Methods of every kind that the format knows. */
const method: fc.Arbitrary<Method> = fc.oneof(
  fc.record({ lr: fc.constant(0.01), momentum: fc.constantFrom(0, 0.9), dampening: fc.constantFrom(0, 0.5), l2: fc.constantFrom(0, 0.1) }).map((o) => sgd(o.momentum === 0 ? { ...o, dampening: 0 } : o)),
  fc.record({ amsgrad: fc.boolean(), l2: fc.constantFrom(0, 0.1), beta1: fc.constantFrom(0, 0.9) }).map((o) => adam(o)),
  fc.record({ amsgrad: fc.boolean(), weightDecay: fc.constantFrom(0, 0.1) }).map((o) => adamw(o)),
  fc.record({ centered: fc.boolean(), momentum: fc.constantFrom(0, 0.9), l2: fc.constantFrom(0, 0.1) }).map((o) => rmsprop(o)),
  fc.record({ initial: fc.constantFrom(0, 0.1), l2: fc.constantFrom(0, 0.1) }).map((o) => adagrad(o)),
  fc.record({ weightDecay: fc.constantFrom(0, 0.1) }).map((o) => lion(o)),
  fc.record({ nesterov: fc.constantFrom('on', 'off'), adjust: fc.constantFrom('original', 'rms') }).map((o) =>
    groups([{ match: { rank: 2 }, use: muon(o as Parameters<typeof muon>[0]) }, { match: otherwise, use: sgd({ momentum: 0.9 }) }]),
  ),
); // prettier-ignore

test('saved for PyTorch and loaded, an optimizer goes on bit for bit, whatever was added, frozen or changed', async () => {
  const run = fc.record({
    method,
    float32: fc.boolean(),
    clipped: fc.boolean(),
    before: fc.integer({ min: 0, max: 4 }),
    later: fc.integer({ min: 0, max: 3 }),
    frozen: fc.boolean(),
  });
  const one = async ({ method: own, float32, clipped, before, later, frozen }: typeof run extends fc.Arbitrary<infer T> ? T : never) => {
    const whole: Method = clipped ? chain(clipByGlobalNorm(1), own) : own;
    const wave = (n: number) => Float64Array.from({ length: n }, (_, i) => Math.cos(3 * i + n));
    const numbers = (n: number) => (float32 ? Float32Array.from(wave(n)) : wave(n));
    const first = () => ({ W: tensor([2, 3], { values: numbers(6) }), b: numbers(2) });
    const step = (opt: Optimizer, t: number): void => {
      for (const [name, g] of Object.entries(opt.grads)) for (let i = 0; i < g.length; i++) g[i] = Math.sin(t + i * name.length);
      opt.step();
    };
    const opt: Optimizer = await whole.init(first());
    for (let t = 0; t < before; t++) step(opt, t);
    opt.add({ late: numbers(3) });
    for (let t = 0; t < later; t++) step(opt, before + t);
    if (frozen) opt.freeze('b');
    const file = await opt.save({ format: pytorch });
    // A sum over all parameters has the order in which they came.
    const again: Optimizer = await whole.init(clipped ? first() : { ...first(), late: numbers(3) });
    if (clipped) again.add({ late: numbers(3) });
    await again.load(file, from);
    assert.equal(again.t, opt.t);
    assert.deepEqual(again.trained, opt.trained);
    assert.deepEqual(await again.save({ format: pytorch }), file);
    for (let t = 0; t < 20; t++) {
      step(opt, 10 + t);
      step(again, 10 + t);
    }
    assert.deepEqual(again.params, opt.params);
    assert.deepEqual(again.state, opt.state);
  };
  await fc.assert(fc.asyncProperty(run, one), { numRuns: 60 });
});

test('the script in the documentation is the one that is tested', () => {
  const script = readFileSync(join(import.meta.dirname, '../python/thalweg_checkpoint.py'), 'utf8');
  const page = readFileSync(join(import.meta.dirname, '../../../docs/pytorch.md'), 'utf8');
  assert.ok(page.includes(`\`\`\`python\n${script}\`\`\``));
});

const python = join(import.meta.dirname, '../../../.oracle/bin/python');
if (existsSync(python)) {
  test('a live PyTorch goes on with what was saved here, with the same losses, and what it saves goes on here', async () => {
    const place = mkdtempSync(join(tmpdir(), 'thalweg-'));
    try {
      const opts = new Map<string, Small>();
      for (const [name, run] of Object.entries(runs)) {
        // A bfloat16 model would need a file in bfloat16, which nothing here trains in.
        if (name === 'adamw-bfloat16') continue;
        const opt = await init(run);
        train(opt, 1, saved);
        writeFileSync(join(place, `${name}.safetensors`), await opt.save({ format: pytorch }));
        opts.set(name, opt);
      }
      const text = execFileSync(python, [join(folder, 'make.py'), place], { encoding: 'utf8' });
      const theirs = JSON.parse(text) as Record<string, [number[], number[]]>;
      assert.deepEqual(Object.keys(theirs).sort(), [...opts.keys()].sort());
      for (const [name, opt] of opts) {
        const [first, second] = theirs[name]!;
        const within = runs[name]?.within ?? 1e-12;
        assertNear(train(opt, saved + 1, saved + after), first, within);
        const back = await init(runs[name]!);
        await loadFile(back, join(place, `${name}.back`), from);
        assert.equal(back.t, saved + after);
        assertNear(train(back, saved + after + 1, saved + 2 * after), second, within);
      }
    } finally {
      rmSync(place, { recursive: true });
    }
  });

  test('the script refuses what does not fit with a ValueError, before anything changes', () => {
    const program = `
import sys, torch
sys.path.insert(0, sys.argv[1])
from thalweg_checkpoint import load, save
def made(shape=2, make=lambda p: torch.optim.AdamW(p, lr=0.1), dtype=torch.float32, tie=False):
    model = torch.nn.Sequential(torch.nn.Linear(2, shape, dtype=dtype), torch.nn.Linear(shape, shape, dtype=dtype))
    if tie:
        model[1].weight = model[0].weight
    optimizer = make(model.parameters())
    for _ in range(3):
        model(torch.ones(1, 2, dtype=dtype)).sum().backward()
        optimizer.step()
    return model, optimizer
path = sys.argv[2]
save(path, *made())
raw = open(path, "rb").read()
def refused(name, change, pair):
    open(path, "wb").write(change(raw))
    model, optimizer = pair
    before = [p.clone() for p in model.parameters()], str(optimizer.state_dict())
    try:
        load(path, model, optimizer)
    except ValueError as error:
        assert all(map(torch.equal, before[0], model.parameters())) and before[1] == str(optimizer.state_dict()), name
        print(error)
    else:
        raise AssertionError(name)
same = lambda raw: raw
refused("a flipped bit", lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]), made())
refused("a cut", lambda raw: raw[:-4], made())
refused("another shape", same, made(3))
refused("another type", same, made(dtype=torch.float64))
refused("a tie", same, made(tie=True))
refused("another class", same, made(make=lambda p: torch.optim.SGD(p, lr=0.1)))
open(path, "wb").write(raw)
model, optimizer = made()
load(path, model, optimizer)
`;
    const place = mkdtempSync(join(tmpdir(), 'thalweg-'));
    try {
      const said = execFileSync(python, ['-c', program, join(import.meta.dirname, '../python'), join(place, 'run')], { encoding: 'utf8' });
      assert.deepEqual(said.trim().split('\n'), [
        'the checksum does not match: the file is damaged',
        'the checksum does not match: the file is damaged',
        '0.weight is torch.float32 [2, 2] in the file and torch.float32 [3, 2] here',
        '0.weight is torch.float32 [2, 2] in the file and torch.float64 [2, 2] here',
        '0.weight is a parameter in the file, but tied or missing in this model',
        'no SGD param group in the file contains all of 0.weight, 0.bias, 1.weight, 1.bias',
      ]);
    } finally {
      rmSync(place, { recursive: true });
    }
  });
}
